import SystemPackage

/// Keeps a node's last listing on this machine's disk, beside the manifest. Losing it costs a full listing.
enum KeptFile {
  private static let magic = Array("sky-listing 2\n".utf8)
  private static let digestLength = 64

  /// Under which name the node keeps its copy: the same for the same two places.
  static func key(_ pair: SyncPair, _ manifest: FilePath) -> String {
    let places = [Array(manifest.string.utf8), Array(pair.source.string.utf8), pair.target]
    return String(SHA256.hex(Array(places.joined(separator: [0]))).prefix(32))
  }

  static func load(besides manifest: FilePath) -> KeptListing? {
    guard let bytes = WholeFile.read(path(manifest)) else { return nil }
    let start = magic.count + digestLength
    let end = bytes.count - magic.count
    guard end >= start, bytes.starts(with: magic), Array(bytes[end...]) == magic else { return nil }
    let digest = bytes[magic.count..<start]
    guard digest.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) else { return nil }
    return KeptListing(
      records: Array(bytes[start..<end]), digest: String(decoding: digest, as: UTF8.self))
  }

  /// When it cannot be written, the old one does no harm: the node's is another.
  static func save(_ listing: KeptListing, besides manifest: FilePath) {
    let bytes = magic + Array(listing.digest.utf8) + listing.records + magic
    try? WholeFile.replace(path(manifest), with: bytes)
  }

  /// After an answer that did not fit: the next look is a full one.
  static func forget(besides manifest: FilePath) {
    try? WholeFile.replace(path(manifest), with: [])
  }

  private static func path(_ manifest: FilePath) -> FilePath { FilePath("\(manifest.string).node") }
}
