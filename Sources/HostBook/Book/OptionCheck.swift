/// Which further `-o` options a block may hold.
extension EntryCheck {
  /// Throws `.invalid` for what is no option, belongs to a field of its own, or would undo a guarantee.
  public static func option(_ option: AliasEntry.Option) throws(BookError) {
    let keyword = option.keyword.lowercased()
    guard !keyword.isEmpty, keyword.utf8.count <= 60,
      keyword.utf8.allSatisfy({ (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) })
    else { throw refuse(quoted(option.keyword), "not a keyword of ssh_config") }
    if structural.contains(keyword) {
      throw refuse(option.keyword, "cannot stand inside a Host block")
    }
    if let field = fields[keyword] {
      throw refuse(option.keyword, "has a place of its own", advice: field)
    }
    try text(option.value, option.keyword)
  }

  /// Whether ssh would run or load a program of the option's choosing on this machine.
  ///
  /// Such options are for the user to set, never for a provider or a bundle from someone else.
  public static func runsPrograms(_ option: AliasEntry.Option) -> Bool {
    programs.contains(option.keyword.lowercased())
  }

  private static let structural: Set<String> = ["host", "match", "include", "ignoreunknown"]

  private static let trust =
    "host keys are always checked: pin one with --host-key, or use --accept-new"
  private static let fields: [String: String] = [
    "hostname": "give it as [USER@]HOST[:PORT]", "user": "give it as [USER@]HOST[:PORT]",
    "port": "give it as [USER@]HOST[:PORT]", "identityfile": "use -i",
    "proxyjump": "use -J", "proxycommand": "use the proxy command of the entry",
    "hostkeyalias": trust, "stricthostkeychecking": trust, "userknownhostsfile": trust,
    "globalknownhostsfile": trust, "controlpath": "sky gives each alias a private socket",
  ]

  private static let programs: Set<String> = [
    "proxycommand", "localcommand", "permitlocalcommand", "knownhostscommand", "pkcs11provider",
    "smartcarddevice", "securitykeyprovider", "xauthlocation", "identityagent", "forwardagent",
  ]
}
