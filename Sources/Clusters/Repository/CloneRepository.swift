import SkySync

/// A repository that is a task's workdir.
struct Repository: Equatable, Sendable {
  var address: RepositoryAddress
  /// A branch, tag or commit; nil for the repository's default branch.
  var ref: String?
  /// The login that the task names; nil when it names none.
  var login: RepositoryLogin?
}

/// Makes `~/sky_workdir` of every node a clone that stands at one commit.
struct CloneRepository {
  let context: ClusterContext

  /// Lets every node finish, then throws the first error by rank.
  func run(_ repository: Repository, on nodes: [ReachedNode]) async throws {
    let at = repository.ref.map { " at \($0)" } ?? ""
    let names = nodes.map(\.alias).joined(separator: ", ")
    context.report(.phase("cloning \(repository.address.shown)\(at) on \(names)"))
    var answers = try await answers(repository, on: nodes)
    let commits = Set(answers.compactMap(\.commit))
    if commits.count > 1, let first = answers.first?.commit {
      // Somebody pushed between two clones: all stand where the head stands.
      answers = try await clone(repository, on: nodes, want: first)
    }
    for (node, answer) in zip(nodes, answers) {
      for note in answer.notes { context.report(.notice("\(node.alias): ~/sky_workdir: \(note)")) }
    }
    for (node, answer) in zip(nodes, answers) {
      if let error = answer.error(node.alias, repository.address, ref: repository.ref) {
        throw error
      }
      guard let commit = answer.commit else {
        throw WorkflowError(
          .noRepository, "\(node.alias): workdir \(repository.address.shown)",
          "the clone gave no answer", advice: "See what `ssh \(node.alias) git --version` says.")
      }
      context.report(
        .notice("\(node.alias): ~/sky_workdir is at \(commit.prefix(12)), \(answer.place)"))
    }
  }

  /// A private repository on the web is tried once more with what git's helpers know here.
  private func answers(
    _ repository: Repository, on nodes: [ReachedNode]
  ) async throws -> [RepositoryAnswer] {
    let answers = try await clone(repository, on: nodes)
    let refused = answers.contains { ["remote", "submodule"].contains($0.failure?.word) }
    guard refused, repository.login == nil,
      let login = await access.knownLogin(repository.address)
    else { return answers }
    var known = repository
    known.login = login
    return try await clone(known, on: nodes)
  }

  private func clone(
    _ repository: Repository, on nodes: [ReachedNode], want: String? = nil
  ) async throws -> [RepositoryAnswer] {
    let address = repository.address
    var values = ["url": address.plain]
    values["ref"] = repository.ref.map { MaskedText($0) }
    values["want"] = want.map { MaskedText($0) }
    values.merge(access.web(address, repository.login)) { $1 }
    var keys: [String]?
    if address.transport == .ssh {
      let lent = await access.ssh(to: address)
      values.merge(lent.values) { $1 }
      keys = lent.keys
    }
    let script = RepositoryScript.text(values)
    let agent = AgentShell(home: context.home, environment: context.environment)
    return try await withThrowingTaskGroup(of: (Int, RepositoryAnswer).self) { [keys] group in
      for (index, node) in nodes.enumerated() {
        group.addTask {
          let lines =
            if let keys {
              try await agent.run(script, on: node.alias, keys: keys)
            } else {
              try await NodeShell.run(script, on: node.host)
            }
          return (index, RepositoryAnswer(lines))
        }
      }
      var answers: [Int: RepositoryAnswer] = [:]
      for try await (index, answer) in group { answers[index] = answer }
      return nodes.indices.compactMap { answers[$0] }
    }
  }

  private var access: RepositoryAccess {
    RepositoryAccess(home: context.home, environment: context.environment)
  }
}
