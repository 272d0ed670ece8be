/// How the arguments of a keyword are read.
enum KeywordForm: Sendable {
  case choice(Choice)
  /// Seconds, or `none` for "leave it unset".
  case time
  case integer
  case text
  /// The rest of the line as it stands, comments and quotes included.
  case command
  /// Words; `none` only alone. At most so many are kept.
  case list(limit: Int)
  case algorithms(Algorithms.Kind)
  /// Has code of its own.
  case special

  static func of(_ keyword: Keyword) -> KeywordForm { all[Int(keyword.rawValue)] }

  private static let all: [KeywordForm] = Keyword.allCases.map(form)

  private static func form(_ keyword: Keyword) -> KeywordForm {
    switch keyword {
    case .connecttimeout, .forwardx11timeout, .serveraliveinterval: .time
    case .numberofpasswordprompts, .connectionattempts, .serveralivecountmax,
      .canonicalizemaxdots, .requiredrsasize:
      .integer
    case .kbdinteractivedevices, .gssapiclientidentity, .gssapiserveridentity, .xauthlocation,
      .user, .hostname, .hostkeyalias, .preferredauthentications, .bindaddress, .bindinterface,
      .pkcs11provider, .securitykeyprovider, .controlpath, .ignoreunknown, .tag:
      .text
    case .knownhostscommand, .proxycommand, .localcommand, .remotecommand: .command
    case .globalknownhostsfile, .userknownhostsfile: .list(limit: 32)
    case .ciphers: .algorithms(.ciphers)
    case .macs: .algorithms(.macs)
    case .kexalgorithms: .algorithms(.kex)
    case .hostkeyalgorithms, .hostbasedacceptedalgorithms, .pubkeyacceptedalgorithms:
      .algorithms(.keys)
    case .casignaturealgorithms: .algorithms(.signatures)
    case .gssapikexalgorithms: .algorithms(.gssKex)
    default: choice(keyword).map(KeywordForm.choice) ?? .special
    }
  }

  /// The words a keyword chooses from, nil for other keywords.
  static func choice(_ keyword: Keyword) -> Choice? {
    switch keyword {
    case .pubkeyauthentication: .pubkey
    case .verifyhostkeydns, .updatehostkeys: .ask
    case .stricthostkeychecking: .strictHostKey
    case .compression: .compression
    case .addressfamily: .addressFamily
    case .controlmaster: .controlMaster
    case .tunnel: .tunnel
    case .requesttty: .requestTTY
    case .sessiontype: .sessionType
    case .canonicalizehostname: .canonicalize
    case .warnweakcrypto: .warnWeakCrypto
    case .fingerprinthash: .digest
    case .loglevel: .logLevel
    case .syslogfacility: .logFacility
    case .forwardx11, .forwardx11trusted, .gatewayports, .exitonforwardfailure,
      .passwordauthentication, .kbdinteractiveauthentication, .hostbasedauthentication,
      .gssapiauthentication, .gssapikeyexchange, .gssapidelegatecredentials, .gssapitrustdns,
      .gssapirenewalforcesrekey, .batchmode, .checkhostip, .tcpkeepalive,
      .nohostauthenticationforlocalhost, .clearallforwardings, .enablesshkeysign,
      .identitiesonly, .hashknownhosts, .permitlocalcommand, .visualhostkey, .stdinnull,
      .forkafterauthentication, .proxyusefdpass, .canonicalizefallbacklocal,
      .streamlocalbindunlink, .enableescapecommandline:
      .flag
    default: nil
    }
  }
}
