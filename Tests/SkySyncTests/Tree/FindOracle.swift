import SkySync
import Support
import SystemPackage

/// What `find` says of a tree, in the scan's own terms. Without sockets, FIFOs and devices.
func entriesOfFind(_ root: FilePath) async throws -> [FileEntry] {
  let format = #"%P\0%y\0%m\0%s\0%T@\0%C@\0%l\0%D\0%i\0%n\0"#
  let result = try await run("find", [".", "-mindepth", "1", "-printf", format], in: root)
  let fields = result.output.split(separator: 0, omittingEmptySubsequences: false).dropLast()
  var entries: [FileEntry] = []
  var at = fields.startIndex
  while at < fields.endIndex {
    let field = Array(fields[at..<(at + 10)])
    at += 10
    let text = field.map { String(decoding: $0, as: UTF8.self) }
    guard let kind = ["f": FileEntry.Kind.file, "d": .folder, "l": .link][text[1]] else { continue }
    entries.append(
      FileEntry(
        path: Array(field[0]), kind: kind, mode: UInt16(text[2], radix: 8) ?? 0,
        size: kind == .folder ? 0 : Int64(text[3]) ?? -1, mtime: nanoseconds(text[4]),
        linkTarget: Array(field[6]),
        identity: .init(
          device: UInt64(text[7]) ?? 0, inode: UInt64(text[8]) ?? 0,
          links: UInt32(text[9]) ?? 0, ctime: nanoseconds(text[5]))))
  }
  return entries.sorted { $0.path.lexicographicallyPrecedes($1.path) }
}

/// `1700000000.1234567890`, as find prints it, in nanoseconds.
private func nanoseconds(_ text: String) -> Int64 {
  let parts = text.split(separator: ".")
  let seconds = Int64(parts.first ?? "") ?? 0
  let fraction = (parts.dropFirst().first ?? "0").prefix(9)
  let padded = String(fraction) + String(repeating: "0", count: 9 - fraction.count)
  return seconds * 1_000_000_000 + (Int64(padded) ?? 0)
}
