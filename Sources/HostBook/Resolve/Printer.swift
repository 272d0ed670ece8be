/// Lists all settings in the order of `ssh -G` (dump_client_config in readconf.c).
struct Printer {
  let finish: Finish
  private let settings: Settings
  private let profile: VersionProfile
  private(set) var lines: [Line] = []

  struct Line {
    var keyword: Keyword
    var key: String
    var value: String
    /// nil for a default.
    var source: SourceLine?
  }

  init(_ finish: Finish) {
    self.finish = finish
    self.settings = finish.settings
    self.profile = finish.environment.profile
  }

  mutating func print() {
    add(.host, finish.interpreter.typedHost.text, nil)
    string(.user, default: finish.environment.user)
    add(.hostname, finish.host.text, settings[.hostname]?.source)
    number(.port, default: 22)
    flags()
    integers()
    strings()
    forwards()
    lists()
    specials()
  }

  mutating func add(_ keyword: Keyword, _ value: String, _ source: SourceLine?) {
    let key = keyword == .canonicalizepermittedcnames ? "canonicalizePermittedcnames" : keyword.name
    lines.append(Line(keyword: keyword, key: key, value: value, source: source))
  }

  private mutating func stored(_ keyword: Keyword, default value: Value) {
    let stored = settings[keyword]
    add(keyword, Print.text(keyword, stored?.value ?? value), stored?.source)
  }

  private mutating func number(_ keyword: Keyword, default value: Int) {
    stored(keyword, default: .number(value))
  }

  private mutating func string(_ keyword: Keyword, default value: String? = nil) {
    if let stored = settings[keyword] {
      add(keyword, Print.text(keyword, stored.value), stored.source)
    } else if let value {
      add(keyword, value, nil)
    }
  }

  private mutating func flags() {
    let isDebian = profile.isDebian
    let all: [(Keyword, Int)] = [
      (.addressfamily, 0), (.batchmode, 0), (.canonicalizefallbacklocal, 1),
      (.canonicalizehostname, 0), (.checkhostip, 0), (.compression, 0), (.controlmaster, 0),
      (.enablesshkeysign, 0), (.clearallforwardings, 0), (.exitonforwardfailure, 0),
      (.fingerprinthash, 2), (.forwardx11, 0), (.forwardx11trusted, isDebian ? 1 : 0),
      (.gatewayports, 0), (.gssapiauthentication, 0), (.gssapikeyexchange, 0),
      (.gssapidelegatecredentials, 0), (.gssapitrustdns, 0), (.gssapirenewalforcesrekey, 0),
      (.gssapiclientidentity, 0), (.gssapiserveridentity, 0), (.gssapikexalgorithms, 0),
      (.hashknownhosts, 0), (.hostbasedauthentication, 0), (.identitiesonly, 0),
      (.kbdinteractiveauthentication, 1), (.nohostauthenticationforlocalhost, 0),
      (.passwordauthentication, 1), (.permitlocalcommand, 0), (.proxyusefdpass, 0),
      (.pubkeyauthentication, 3), (.requesttty, 2), (.sessiontype, 2), (.stdinnull, 0),
      (.forkafterauthentication, 0), (.streamlocalbindunlink, 0), (.stricthostkeychecking, 3),
      (.tcpkeepalive, 1), (.tunnel, 0), (.verifyhostkeydns, 0), (.visualhostkey, 0),
      (.updatehostkeys, updateHostKeys), (.enableescapecommandline, 0), (.warnweakcrypto, 1),
    ]
    for (keyword, value) in all where profile.knows(keyword) {
      switch keyword {
      case .gssapiclientidentity, .gssapiserveridentity: string(keyword)
      case .gssapikexalgorithms: string(keyword, default: Self.gssKex)
      default: number(keyword, default: value)
      }
    }
  }

  private static let gssKex = """
    gss-group14-sha256-,gss-group16-sha512-,gss-nistp256-sha256-,gss-curve25519-sha256-,\
    gss-group14-sha1-,gss-gex-sha1-
    """

  /// Host keys are learnt only into the file that everybody has.
  private var updateHostKeys: Int {
    let files = finish.interpreter.settings.list(.userknownhostsfile)
    let isUsual = files.map { $0.count == 1 && $0[0].equals("~/.ssh/known_hosts") } ?? true
    return isUsual && settings.number(.verifyhostkeydns) ?? 0 == 0 ? 1 : 0
  }

  private mutating func integers() {
    number(.canonicalizemaxdots, default: 1)
    number(.connectionattempts, default: 1)
    number(.forwardx11timeout, default: 1200)
    number(.numberofpasswordprompts, default: 3)
    number(.serveralivecountmax, default: 3)
    let isSilent = profile.isDebian && settings.number(.batchmode) == 1
    number(.serveraliveinterval, default: isSilent ? 300 : 0)
    number(.requiredrsasize, default: 1024)
    if profile.knows(.obscurekeystroketiming) { number(.obscurekeystroketiming, default: 20) }
  }

  private mutating func strings() {
    string(.bindaddress)
    string(.bindinterface)
    algorithms(.ciphers, .ciphers)
    string(.controlpath)
    algorithms(.hostkeyalgorithms, .keys)
    string(.hostkeyalias)
    algorithms(.hostbasedacceptedalgorithms, .keys)
    string(.identityagent)
    string(.ignoreunknown)
    string(.kbdinteractivedevices)
    algorithms(.kexalgorithms, .kex)
    algorithms(.casignaturealgorithms, .signatures)
    string(.localcommand)
    string(.remotecommand)
    number(.loglevel, default: 3)
    algorithms(.macs, .macs)
    string(.pkcs11provider)
    if settings.text(.securitykeyprovider)?.equalsIgnoringCase("none") != true {
      string(.securitykeyprovider, default: "internal")
    }
    string(.preferredauthentications)
    algorithms(.pubkeyacceptedalgorithms, .keys)
    if !profile.revokedKeysAreList { string(.revokedhostkeys) }
    string(.xauthlocation, default: profile.isDebian ? "/usr/bin/xauth" : "/usr/X11R6/bin/xauth")
    string(.knownhostscommand)
    string(.tag)
    string(.versionaddendum)
  }

  private mutating func algorithms(_ keyword: Keyword, _ kind: Algorithms.Kind) {
    string(keyword, default: finish.interpreter.algorithms.names(kind).defaults.text)
  }
}
