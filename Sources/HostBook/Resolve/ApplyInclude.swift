import SystemPackage

extension Interpreter {
  static let maxIncludeDepth = 16

  /// Reads the files that the patterns of an Include line name, each as if it stood here.
  ///
  /// The block around the line goes on after it, whatever the files' own Host and Match lines did.
  mutating func applyInclude(_ frame: inout Frame) throws(Failure) {
    if frame.isCommandLine { throw .line("Include directive not supported as an option") }
    // The words are taken first: the included lines use the same storage.
    var patterns: [Bytes] = []
    while let word = words.take() { patterns.append(word) }
    for pattern in patterns {
      if pattern.isEmpty { throw .line("empty argument") }
      let path = try includePath(pattern, frame)
      for file in glob(path) { try include(file, frame) }
    }
    words.consume()
  }

  private func includePath(_ word: Bytes, _ frame: Frame) throws(Failure) -> [UInt8] {
    var path = Array(word)
    if environment.profile.expandsInclude {
      do {
        path = try includeTokens.expand(word)
      } catch {
        throw fatal("Include \(word.text): \(error.message)", frame, .badSettings)
      }
    }
    if path.first == .tilde, !frame.isUser { throw .line("bad include path \(path.text)") }
    if path.first == .slash || path.first == .tilde { return path }
    return Array((frame.isUser ? "~/.ssh/" : "/etc/ssh/").utf8) + path
  }

  private var includeTokens: Tokens {
    let name = settings.text(.hostname) ?? host
    var tokens = Connection(
      environment, typedHost: typedHost, host: name,
      user: settings.text(.user) ?? Array(environment.user.utf8),
      port: settings.number(.port) ?? 22, keyAlias: settings.text(.hostkeyalias) ?? host,
      jump: jumpToken
    ).tokens
    tokens.variables = environment.variables
    return tokens
  }

  /// What a file that cannot be opened means.
  enum UnopenedFile { case refuse, passOver, passOverMissing }

  private mutating func include(_ path: FilePath, _ parent: Frame) throws(Failure) {
    do {
      try read(path, Self.frame(including: parent), checked: true, whenUnopened: .passOverMissing)
    } catch {
      throw .fatal(error)
    }
  }

  private static func frame(including parent: Frame) -> Frame {
    var frame = Frame(file: parent.file, line: parent.line, isUser: parent.isUser)
    frame.neverMatches = parent.neverMatches || !parent.isActive
    frame.depth = parent.depth + 1
    frame.isActive = parent.isActive
    frame.block = parent.block
    return frame
  }

  /// Opens and applies one file; `frame` holds the place of the Include, or of nothing for the first file.
  ///
  /// `checked` asks for an owner and a mode that ssh trusts.
  mutating func read(
    _ path: FilePath, _ start: Frame, checked: Bool, whenUnopened: UnopenedFile
  ) throws(ResolveError) {
    if start.depth > Self.maxIncludeDepth {
      throw ResolveError(.badConfiguration, [problem("too many nested includes (16)", start)])
    }
    let contents: ConfigFileContents
    do {
      contents = try environment.files.read(path)
    } catch {
      if whenUnopened == .passOver { return }
      if whenUnopened == .passOverMissing, error == .noSuchFileOrDirectory { return }
      throw ResolveError(.unusableFile, "cannot open: \(error)", file: path)
    }
    if checked, !contents.isTrusted {
      throw ResolveError(
        .unusableFile,
        "bad owner or permissions: it must belong to you or root and nobody else may write it "
          + "(chmod 600)", file: path)
    }
    var frame = start
    frame.file = number(of: path)
    frame.line = 0
    try apply(contents.bytes, &frame)
  }

  /// A file that is read again, in the second pass or from another Include, keeps its number.
  private mutating func number(of path: FilePath) -> Int32 {
    if let known = files.firstIndex(of: path) {
      trace?.expectRepeats()
      return Int32(known)
    }
    files.append(path)
    return Int32(files.count - 1)
  }

  private func glob(_ pattern: [UInt8]) -> [FilePath] {
    Glob(files: environment.files, home: environment.home ?? environment.passwdHome) {
      [environment] name in environment.homeOfUser(name)
    }.paths(pattern)
  }
}
