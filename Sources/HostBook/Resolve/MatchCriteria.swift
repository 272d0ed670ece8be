extension Interpreter {
  /// Whether one criterion holds, its negation aside; nil when it was not looked at.
  mutating func holds(
    _ name: Bytes, _ argument: Bytes, _ state: inout MatchState, _ isNegated: Bool, _ frame: Frame
  ) throws(Failure) -> Bool? {
    let user = settings.text(.user) ?? Array(environment.user.utf8)
    switch name.lowercasedASCII().text {
    case "host": return Self.matchesHost(state.host, argument)
    case "originalhost": return Self.matchesHost(typedHost, argument)
    case "user": return Pattern.matchesList(user[...], argument) == .matched
    case "localuser":
      return Pattern.matchesList(Bytes(environment.user), argument) == .matched
    case "exec": return try exec(argument, user: user, &state, isNegated, frame)
    case "tagged" where environment.profile.isAtLeast(9, 4):
      return Self.matchesOptional(settings.text(.tag) ?? [], argument)
    case "localnetwork" where environment.profile.isAtLeast(9, 4):
      throw undecided("Match localnetwork depends on this machine's network interfaces", frame)
    case "command" where environment.profile.isAtLeast(10, 0):
      return argument.isEmpty
    case "sessiontype" where environment.profile.isAtLeast(10, 0):
      return Pattern.matchesList(sessionType, argument) == .matched
    case "version" where environment.profile.isAtLeast(10, 0):
      return Pattern.matchesList(Bytes(environment.profile.release), argument) == .matched
    default:
      throw .line("Bad Match condition: unsupported criterion \(name.text)")
    }
  }

  private func undecided(_ message: String, _ frame: Frame) -> Failure {
    fatal(message + "; ask ssh -G instead", frame, .undecided)
  }

  private var sessionType: Bytes {
    switch settings.number(.sessiontype) {
    case 0: Bytes("none")
    case 1: Bytes("subsystem")
    default: Bytes("shell")
    }
  }

  private static func matchesHost(_ name: [UInt8], _ list: Bytes) -> Bool {
    Pattern.matchesList(name.lowercasedASCII()[...], list, lowercased: true) == .matched
  }

  /// An empty value matches an empty argument only.
  private static func matchesOptional(_ value: [UInt8], _ list: Bytes) -> Bool {
    value.isEmpty ? list.isEmpty : Pattern.matchesList(value[...], list) == .matched
  }

  private mutating func exec(
    _ command: Bytes, user: [UInt8], _ state: inout MatchState, _ isNegated: Bool, _ frame: Frame
  ) throws(Failure) -> Bool? {
    let tokens = Connection(
      environment, typedHost: typedHost, host: state.host, user: user,
      port: settings.number(.port) ?? 22, keyAlias: settings.text(.hostkeyalias) ?? state.host,
      jump: jumpToken
    ).tokens
    let expanded: [UInt8]
    do {
      expanded = try tokens.expand(command)
    } catch {
      throw fatal("Match exec \(command.text): \(error.message)", frame, .badSettings)
    }
    guard state.matches else { return nil }
    switch environment.exec {
    case .run(let run):
      do {
        return try run(expanded.text)
      } catch {
        throw .fatal(error)
      }
    case .skip:
      skippedCommands.append(expanded.text)
      state.take(false, "exec \(command.text) (not run)")
      return isNegated
    case .refuse:
      throw undecided("Match exec \"\(command.text)\" is not run", frame)
    }
  }

  /// What %j stands for: the last host of a ProxyJump, empty without one.
  var jumpToken: [UInt8] {
    guard let host = settings.jump?.last.host, !host.equalsIgnoringCase("none") else { return [] }
    return host
  }
}
