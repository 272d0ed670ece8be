import ArgumentParser

/// `ALIAS:PATH`, as scp and rsync write it.
struct RemotePath: ExpressibleByArgument {
  var alias: String
  /// Without trailing slashes; empty is the login folder.
  var path: String
  /// It was written with a slash at its end.
  var endsInSlash: Bool

  init?(argument: String) {
    guard let colon = argument.firstIndex(of: ":"), colon != argument.startIndex,
      !argument[..<colon].contains("/")
    else { return nil }
    alias = String(argument[..<colon])
    var rest = argument[argument.index(after: colon)...]
    endsInSlash = rest.isEmpty || rest.hasSuffix("/")
    while rest.count > 1, rest.hasSuffix("/") { rest.removeLast() }
    path = String(rest)
  }
}
