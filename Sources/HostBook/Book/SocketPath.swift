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

  private static let digits = Array(
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-".utf8)

  /// The part of the name that stands for the entry: 11 characters of a 64-bit FNV-1a hash.
  static func stem(_ entry: AliasEntry) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for text in [entry.hostKeyAlias, entry.alias, entry.hostname] {
      for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      hash = (hash ^ 0xff) &* 0x100_0000_01b3
    }
    return String(unsafeUninitializedCapacity: 11) { buffer in
      for index in 0..<11 {
        buffer[index] = digits[Int(hash & 63)]
        hash >>= 6
      }
      return 11
    }
  }

  /// The socket of `entry`, nil when its path could grow beyond `limit`: then it has none.
  public static func path(_ entry: AliasEntry, _ home: SkyHome) -> FilePath? {
    let folder = folder(home)
    guard fits(entry, folderLength: folder.string.utf8.count) else { return nil }
    return folder.appending("\(stem(entry)).\(entry.port).\(entry.user)")
  }

  /// Counts the longest port: the user's own can be given on the command line.
  static func fits(_ entry: AliasEntry, folderLength: Int) -> Bool {
    folderLength + 1 + 11 + 1 + 5 + 1 + entry.user.utf8.count <= limit
  }
}
