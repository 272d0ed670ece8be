import HostBook

/// The nodes of an allocation that runs: made ready for logins with the cluster's key, and described.
struct SlurmNodes {
  let provider: SlurmProvider
  let spec: ClusterSpec

  init(_ provider: SlurmProvider, _ spec: ClusterSpec) {
    self.provider = provider
    self.spec = spec
  }

  /// Host keys are asked of each node by itself, in the allocation: no network is believed.
  func gather(_ number: String) async throws(ProviderError) -> [Node] {
    let login = try provider.login()
    let name = SlurmProvider.jobName(spec)
    guard let text = LocalFiles.read(.init(spec.identityFile.string + ".pub")) else {
      throw ProviderError(
        .nodeFailed, spec.identityFile.string, "cannot read the cluster's public key")
    }
    // Our own end of the line, by which it is found and removed.
    let key = text.split(separator: " ").prefix(2).joined(separator: " ") + " \(name)"
    let answers = try await provider.ask(
      SlurmScripts.gather,
      [
        ("A", ShellText.quoted(number)), ("N", ShellText.quoted(name)),
        ("KEY", ShellText.quoted(key)), ("PORTS", ShellText.quoted(try await ports(login, number))),
      ])
    let names = answers.first { $0.first == "names" }?.dropFirst() ?? []
    guard answers.last == ["gathered"], names.count == spec.numNodes else {
      throw failure(number, "its nodes did not answer to srun")
    }
    let user = try login.resolve(provider.cluster).user
    var nodes: [Node] = []
    for (rank, name) in names.enumerated() {
      nodes.append(try node(rank, name, answers, user: user, proxy: login.proxy, number))
    }
    return nodes
  }

  /// Where ssh's configuration has another port for a node than 22: words NAME=PORT.
  private func ports(_ login: SlurmLogin, _ number: String) async throws(ProviderError) -> String {
    let answers = try await provider.ask(
      SlurmScripts.names, [("A", ShellText.quoted(number))])
    var words: [String] = []
    for name in answers.first?.dropFirst() ?? [] {
      words.append("\(name)=\(try login.resolve(name).port)")
    }
    return words.joined(separator: " ")
  }

  private func node(
    _ rank: Int, _ name: String, _ answers: [[String]], user: String, proxy: AliasEntry.Proxy,
    _ number: String
  ) throws(ProviderError) -> Node {
    let told = answers.first { $0.count == 6 && $0[0] == "node" && $0[1] == name }
    let keys = answers.filter { $0.count == 4 && $0[0] == "key" && $0[1] == name }
    guard let told, let port = UInt16(told[3]) else {
      throw failure(number, "\(name) did not say what it is")
    }
    guard !keys.isEmpty else {
      throw failure(number, "\(name) has no sshd at port \(port) of \(told[2])")
    }
    var node = Node(
      rank: rank, hostname: told[2], port: port, user: user,
      hostKeys: keys.map { "\($0[2]) \($0[3])" }, internalIP: told[4])
    node.proxy = proxy
    node.homeOf = rank > 0 && told[5] == "1" ? 0 : nil
    return node
  }

  private func failure(_ number: String, _ reason: String) -> ProviderError {
    ProviderError(
      .nodeFailed, "\(provider.infra), allocation \(number)", reason,
      advice: "see what `ssh \(provider.cluster) srun --jobid=\(number) --overlap hostname` says")
  }
}
