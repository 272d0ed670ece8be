extension Printer {
  private var settings: Settings { finish.settings }
  private var profile: VersionProfile { finish.environment.profile }

  /// A unix socket's LocalForward is printed as a DynamicForward, too: so does ssh.
  mutating func forwards() {
    for stored in settings.localForwards {
      guard case .forward(let forward) = stored.value else { continue }
      if forward.connectHost == nil || forward.isSocks {
        add(.dynamicforward, Print.forward(forward, .dynamicforward), stored.source)
      }
    }
    for stored in settings.localForwards {
      guard case .forward(let forward) = stored.value, !forward.isSocks else { continue }
      add(.localforward, Print.forward(forward, .localforward), stored.source)
    }
    for stored in settings.remoteForwards {
      add(.remoteforward, Print.text(.remoteforward, stored.value), stored.source)
    }
  }

  mutating func lists() {
    if settings.identityFiles.isEmpty {
      for name in defaultIdentities { add(.identityfile, "~/.ssh/id_" + name, nil) }
    }
    each(.identityfile, settings.identityFiles)
    oneLine(.canonicaldomains)
    each(.certificatefile, settings.certificateFiles)
    oneLine(
      .globalknownhostsfile, default: ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"])
    let home = finish.environment.passwdHome.appending(".ssh").string
    oneLine(.userknownhostsfile, default: [home + "/known_hosts", home + "/known_hosts2"])
    each(.sendenv, settings.sentVariables)
    for entry in settings.list(.setenv) ?? [] {
      add(.setenv, entry.text, settings[.setenv]?.source)
    }
    oneLine(.logverbose)
    if profile.revokedKeysAreList { oneLine(.revokedhostkeys, noneIsEmpty: true) }
    if profile.knows(.channeltimeout) { oneLine(.channeltimeout, noneIsEmpty: true) }
  }

  private var defaultIdentities: [String] {
    let common = ["rsa", "ecdsa", "ecdsa_sk", "ed25519", "ed25519_sk"]
    if profile.isAtLeast(10, 5) { return common + ["mldsa44_ed25519"] }
    return common + (profile.isAtLeast(10, 0) ? [] : ["xmss", "dsa"])
  }

  private mutating func each(_ keyword: Keyword, _ values: [StoredValue]) {
    for stored in values { add(keyword, Print.text(keyword, stored.value), stored.source) }
  }

  private mutating func oneLine(
    _ keyword: Keyword, default value: [String] = [], noneIsEmpty: Bool = false
  ) {
    let stored = settings[keyword]
    let list = settings.list(keyword) ?? value.map { Array($0.utf8) }
    add(keyword, Print.text(keyword, .list(list)), stored?.source)
  }

  mutating func specials() {
    let opens = settings.list(.permitremoteopen)
    add(
      .permitremoteopen, opens.map { Print.text(.permitremoteopen, .list($0)) } ?? "any",
      settings[.permitremoteopen]?.source)
    pair(.addkeystoagent, [0, 0])
    let agent = settings[.forwardagentpath] ?? settings[.forwardagent]
    add(
      .forwardagent, agent.map { Print.text(.forwardagent, $0.value) } ?? "no", agent?.source)
    let timeout = settings.number(.connecttimeout).map(String.init) ?? "none"
    add(.connecttimeout, timeout, settings[.connecttimeout]?.source)
    pair(.tunneldevice, [Interpreter.anyTunnel, Interpreter.anyTunnel])
    oneLine(.canonicalizepermittedcnames)
    pair(.controlpersist, [0, 0])
    let escape = settings[.escapechar]
    add(
      .escapechar, Print.text(.escapechar, escape?.value ?? .number(Int(UInt8.tilde))),
      escape?.source)
    let isNew = profile.isAtLeast(10, 0) && !profile.isDebian
    pair(.ipqos, profile.isDebian ? [0x10, 0x08] : isNew ? [0xb8, 0x00] : [0x48, 0x20])
    let bytes = settings.number(.rekeylimit) ?? 0
    let seconds = settings.number(.rekeyinterval) ?? 0
    add(
      .rekeylimit, "\(bytes) \(seconds)",
      (settings[.rekeylimit] ?? settings[.rekeyinterval])?.source)
    let mask = settings[.streamlocalbindmask]
    add(
      .streamlocalbindmask, Print.text(.streamlocalbindmask, mask?.value ?? .number(0o177)),
      mask?.source)
    let facility = settings[.syslogfacility]
    add(
      .syslogfacility, Print.text(.syslogfacility, facility?.value ?? .number(1)),
      facility?.source)
    if let jump = settings[.proxyjump] {
      add(.proxyjump, Print.text(.proxyjump, jump.value), jump.source)
    } else if let command = settings[.proxycommand] {
      add(.proxycommand, Print.text(.proxycommand, command.value), command.source)
    }
  }

  private mutating func pair(_ keyword: Keyword, _ value: [Int]) {
    let stored = settings[keyword]
    add(keyword, Print.text(keyword, stored?.value ?? .numbers(value)), stored?.source)
  }
}
