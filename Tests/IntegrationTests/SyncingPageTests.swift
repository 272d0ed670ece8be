import Support
import SystemPackage
import Testing

/// Reads `docs/syncing.md` and does what it says, with real nodes and real servers.
///
/// A block whose first line names a file (`yaml task.yaml`) is written to it. Of a `console` block the lines
/// behind `$` are run one after the other, each has to succeed, and the lines below it have to be printed
/// in that order; `…` stands for anything, `^C` for an interruption once they are.
@Suite(.timeLimit(.minutes(20))) struct SyncingPageTests {
  @Test(.enabled(if: BucketTests.canMount, "needs /dev/fuse"))
  func `every example of the page works, and prints what it says`() async throws {
    let page = try DocumentPage.read("docs/syncing.md")
    #expect(page.count >= 15)
    try await ObjectStoreServer.run { store in
      try await withLoopbackSSHD { server in
        try await withSkyRoom { room in
          try await prepare(room, server, store)
          for block in page {
            let text = block.text.replacing(
              "ssh://git@git.example.org/team/project.git",
              with:
                "ssh://\(currentUserName())@\(server.address):\(server.port)\(server.folder)/git/app.git"
            )
            if let file = block.file {
              _ = try await room.run("sh", ["-c", "cat >project/\(file)"], input: Array(text.utf8))
            } else {
              for step in PageStep.all(in: text) { try await check(step, room, store) }
            }
          }
        }
      }
    }
  }

  private func prepare(
    _ room: SkyRoom, _ server: LoopbackSSHD, _ store: ObjectStoreServer
  ) async throws {
    try await GitHome.make(in: server.folder)
    try await room.good(
      """
      git -C \(server.folder)/git/app.git tag v1.0 main
      mkdir -p -m 700 .ssh && cp \(server.userKey) .ssh/id_ed25519 && chmod 600 .ssh/id_ed25519
      cat \(server.knownHosts) >>.ssh/known_hosts
      echo machine >.netrc && chmod 600 .netrc
      mkdir project && cd project && git init -q && mkdir -p data/birds && echo 1 >data/birds/one
      echo 'print("good")' >train.py && echo log >debug.log && echo keep >keep.log
      """)
    for bucket in ["pretrained-models", "my-bucket"] {
      try await store.rclone(["mkdir", "s:\(bucket)"])
    }
    try await store.rclone(["rcat", "s:pretrained-models/small/weights"], input: Array("w".utf8))
  }

  private func check(_ step: PageStep, _ room: SkyRoom, _ store: ObjectStoreServer) async throws {
    let interrupted = """
      \(step.command) >~/out 2>&1 & pid=$!
      n=0; until grep -q watching ~/out; do n=$((n + 1)); [ $n -lt 900 ] || exit 1; sleep 0.1; done
      kill -INT $pid; wait $pid; [ $? = 130 ]; status=$?; cat ~/out; rm ~/out; exit $status
      """
    let path = "\(SkyProgram.path.removingLastComponent()):/usr/local/bin:/usr/bin:/bin:/usr/sbin"
    var environment = store.environment
    environment["PATH"] = "\(ObjectStoreTools.folder):\(path)"
    let script = step.isInterrupted ? interrupted : "{ \(step.command)\n} 2>&1"
    let result = try await room.run(
      "sh", ["-c", script], environment: environment, in: room.home.appending("project"))
    #expect(result.status == 0, "\(step.command)\n\(result.text)\(result.errorText)")
    #expect(step.isShown(by: result.text), "\(step.command)\n\(step.lines)\n\(result.text)")
  }
}

/// A fenced block of a page.
struct DocumentBlock: Sendable {
  /// The file that it is the content of; nil for a session on the command line.
  var file: String?
  var text: String
}

enum DocumentPage {
  /// The blocks of a page that have a language, in order.
  static func read(_ name: String) throws -> [DocumentBlock] {
    let root = FilePath(#filePath).removingLastComponent().removingLastComponent()
      .removingLastComponent()
    let text = String(decoding: try readFile(root.pushing(FilePath(name))), as: UTF8.self)
    var blocks: [DocumentBlock] = []
    var open: DocumentBlock?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if let block = open {
          blocks.append(block)
          open = nil
        } else {
          let words = line.dropFirst(3).split(separator: " ")
          try #require(words.count == 2 || words == ["console"], "\(line)")
          open = DocumentBlock(file: words.count == 2 ? String(words[1]) : nil, text: "")
        }
      } else if open != nil {
        open?.text += line + "\n"
      }
    }
    try #require(open == nil)
    return blocks
  }
}

/// A command of a page and what it prints.
struct PageStep: Sendable {
  var command: String
  var lines: [Substring] = []
  var isInterrupted: Bool { lines.contains("^C") }

  static func all(in text: String) -> [PageStep] {
    var steps: [PageStep] = []
    for line in text.split(separator: "\n") {
      if line.hasPrefix("$ ") {
        steps.append(PageStep(command: String(line.dropFirst(2))))
      } else if !steps.isEmpty {
        steps[steps.count - 1].lines.append(line)
      }
    }
    return steps
  }

  /// Whether the lines stand in `output` in this order.
  func isShown(by output: String) -> Bool {
    var rest = output.split(separator: "\n")[...]
    for line in lines where line != "…" && line != "^C" {
      let pieces = line.split(separator: "…").map { $0.trimmingSpaces() }
      guard let place = rest.firstIndex(where: { Self.holds($0, pieces) }) else { return false }
      rest = rest[rest.index(after: place)...]
    }
    return true
  }

  private static func holds(_ line: Substring, _ pieces: [Substring]) -> Bool {
    var rest = line
    for piece in pieces {
      guard let range = rest.firstRange(of: piece) else { return false }
      rest = rest[range.upperBound...]
    }
    return true
  }
}

extension Substring {
  fileprivate func trimmingSpaces() -> Substring {
    var text = drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}
