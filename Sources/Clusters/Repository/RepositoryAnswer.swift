import HostBook

/// What a node said about its clone.
struct RepositoryAnswer: Equatable, Sendable {
  /// The commit that is checked out; nil when it did not come to that.
  var commit: String?
  /// `branch main`, for people.
  var place = ""
  var notes: [String] = []
  /// The class of the failure and git's own words.
  var failure: (word: String, text: String)?
  /// The branches and tags that there are, when the one that was asked for is not among them.
  var names: [String] = []

  init(_ lines: [NodeAnswer.Line]) {
    for line in lines {
      switch line.word {
      case "at":
        let parts = line.text.split(separator: " ", maxSplits: 1).map(String.init)
        commit = parts.first
        place = parts.count > 1 ? parts[1] : ""
      case "note": notes.append(line.text)
      case "have": names.append(line.text)
      case "fail":
        let parts = line.text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        failure = (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
      default: break
      }
    }
  }

  static func == (one: Self, other: Self) -> Bool {
    one.commit == other.commit && one.place == other.place && one.notes == other.notes
      && one.names == other.names && one.failure?.word == other.failure?.word
      && one.failure?.text == other.failure?.text
  }
}

extension RepositoryAnswer {
  /// The failure in words for people.
  func error(_ node: String, _ address: RepositoryAddress, ref: String?) -> WorkflowError? {
    guard let failure else { return nil }
    let subject = "\(node): workdir \(address.shown)"
    switch failure.word {
    case "no-git":
      return WorkflowError(
        .toolFailed, subject, "the node has no git",
        advice: "On the node: sudo apt-get install git.")
    case "no-ref":
      let near = ref.flatMap { Suggestion.nearest(to: $0, in: names) }
      return WorkflowError(
        .noSource, subject,
        "\(ref.map { "\($0): " } ?? "")\(failure.text)"
          + (near.map { "; did you mean \($0)?" } ?? ""))
    case "remote", "submodule":
      let what = failure.word == "remote" ? "cannot be fetched" : "a submodule cannot be fetched"
      return WorkflowError(
        .noRepository, subject, "\(what): \(failure.text)", advice: Self.accessAdvice(address))
    case "in-the-way":
      return WorkflowError(
        .inTheWay, subject, "~/sky_workdir there holds \(failure.text); nothing was changed",
        advice: "`ssh \(node) mv sky_workdir sky_workdir.old` makes room for the clone.")
    case "changed":
      return WorkflowError(
        .inTheWay, subject,
        "~/sky_workdir there has changes that are in no commit (\(failure.text)); "
          + "nothing was changed",
        advice: "Commit and push them there, or put them aside: "
          + "`ssh \(node) 'cd sky_workdir && git stash'`.")
    default:
      return WorkflowError(
        .inTheWay, subject, "cannot be checked out: \(failure.text)",
        advice: "Files of the node's own are never overwritten: move them away there.")
    }
  }

  private static func accessAdvice(_ address: RepositoryAddress) -> String {
    switch address.transport {
    case .ssh:
      "Your agent's keys and your known hosts were lent to the node for this: "
        + "see that `ssh -T \([address.user, address.host].compactMap { $0 }.joined(separator: "@"))`"
        + " works here."
    case .web:
      "For a private repository give a token: --secret GIT_TOKEN, or a credential helper of git "
        + "here that knows \(address.host)."
    case .other: "The node has to reach this address."
    }
  }
}
