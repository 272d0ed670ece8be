import HostBook
import SkySync
import SystemPackage

/// Finds sources of unusual size before anything is created: a forgotten data folder, a home as workdir.
///
/// What was sent to the cluster before is not asked about again.
struct LargeSources {
  let context: ClusterContext
  let cluster: String

  /// Says what is large and why; throws `declined` when the user would rather not send it.
  ///
  /// - Parameter buckets: what is uploaded to buckets counts, too.
  func check(_ sources: TaskSources, _ buckets: TaskStorage? = nil) async throws {
    guard let limit = try Self.limit(context.environment) else { return }
    let known = try await context.state.cluster(cluster)
    let before = try await context.state.synced(to: cluster)
    var large: [SourceSize] = []
    for source in sources.sources where !wasSent(source, known) {
      let tree = try await source.look.result().tree
      large.append(SourceSize(source.path, shown: source.shown, tree))
    }
    for entry in buckets?.entries ?? [] {
      for upload in entry.uploads where !wasUploaded(upload, entry.uri, before) {
        let tree = try await upload.look.result().tree
        large.append(SourceSize(upload.path, tree))
      }
    }
    large.removeAll { $0.bytes < limit }
    guard !large.isEmpty else { return }
    for size in large { context.report(.notice(size.words)) }
    guard context.mayGoOn() else {
      throw WorkflowError(
        .declined, large.map(\.shown).joined(separator: ", "), "not sent, as you said",
        advice: "Nothing was created.")
    }
  }

  private func wasUploaded(
    _ upload: UploadSource, _ uri: BucketURI, _ before: [SyncedEntry]
  ) -> Bool {
    before.compactMap(\.bucket).contains {
      $0.uri == uri && $0.uploads?.contains(upload.path.string) == true
    }
  }

  private func wasSent(_ source: TaskSources.Source, _ known: ClusterRecord?) -> Bool {
    guard let known else { return false }
    let manifest = SyncMemory(context.home).manifest(known, rank: 0, target: source.target)
    return (try? FileSystem.status(manifest)) != nil
  }

  /// `SKY_LARGE_SOURCE`: bytes, or a number with k, M, G or T; `off` for no limit. 256 MB by default.
  static func limit(_ environment: [String: String]) throws(WorkflowError) -> Int64? {
    guard let text = environment["SKY_LARGE_SOURCE"], !text.isEmpty else { return 256_000_000 }
    if text.lowercased() == "off" { return nil }
    let units: [Character: Double] = ["k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12]
    let digits = text.lowercased().hasSuffix("b") ? text.dropLast() : text[...]
    let unit = digits.last.flatMap { units[Character($0.lowercased())] }
    guard let number = Double(unit == nil ? digits : digits.dropLast()), number >= 0,
      number * (unit ?? 1) < 9e18
    else {
      throw WorkflowError(
        .badRequest, "SKY_LARGE_SOURCE", "\"\(text)\" is no size",
        advice: "Write a size such as 500M or 2G, or off.")
    }
    return Int64(number * (unit ?? 1))
  }
}

/// How large a source is, and which parts of it make it so.
struct SourceSize: Equatable, Sendable {
  struct Part: Equatable, Sendable {
    /// Below the source; ends with a slash when it is a folder.
    var path: String
    var bytes: Int64
  }

  /// Its path, for people.
  var shown: String
  var bytes: Int64
  var files: Int
  /// The largest first, three at most; none for a source that is one file.
  var parts: [Part]
  /// The file whose lines leave things out of this source.
  var ignoreFile: String

  init(_ path: FilePath, shown: String? = nil, _ tree: FileTree) {
    let contents = tree.entries.filter { $0.kind == .file }
    self.shown = shown ?? path.string
    bytes = contents.reduce(0) { $0 + $1.size }
    files = contents.count
    let isFolder =
      tree.entries.count != 1 || tree.entries.first?.path.contains(0x2f) == true
      || (try? FileSystem.status(path))??.kind == .folder
    parts = isFolder ? Self.parts(contents, total: bytes) : []
    let own = tree.entries.contains { $0.path == Array(".skyignore".utf8) }
    ignoreFile = own ? ".skyignore" : ".gitignore"
  }

  /// Folders that hold a tenth of all or more, each as deep as nine tenths of it go.
  private static func parts(_ files: [FileEntry], total: Int64) -> [Part] {
    var sizes: [[UInt8]: Int64] = [:]
    var children: [[UInt8]: Set<[UInt8]>] = [:]
    for file in files {
      var path = file.path
      sizes[path, default: 0] += file.size
      while let slash = path.lastIndex(of: 0x2f) {
        let folder = Array(path[..<slash])
        children[folder, default: []].insert(path)
        sizes[folder, default: 0] += file.size
        path = folder
      }
      children[[], default: []].insert(path)
    }
    func size(_ path: [UInt8]) -> Int64 { sizes[path] ?? 0 }
    func deepest(_ path: [UInt8]) -> [UInt8] {
      let largest = children[path]?.max { size($0) < size($1) }
      guard let largest, children[largest] != nil, size(largest) >= size(path) / 10 * 9
      else { return path }
      return deepest(largest)
    }
    let top = (children[[]] ?? []).map { deepest($0) }
      .filter { size($0) >= max(1, total / 10) }
      .sorted { size($0) == size($1) ? $0.lexicographicallyPrecedes($1) : size($0) > size($1) }
    return top.prefix(3).map { path in
      let name = String(decoding: path, as: UTF8.self)
      return Part(path: children[path] == nil ? name : name + "/", bytes: size(path))
    }
  }

  /// For people: the size, the largest parts, and the lines that leave them out.
  var words: String {
    let count = files == 1 ? "1 file" : "\(files) files"
    var text = "\(shown) is large: \(Self.size(bytes)) in \(count)"
    for part in parts { text += "\n  \(Self.size(part.bytes))  \(part.path)" }
    if !parts.isEmpty {
      text += "\n  to leave out what the nodes do not need, add to \(shown)/\(ignoreFile):"
      for part in parts { text += "\n    /\(Self.escaped(part.path))" }
    }
    return text
  }

  static func size(_ bytes: Int64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var (value, unit) = (Double(bytes), 0)
    while value >= 999.5, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
    return unit == 0 || value >= 99.5
      ? "\(Int(value.rounded())) \(units[unit])" : "\((value * 10).rounded() / 10) \(units[unit])"
  }

  /// gitignore(5): a backslash takes a pattern's characters as they are.
  private static func escaped(_ path: String) -> String {
    String(path.flatMap { "*?[\\".contains($0) ? ["\\", $0] : [$0] })
  }
}
