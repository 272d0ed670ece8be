import SystemPackage

/// Keeps a node's last listing on this machine's disk, beside the manifest. Losing it costs a full listing.
enum KeptFile {
  /// Under which name the node keeps its copy: the same for the same two places.
  static func key(_ pair: SyncPair, _ manifest: FilePath) -> String {
    let places = [Array(manifest.string.utf8), Array(pair.source.string.utf8), pair.target]
    return String(SHA256.hex(Array(places.joined(separator: [0]))).prefix(32))
  }

  static func load(besides manifest: FilePath) -> KeptListing? {
    guard let file = ListingFile(path(manifest)) else { return nil }
    var listing = KeptListing(file)
    listing.change = ListingChange.load(changePath(manifest), of: listing.digest)
    return listing
  }

  /// Keeps what a push made of the listing that is kept.
  static func save(_ change: ListingChange, of listing: KeptListing, besides manifest: FilePath) {
    try? change.save(changePath(manifest), of: listing.digest)
  }

  /// When it cannot be written, the old one does no harm: the node's is another.
  static func save(_ listing: KeptListing, besides manifest: FilePath) {
    listing.file?.save(as: path(manifest))
  }

  /// For a listing that is to be saved besides `manifest`.
  static func writer(besides manifest: FilePath) -> ListingWriter? {
    ListingWriter(besides: path(manifest))
  }

  /// After an answer that did not fit: the next look is a full one.
  static func forget(besides manifest: FilePath) {
    try? WholeFile.replace(path(manifest), with: [])
  }

  private static func changePath(_ manifest: FilePath) -> FilePath {
    FilePath("\(manifest.string).node+")
  }

  private static func path(_ manifest: FilePath) -> FilePath { FilePath("\(manifest.string).node") }
}
