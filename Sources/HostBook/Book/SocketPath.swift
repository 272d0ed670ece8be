import SystemPackage

/// Where an alias has its multiplexing socket: ours alone, short, and new with each incarnation.
public enum SocketPath {
  /// The longest path that still works everywhere: sun_path has 104 bytes on macOS (108 on Linux) with
  /// a final NUL, and ssh first binds `PATH.` and 16 random characters (ssh's mux.c).
  public static let limit = 104 - 1 - 17

  /// The folder, 0700.
  public static func folder(_ home: SkyHome) -> FilePath { home.root.appending("s") }

  /// Port and user as ssh has them in the end are part of the name: `ssh -p` and `ssh -l` get sockets
  /// of their own.
  static let tokens = ".%p.%r"

  /// The part of the name that stands for the entry: 11 characters of a 64-bit FNV-1a hash.
  static func stem(_ entry: AliasEntry) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for text in [entry.hostKeyAlias, entry.alias, entry.hostname] {
      for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      hash = (hash ^ 0xff) &* 0x100_0000_01b3
    }
    let digits = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-".utf8)
    var name: [UInt8] = []
    for _ in 0..<11 {
      name.append(digits[Int(hash & 63)])
      hash >>= 6
    }
    return String(decoding: name, as: UTF8.self)
  }

  /// The socket of `entry`, nil when its path could grow beyond `limit`: then it has none.
  public static func path(_ entry: AliasEntry, _ home: SkyHome) -> FilePath? {
    let path = folder(home).appending("\(stem(entry)).\(entry.port).\(entry.user)")
    let worst = path.string.utf8.count - "\(entry.port)".utf8.count + 5
    let isPlain = path.string.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") }
    return worst <= limit && isPlain ? path : nil
  }
}
