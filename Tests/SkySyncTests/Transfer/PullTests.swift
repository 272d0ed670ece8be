import SkySync
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct PullTests {
  private let sample = #"""
    mkdir -p work/a/b work/empty; cd work
    echo one >a/one; echo two >a/b/two; : >zero; chmod 4755 zero; ln -s a/one link; ln -s /nowhere a/out
    echo nl >$'new\nline'; echo bad >$'inv\xff\x81alid'; echo x >"$(printf '%0255d' 7)"; echo d >-dash
    touch -d '1969-12-31 23:59:58.5 UTC' a/old; touch -d '2001-02-03 04:05:06.789 UTC' a/b; chmod 555 a/b
    mkdir -p "$(printf '%0120d' 1)"; echo deep >"$(printf '%0120d' 1)/$(printf '%0120d' 2)"
    ln a/one hard; ln -s "$(printf '%0150d' 3)" longlink; mkfifo pipe
    """#

  private func pull(
    _ place: Place, _ sources: [String], to name: String = "here", isFolder: Bool = false,
    node: LocalShell? = nil, _ options: PullOptions = PullOptions()
  ) async throws -> SyncReport {
    try await Pull.run(
      sources.map { Array($0.utf8) }, from: node ?? place.node,
      to: PullDestination(place.source.appending(name), isFolder: isFolder), options: options)
  }

  private func differences(
    _ place: Place, _ from: String, _ to: String, seconds: Bool = false
  ) async throws -> String {
    try await rsyncDifferences(
      from: place.node.home.appending(from), to: place.source.appending(to), seconds: seconds)
  }

  @Test func `a folder's contents arrive whole, and the second pull fetches nothing`() async throws
  {
    try await withPlace { place in
      try await place.onNode(sample)
      let first = try await pull(place, ["work/"])
      #expect(first.problems.map(\.path) == [Array("pipe".utf8)])
      try await place.onNode("rm work/pipe; touch -r work/a work")
      try await place.sh("touch -r \(place.target)/a here")
      #expect(try await differences(place, "work", "here") == "")
      try await place.sh("test here/hard -ef here/a/one")
      let second = try await pull(place, ["work/"])
      #expect(second.filesSent == 0 && second.roundTrips == 1)
      #expect(second.filesUnchanged == first.filesSent)
    }
  }

  @Test func `edits on the node arrive, and only those`() async throws {
    try await withPlace { place in
      try await place.onNode(sample + "\nrm pipe")
      _ = try await pull(place, ["work/"])
      try await place.onNode(
        "cd work; echo more >>a/one; chmod 600 a/old; rm link; mkdir link; echo x >link/x; rm -r empty; echo e >empty; mkdir n; ln -sf b a/out"
      )
      let report = try await pull(place, ["work/"])
      #expect(report.problems == [])
      #expect(report.filesSent == 5, "one and hard, x, empty, out: \(report)")
      try await place.sh("test -d here/empty && exit 1; true")
      #expect(try await differences(place, "work", "here") == "")
    }
  }

  @Test(
    "sources and destinations mean what they mean to rsync",
    arguments: [
      (["work"], "new/er", false, "new/er/work/a/one"),
      (["~/work/"], "new/er", false, "new/er/a/one"),
      (["work/a/one"], "file", false, "file"),
      (["work/a/one"], "folder", true, "folder/one"),
      (["work/a/one"], ".", false, "one"),
      (["work/a/on*"], "g", true, "g/one"),
      (["work/a/o*"], "g", false, "g/old"),
      (["work/*/b", "work/zero"], "g", false, "g/b/two"),
      (["work/link"], "l", false, "l"),
      (["."], "home", false, "home/work/zero"),
      (["lit[e]ral*"], "w", true, "w/lit[e]ral*"),
    ])
  func places(sources: [String], name: String, isFolder: Bool, expected: String) async throws {
    try await withPlace { place in
      try await place.onNode("echo l >'lit[e]ral*'; " + sample)
      let report = try await pull(place, sources, to: name, isFolder: isFolder)
      #expect(report.problems.allSatisfy { $0.reason.contains("neither file") })
      try await place.sh(
        "test -e '\(expected)' -o -L '\(expected)'; test -z \"$(find . -name '.sky-staging*')\"")
    }
  }

  @Test func `what does not exist is an error, or a problem among others`() async throws {
    try await withPlace { place in
      try await place.onNode("echo 1 >one")
      let error = await #expect(throws: SyncError.self) {
        _ = try await pull(place, ["two", "th*"])
      }
      #expect(error?.code == .noSource)
      let report = try await pull(place, ["one", "two"], isFolder: true)
      #expect(report.filesSent == 1 && report.problems.count == 1)
    }
  }

  @Test func `busybox alone will do`() async throws {
    try await withPlace { place in
      let tools = try await busyboxFolder(place.node.home)
      var node = place.node
      node.shell = ["\(tools)/sh", "-c"]
      node.path = tools
      try await place.onNode(
        "mkdir -p work/a; echo 1 >work/a/one; ln -s a work/l; echo 2 >work/$'n\\nl'; echo 3 >\"work/$(printf '%0200d' 7)\""
      )
      let report = try await pull(place, ["work/"], node: node)
      #expect(report.filesSent == 4 && report.problems == [])
      #expect(try await pull(place, ["work/"], node: node).filesSent == 0)
    }
  }

  @Test func `mirroring deletes here what the node does not have, a dry run nothing`() async throws
  {
    try await withPlace { place in
      try await place.onNode("mkdir -p work/a; echo 1 >work/a/one")
      try await place.sh("mkdir -p here/x/y; echo 2 >here/x/y/z; echo 3 >here/a; echo 4 >other")
      var options = PullOptions()
      options.mirror = true
      options.dryRun = true
      let planned = try await pull(place, ["work/"], options)
      #expect(planned.plan?.count == 6, "\(planned)")
      try await place.sh("test -f here/x/y/z; test -f here/a")
      options.dryRun = false
      let report = try await pull(place, ["work/"], options)
      #expect(report.filesDeleted == 2 && report.problems == [])
      #expect(try await differences(place, "work", "here") == "")
      try await place.sh("test -f other")
    }
  }

  @Test func `checksums find what size and time do not tell`() async throws {
    try await withPlace { place in
      try await place.onNode(
        "mkdir work; echo one >work/a; echo two >work/b; touch -d @1000 work/*")
      _ = try await pull(place, ["work/"])
      try await place.onNode("echo eno >work/a; touch -d @1000 work/a")
      #expect(try await pull(place, ["work/"]).filesSent == 0)
      var options = PullOptions()
      options.checksum = true
      #expect(try await pull(place, ["work/"], options).filesSent == 1)
      #expect(try await differences(place, "work", "here") == "")
    }
  }

  @Test func `a planted link here is replaced, not followed`() async throws {
    try await withPlace { place in
      try await place.onNode("mkdir -p work/a; echo 1 >work/a/one")
      try await place.sh("mkdir here outside; echo keep >outside/one; ln -s ../outside here/a")
      #expect(try await pull(place, ["work/"]).problems == [])
      try await place.sh("grep -q keep outside/one; test ! -L here/a")
      #expect(try await differences(place, "work", "here") == "")
    }
  }

  @Test(
    "a node that lists or sends what leads outside is refused",
    arguments: [
      #"T 0 folder 0\0/x\0w\0f 644 1 1.0 ./a/../../x\0\0E 0 0\0\0"#,
      #"T 0 folder 0\0/x\0../w\0f 644 1 1.0 ./a\0\0E 0 0\0\0"#,
      #"T 0 folder 0\0/x\0w\0l 777 1 1.0 ./a\0/etc\0f 644 1 1.0 ./a/b\0\0E 0 0\0\0"#,
      #"T 0 file 0\0/x\0..\0f 644 1 1.0 ./a\0\0E 0 0\0\0"#,
    ])
  func escapes(listing: String) async throws {
    try await withPlace { place in
      var node = place.node
      let mark = #"M=$(printf %s "$0" | grep -o 'sky-[0-9a-f]\{16\}' | head -n 1); "#
      node.shell = [
        "/bin/sh", "-c",
        mark + #"printf '\n%s hello 1 0 1 1 gnu\n\n%s scan\n' $M $M; printf '"# + listing
          + #"'; printf '\n%s ready\n\n%s .\n' $M $M; cat >/dev/null"#,
      ]
      let error = await #expect(throws: SyncError.self) {
        _ = try await pull(place, ["x"], node: node)
      }
      #expect(error?.code == .badAnswer)
      try await place.sh("test -z \"$(ls -A .. | grep -v -e source -e home)\"")
    }
  }

  @Test func `a stream with members nobody asked for, or garbage, writes nothing else`()
    async throws
  {
    try await withPlace { place in
      try await place.onNode(
        "mkdir -p evil/x; echo e >evil/x/asked; echo e >evil/other; cd evil; tar -cPf ../evil.tar x/asked other ../evil/other /etc/hostname"
      )
      var node = place.node
      let mark = #"M=$(printf %s "$0" | grep -o 'sky-[0-9a-f]\{16\}' | head -n 1); "#
      let talk =
        mark
        + #"printf '\n%s hello 1 0 1 1 gnu\n\n%s scan\n' $M $M; printf 'T 0 folder 0\0/x\0\0f 644 2 1.0 ./asked\0\0E 0 0\0\0'; "#
        + #"printf '\n%s ready\n\n%s .\n\n%s stream\n' $M $M $M; "#
      node.shell = [
        "/bin/sh", "-c",
        talk + #"cat evil.tar; printf '\n%s done 0\n\n%s bye\n\n%s .\n' $M $M $M; cat >/dev/null"#,
      ]
      let report = try await pull(place, ["x/"], node: node)
      #expect(report.filesSent == 1)
      try await place.sh("test \"$(find . -type f)\" = ./here/asked")
      for junk in ["head -c 3000 /dev/urandom", "head -c 513 evil.tar", "true"] {
        node.shell = [
          "/bin/sh", "-c",
          talk + junk + #"; printf '\n%s done 0\n\n%s bye\n\n%s .\n' $M $M $M; cat >/dev/null"#,
        ]
        try await place.sh("rm -r here")
        let error = await #expect(throws: SyncError.self) {
          _ = try await pull(place, ["x/"], node: node)
        }
        #expect(error?.code == .badAnswer)
        try await place.sh("test -z \"$(find . -type f)\"")
      }
    }
  }

  @Test(
    "a node that sends without end, or hangs, is given up",
    arguments: [
      ("cat /dev/zero", SyncError.Code.badAnswer),
      ("tar -cPf - x/asked; while :; do tar -cPf - other; done", .badAnswer),
      ("while :; do cat many; done", .badAnswer),
      ("while :; do printf '\n%s placed 0 0\n' $M; done", .badAnswer),
      ("tar -cPf - x/asked; sleep 100 & wait", .timeout), ("exec sleep 60", .timeout),
      ("while :; do echo e >&2; done", .timeout),
    ])
  func endless(script: String, code: SyncError.Code) async throws {
    try await withPlace { place in
      try await place.onNode(
        "mkdir x; echo e >x/asked; head -c 5000000 /dev/zero >other; tar -cPf one x/asked; for i in $(seq 400); do cat one; done >many"
      )
      var node = place.node
      node.shell = [
        "/bin/sh", "-c",
        #"M=$(printf %s "$0" | grep -o 'sky-[0-9a-f]\{16\}' | head -n 1); "#
          + #"printf '\n%s hello 1 0 1 1 gnu\n\n%s scan\n' $M $M; printf 'T 0 folder 0\0/x\0\0f 644 2 1.0 ./asked\0\0E 0 0\0\0'; "#
          + #"printf '\n%s ready\n\n%s .\n\n%s stream\n' $M $M $M; "# + script,
      ]
      var options = PullOptions()
      // Enough for a busy machine to say something; silence shall not take longer than it must.
      options.patience = code == .timeout ? .milliseconds(800) : .seconds(30)
      let error = await #expect(throws: SyncError.self) {
        _ = try await pull(place, ["x/"], node: node, options)
      }
      #expect(error?.code == code, "\(String(describing: error))")
      for command in node.started.all { command.kill() }
      try await place.sh("test -z \"$(find . -name '.sky-*')\"")
    }
  }

  @Test func `a cut pull is resumed by the next`() async throws {
    try await withPlace { place in
      try await place.onNode(
        "mkdir work; for i in $(seq 60); do head -c 100000 /dev/urandom >work/$i; done")
      let cut = CutHost(place.node, after: 3_000_000, .connectionOfReader)
      await #expect(throws: SyncError.self) {
        _ = try await Pull.run(
          [Array("work/".utf8)], from: cut,
          to: PullDestination(place.source.appending("here"), isFolder: false))
      }
      let report = try await pull(place, ["work/"])
      #expect(report.filesSent < 45 && report.filesUnchanged > 15, "\(report)")
      #expect(try await differences(place, "work", "here") == "")
    }
  }
}
