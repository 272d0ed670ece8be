import SystemPackage

/// What ssh would really do: every promise of the book against the resolved values, and what leaks in.
extension Doctor {
  func checkMeaning(_ book: Book) -> [Finding] {
    guard let first = book.entries.first, isReached else { return [] }
    if let refused = checkRefusal(first.alias) { return [refused] }
    let step = max(1, (book.entries.count + Self.resolved - 1) / Self.resolved)
    var findings: [Finding] = []
    var leaks: Set<String> = []
    for index in stride(from: 0, to: book.entries.count, by: step) {
      let entry = book.entries[index]
      let resolution: Resolution
      do throws(ResolveError) {
        resolution = try resolver.resolve(entry.alias, explains: true)
      } catch {
        if error.code == .undecided { continue }
        return findings + error.problems.map(Self.refusal)
      }
      findings += differences(entry, resolution)
      for leak in leakage(entry, resolution) where leaks.insert(leak.message).inserted {
        findings.append(leak)
      }
    }
    return findings
  }

  /// Without an Include there is nothing to compare: another rule says so.
  private var isReached: Bool {
    switch try? IncludeLine(home).status() {
    case .installed, .slipped, .inline: true
    case .absent, nil: false
    }
  }

  /// The words of the installed ssh, when it does not take the configuration at all.
  private func checkRefusal(_ alias: String) -> Finding? {
    let standard = home.passwdHome.appending(".ssh").appending("config")
    let file = home.userConfig == standard ? nil : home.userConfig
    do throws(BookError) {
      _ = try proof.ask(alias, in: file)
      return nil
    } catch {
      let words = error.reason.split(separator: " ").map(String.init)
      let place = words.firstIndex(of: "line").flatMap { index -> (FilePath, Int?)? in
        guard index > 0, words.indices.contains(index + 1) else { return nil }
        // `/path: line 4: …` and `/path line 4: …` are both ssh's.
        let name = words[index - 1].filter { $0 != "\"" }
        return (
          FilePath(name.hasSuffix(":") ? String(name.dropLast()) : name),
          Int(words[index + 1].prefix { $0.isNumber })
        )
      }
      return Finding(
        "config-refused", .error, error.reason, fix: "correct or take out that line",
        file: place?.0 ?? home.userConfig, line: place?.1)
    }
  }

  private static func refusal(_ problem: ResolveError.Problem) -> Finding {
    Finding(
      "config-refused", .error, "ssh refuses the configuration: \(problem.message)",
      fix: "correct or take out that line", file: problem.file, line: problem.line)
  }

  private func differences(_ entry: AliasEntry, _ resolution: Resolution) -> [Finding] {
    proof.differences(entry, resolution.host).map { difference in
      let origin = resolution.values.first { $0.key == difference.key }?.origin
      return Finding(
        "means-otherwise", .error, alias: entry.alias,
        "ssh takes \(difference.key) \(difference.found ?? "none") for \(entry.alias), "
          + "not \(difference.intended)",
        fix: origin.map { "line \($0.line) of \($0.file) wins: sky hosts install" }
          ?? "sky hosts install", file: origin?.file, line: origin?.line)
    }
  }

  /// Settings of the user's that no line of ours can shield an alias from, and what they do to it.
  private static let leaks: [(key: String, harmless: Set<String>, effect: String)] = [
    ("localforward", [], "every session to it opens this forwarding"),
    ("remoteforward", [], "every session to it opens this forwarding"),
    ("dynamicforward", [], "every session to it opens this forwarding"),
    ("certificatefile", [], "this certificate is offered to it, too"),
    ("bindaddress", [], "connections to it start from this address"),
    ("bindinterface", [], "connections to it start from this interface"),
    ("sessiontype", ["default"], "no command runs there"),
    ("stdinnull", ["no", "false"], "no input reaches it"),
    ("forkafterauthentication", ["no", "false"], "ssh goes into the background"),
    ("clearallforwardings", ["no", "false"], "ssh -L does nothing for it"),
    ("knownhostscommand", ["none"], "this program's keys are trusted for it, too"),
    ("permitlocalcommand", ["no", "false"], "a local command runs at each connection"),
  ]

  private func leakage(_ entry: AliasEntry, _ resolution: Resolution) -> [Finding] {
    let own = Set(entry.options.map { $0.keyword.lowercased() })
    return Self.leaks.flatMap { leak -> [Finding] in
      guard !own.contains(leak.key) else { return [] }
      return resolution.values.filter { setting in
        setting.key == leak.key && setting.origin != nil && !leak.harmless.contains(setting.value)
      }.map { setting in
        Finding(
          "leaks-in", .warning, alias: entry.alias,
          "\(leak.key) \(setting.value) applies to sky's hosts: \(leak.effect)",
          fix: "put it under a Host line that names the hosts it is for",
          file: setting.origin?.file, line: setting.origin?.line)
      }
    }
  }
}
