/// What copies of buckets left below a folder of a node.
public struct CopiedFiles: Equatable, Sendable {
  /// As a task has it: absolute or below `~`.
  public var folder: String
  public var files: [CopiedFile]

  public init(folder: String = "", files: [CopiedFile] = []) {
    self.folder = folder
    self.files = files
  }
}

/// A file that a copy left on a node, by which it is known again as long as nobody changed it.
public struct CopiedFile: Equatable, Sendable {
  /// Relative to the folder.
  public var name: String
  public var size: Int64
  /// Of its modification, since 1970.
  public var seconds: Int64

  public init(name: String, size: Int64, seconds: Int64) {
    self.name = name
    self.size = size
    self.seconds = seconds
  }
}

extension CopiedFile {
  /// `SIZE SECONDS NAME`; nil for another line.
  init?(line: some StringProtocol) {
    let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let size = Int64(parts[0]), let seconds = Int64(parts[1]) else {
      return nil
    }
    self.init(name: String(parts[2]), size: size, seconds: seconds)
  }

  var line: String { "\(size) \(seconds) \(name)" }
}

extension CopiedFiles {
  /// The folder, then a line for each file.
  init(text: String) {
    let lines = text.split(separator: "\n")
    self.init(
      folder: lines.first.map(String.init) ?? "",
      files: lines.dropFirst().compactMap { CopiedFile(line: $0) })
  }

  var text: String { ([folder] + files.map(\.line)).map { "\($0)\n" }.joined() }

  /// These, and of `older` what is not among them: a copy deletes nothing.
  func after(_ older: CopiedFiles) -> CopiedFiles {
    guard older.folder == folder else { return self }
    let names = Set(files.map(\.name))
    return CopiedFiles(
      folder: folder, files: files + older.files.filter { !names.contains($0.name) })
  }

  /// Without what is in the folders `kept`, or is one of them.
  func without(_ kept: [String]) -> CopiedFiles {
    CopiedFiles(
      folder: folder,
      files: files.filter { file in
        let path = folder == "/" ? "/\(file.name)" : "\(folder)/\(file.name)"
        return !kept.contains { path == $0 || path.hasPrefix("\($0)/") }
      })
  }
}
