/// `workdir` as it is written: a folder here, or a repository that nodes clone.
enum WorkdirField: Equatable, Sendable {
  case folder(Located<String>)
  case git(url: Located<String>, ref: Located<String>?)

  init(_ value: YAMLValue) throws(TaskError) {
    guard value.isMapping else {
      guard !value.isList else { throw value.mustBe("a path, or a mapping of `url` and `ref`") }
      self = .folder(value.located(try value.word("a path such as `.`")))
      return
    }
    let fields = try Fields(value, known: ["url", "ref"])
    guard let url = fields["url"] else {
      throw value.bad("has no `url`", advice: "Name the repository, and a branch, tag or commit.")
    }
    let ref = fields["ref"]
    self = .git(
      url: url.located(try url.word("the address of a repository")),
      ref: try ref.map { (ref) throws(TaskError) in try Self.readRef(ref) })
  }

  /// A commit may be digits only, and a tag `1.10`: both are meant as they are written.
  private static func readRef(_ value: YAMLValue) throws(TaskError) -> Located<String> {
    value.located(value.number == nil ? try value.word("a branch, tag or commit") : value.word)
  }
}
