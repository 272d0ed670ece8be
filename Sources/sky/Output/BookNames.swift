import HostBook

/// What the shell's completion offers: one read of the book, no network.
enum BookStoreNames {
  static func clusters(_ home: SkyHome) throws -> [String] { try BookStore(home).read().clusters }

  static func aliases(_ home: SkyHome) throws -> [String] {
    try BookStore(home).read().entries.map(\.alias)
  }
}
