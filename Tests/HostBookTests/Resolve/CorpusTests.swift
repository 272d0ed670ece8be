import Foundation
import Support
import SystemPackage
import Testing

@testable import HostBook

/// Configurations as people write them; not part of the project, read from `SKY_TEST_DATA` or from
/// `../shared/data` beside the checkout.
enum Corpus {
  static let folder: FilePath? = {
    let checkout = FilePath(#filePath).removingLastComponent().removingLastComponent()
      .removingLastComponent().removingLastComponent()
    let given = ProcessInfo.processInfo.environment["SKY_TEST_DATA"].map { FilePath($0) }
    let data = given ?? checkout.removingLastComponent().appending("shared/data")
    let folder = data.appending("ssh_config/corpus")
    return FileManager.default.fileExists(atPath: folder.string) ? folder : nil
  }()

  static let files: [String] = {
    guard let folder else { return [] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []
    return names.filter { $0.hasSuffix(".conf") }.sorted()
  }()

  /// Names to ask for: those of the file's own Host lines, and one that nothing names.
  static func hosts(in bytes: [UInt8]) -> [String] {
    var hosts: [String] = ["unheard-of.example"]
    for line in ConfigFile.parse(bytes, path: "config").lines where line.has(keyword: "host") {
      for pattern in line.arguments ?? [] {
        let name = pattern.filter { $0 != UInt8(ascii: "!") }.map {
          $0 == .star || $0 == .question ? UInt8(ascii: "x") : $0
        }
        if RequestCheck.isValidHost(name), !name.isEmpty, !name.contains(.at) {
          hosts.append(name.text)
        }
      }
    }
    var seen: Set<String> = []
    let unique = hosts.filter { seen.insert($0).inserted }
    // Spread over the whole file, so that late blocks are asked for, too.
    let step = max(1, unique.count / 8)
    return stride(from: 0, to: unique.count, by: step).map { unique[$0] }
  }
}

@Suite struct CorpusTests {
  @Test(
    "the installed ssh agrees on real configurations",
    .enabled(if: Corpus.folder != nil, "no corpus: set SKY_TEST_DATA"), arguments: Corpus.files)
  func agrees(_ name: String) async throws {
    let folder = try #require(Corpus.folder)
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: folder.appending(name).string)))
    try await ResolveLab.with(variables: ["XDG_RUNTIME_DIR": "/run/user/1000"]) { lab in
      try lab.write(bytes, to: lab.config)
      for host in Corpus.hosts(in: bytes) {
        let difference = try await lab.disagreement(host)
        #expect(difference == nil, "\(name), host \(host)")
      }
    }
  }

  @Test(
    "a real configuration is printed back byte for byte",
    .enabled(if: Corpus.folder != nil, "no corpus: set SKY_TEST_DATA"), arguments: Corpus.files)
  func printsBack(_ name: String) throws {
    let folder = try #require(Corpus.folder)
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: folder.appending(name).string)))
    #expect(ConfigFile.parse(bytes, path: FilePath(name)).bytes == bytes)
  }
}
