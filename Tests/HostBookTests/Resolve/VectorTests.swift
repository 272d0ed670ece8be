import Foundation
import Support
import SystemPackage
import Testing

@testable import HostBook

/// Small configurations, each with what two releases of OpenSSH made of it.
struct Vector: Decodable, Sendable, CustomTestStringConvertible {
  struct File: Decodable, Sendable {
    var text: String
    var mode: String
  }

  struct Expectation: Decodable, Sendable {
    var rc: Int
    var values: [String: [String]]
  }

  var name: String
  var config: String
  var files: [String: File]
  var host: String
  var args: [String]
  var env: [String: String]
  var keys: [String]
  var expect: [String: Expectation]

  var testDescription: String { name }

  static let all: [Vector] = {
    let file = FilePath(#filePath).removingLastComponent().removingLastComponent()
      .appending("Resources/ssh_config_vectors.jsonl")
    let text = (try? String(contentsOfFile: file.string, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap {
      try? JSONDecoder().decode(Vector.self, from: Data($0.utf8))
    }
  }()

  /// `-o`, `-l` and `-p` of the vector's command line.
  var overrides: Resolver.Overrides {
    var overrides = Resolver.Overrides()
    var rest = args[...]
    while let option = rest.popFirst(), let value = rest.popFirst() {
      switch option {
      case "-l": overrides.user = value
      case "-p": overrides.port = UInt16(value)
      default: overrides.options.append(value)
      }
    }
    return overrides
  }

  func place(in lab: ResolveLab) throws {
    try lab.write(Array(config.utf8), to: lab.config)
    for (path, file) in files {
      let mode = mode_t(file.mode.dropFirst(2), radix: 8) ?? 0o600
      try lab.write(Array(file.text.utf8), to: lab.home.appending(path), mode: mode)
    }
  }
}

@Suite struct VectorTests {
  @Test func `the table of vectors is there`() {
    #expect(Vector.all.count >= 200)
  }

  @Test("the installed ssh agrees", arguments: Vector.all)
  func agrees(_ vector: Vector) async throws {
    try await ResolveLab.with(variables: vector.env) { lab in
      try vector.place(in: lab)
      let difference = try await lab.disagreement(vector.host, overrides: vector.overrides)
      #expect(difference == nil, "\(vector.name): \(vector.config)")
    }
  }

  @Test("OpenSSH 10.5 agrees as it was recorded", arguments: Vector.all)
  func agreesWithNewer(_ vector: Vector) async throws {
    guard let expected = vector.expect["10.5p1-portable"] else { return }
    try await ResolveLab.with(variables: vector.env) { lab in
      try vector.place(in: lab)
      var environment = lab.environment(.portable10_5)
      environment.user = "root"
      let resolver = Resolver(environment: environment)
      do {
        let host = try resolver.resolve(vector.host, overrides: vector.overrides).host
        #expect(expected.rc == 0, "we resolve \(vector.config)")
        guard expected.rc == 0 else { return }
        for key in vector.keys where !Self.dependsOnMachine(expected.values[key] ?? []) {
          #expect(host.all(key) == expected.values[key] ?? [], "\(key) of \(vector.config)")
        }
      } catch {
        // Network interfaces are not looked at; saying so is the honest answer.
        #expect(
          expected.rc != 0 || (error as? ResolveError)?.code == .undecided,
          "\(error) in \(vector.config)")
      }
    }
  }

  /// Paths of the recording machine's home, and hashes over its name.
  private static func dependsOnMachine(_ values: [String]) -> Bool {
    values.contains { value in
      value.contains("{HOME}") || value.hasPrefix("vh/")
        || value.split(separator: "/").contains { $0.count == 40 }
    }
  }
}
