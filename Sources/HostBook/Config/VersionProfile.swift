/// Which OpenSSH is imitated: what differs between releases and between upstream and Debian.
///
/// Values follow the sources of 9.2p1 (with Debian's patches) and 10.5p1; a release in between has the
/// switches of its own number and the lists of the nearer of the two.
public struct VersionProfile: Equatable, Sendable {
  public var major: Int
  public var minor: Int
  /// Debian's and Ubuntu's build: GSSAPI key exchange, private groups, other defaults.
  public var isDebian: Bool
  /// Whether the build knows the GSSAPI keywords; Debian's always does.
  public var hasGSSAPI: Bool
  /// The release as the program names itself, `OpenSSH_9.2p1 Debian-2+deb12u7`; what `Match version` sees.
  public var release: String

  public init(
    major: Int, minor: Int, isDebian: Bool, hasGSSAPI: Bool? = nil, release: String? = nil
  ) {
    self.major = major
    self.minor = minor
    self.isDebian = isDebian
    self.hasGSSAPI = hasGSSAPI ?? isDebian
    self.release = release ?? "OpenSSH_\(major).\(minor)p1"
  }

  public static let debian9_2 = VersionProfile(major: 9, minor: 2, isDebian: true)
  public static let portable10_5 = VersionProfile(major: 10, minor: 5, isDebian: false)

  /// The profile that fits what `ssh -V` printed, for example `OpenSSH_9.2p1 Debian-2+deb12u7, …`;
  /// nil when that is no OpenSSH.
  public init?(banner: String) {
    let bytes = Array(banner.utf8)[...]
    guard banner.hasPrefix("OpenSSH_"),
      let (major, dot) = Numbers.scan(bytes.dropFirst(8), base: 10), dot < bytes.endIndex,
      bytes[dot] == .dot,
      let (minor, _) = Numbers.scan(bytes[(dot + 1)...], base: 10)
    else { return nil }
    self.init(
      major: major, minor: minor,
      isDebian: banner.contains("Debian") || banner.contains("Ubuntu"),
      release: String(banner.prefix { $0 != "," }))
  }

  /// The release in words, for messages and reports.
  public var name: String { "OpenSSH \(major).\(minor)" + (isDebian ? " (Debian)" : "") }

  func isAtLeast(_ major: Int, _ minor: Int) -> Bool {
    (self.major, self.minor) >= (major, minor)
  }

  /// Match lines are split like all others, no longer with the old splitter.
  var splitsMatchIntoWords: Bool { isAtLeast(9, 9) }
  /// Include paths expand tokens and environment variables.
  var expandsInclude: Bool { isAtLeast(9, 9) }
  var hasJumpToken: Bool { isAtLeast(9, 6) }
  /// `Match !final` asks for the second pass too.
  var negatedFinalForcesPass: Bool { !isAtLeast(10, 1) }
  /// User, SetEnv and RevokedHostKeys are expanded, list keywords need an argument.
  var expandsMore: Bool { isAtLeast(10, 0) }
  var revokedKeysAreList: Bool { isAtLeast(10, 3) }

  func knows(_ keyword: Keyword) -> Bool {
    switch keyword {
    case .forwardagentpath, .rekeyinterval: false
    case .tag: isAtLeast(9, 4)
    case .obscurekeystroketiming: isAtLeast(9, 5)
    case .channeltimeout: isAtLeast(9, 6)
    case .versionaddendum: isAtLeast(10, 0)
    case .warnweakcrypto, .refuseconnection: isAtLeast(10, 1)
    case .gssapikeyexchange, .gssapitrustdns, .gssapiclientidentity, .gssapiserveridentity,
      .gssapirenewalforcesrekey, .gssapikexalgorithms:
      isDebian
    case .gssapiauthentication, .gssapidelegatecredentials: hasGSSAPI
    default: true
    }
  }
}
