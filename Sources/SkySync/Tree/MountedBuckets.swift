import HostBook

/// Folders where rclone shows a bucket as files, as a task's mounts do: what is in them is the bucket's. A sync of
/// a folder around one neither uploads it nor deletes anything in it. Other file systems are walked into, as rsync
/// does without `-x`.
enum MountedBuckets {
  private static let type = Array("fuse.rclone".utf8)

  /// Whether what has this device number (`st_dev`) is such a folder here.
  static func contains(device: UInt64) -> Bool {
    #if os(Linux)
      let high = (device >> 8) & 0xfff | (device >> 32) & 0xffff_f000
      let low = device & 0xff | (device >> 12) & 0xffff_ff00
      let mounts = (try? FileSystem.read("/proc/self/mountinfo")) ?? []
      return devices(in: mounts).contains(Array("\(high):\(low)".utf8))
    #else
      // Their tables do not tell what serves a file system.
      return false
    #endif
  }

  /// The `major:minor` of each in a mountinfo file, see proc(5): the third word, and the type after a lone dash.
  static func devices(in mounts: [UInt8]) -> Set<[UInt8]> {
    var found: Set<[UInt8]> = []
    for line in mounts.split(separator: UInt8(ascii: "\n")) {
      let words = line.split(separator: UInt8(ascii: " "))
      guard let dash = words.firstIndex(of: [UInt8(ascii: "-")]), words.indices.contains(dash + 1),
        words[dash + 1].elementsEqual(type)
      else { continue }
      found.insert(Array(words[2]))
    }
    return found
  }

  /// The folders in lines as the node's script takes from its /proc/mounts: blanks and the like are octal there.
  static func folders(in lines: [UInt8]) -> [[UInt8]] {
    lines.split(separator: UInt8(ascii: "\n")).map { line in
      var path: [UInt8] = []
      var rest = line
      while let byte = rest.popFirst() {
        let digits = rest.prefix(3)
        if byte == UInt8(ascii: "\\"), digits.count == 3,
          let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
        {
          path.append(code)
          rest = rest.dropFirst(3)
        } else {
          path.append(byte)
        }
      }
      return path
    }
  }
}
