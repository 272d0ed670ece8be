import Testing

@testable import HostBook

@Suite struct NumberTests {
  static let times: [(String, Int?)] = [
    ("0", 0), ("90", 90), ("1m30s", 90), ("2H", 7200), ("1w1d", 691_200), ("1m 30", 90),
    ("+5", 5), ("", nil), ("-1", nil), ("1x", nil), ("m", nil), ("2147483647", 2_147_483_647),
    ("2147483648", nil), ("99999999999999999999", nil), ("3551w", nil),
  ]

  @Test("times are in seconds", arguments: times)
  func readsTimes(_ text: String, _ expected: Int?) {
    #expect(Numbers.seconds(Bytes(text)) == expected)
  }

  static let scaled: [(String, Int?)] = [
    ("16", 16), ("1K", 1024), ("1.5k", 1536), ("2G", 2_147_483_648), ("-4", -4), ("1.9", 1),
    ("1Z", nil), ("1KB", nil), ("8E", nil), ("1..2k", nil), ("--1", nil), ("", 0),
    ("99999999999999999999", nil),
  ]

  @Test("sizes have binary units", arguments: scaled)
  func readsSizes(_ text: String, _ expected: Int?) {
    #expect(Numbers.scaled(Bytes(text)) == expected)
  }

  static let scanned: [(String, Int, Int?)] = [
    ("0x1f", 0, 31), ("010", 0, 8), ("010", 10, 10), (" +7", 10, 7), ("0x", 0, 0),
    ("x", 10, nil), ("777", 8, 511), ("-12", 10, -12), ("99999999999999999999", 10, .max),
  ]

  @Test("numbers are scanned as strtol does", arguments: scanned)
  func scans(_ text: String, _ base: Int, _ expected: Int?) {
    #expect(Numbers.scan(Bytes(text), base: base)?.value == expected)
  }

  @Test func `the hash of %C is SHA-1`() {
    #expect(SHA1.hexDigest([]).text == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    #expect(
      SHA1.hexDigest(Array("abc".utf8)).text == "a9993e364706816aba3e25717850c26c9cd0d89d")
    let long = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000)
    #expect(SHA1.hexDigest(long).text == "291e9a6c66994949b57ba5e650361e98fc36b1ba")
  }

  static let banners: [(String, VersionProfile?)] = [
    (
      "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.19 27 Jan 2026",
      VersionProfile(
        major: 9, minor: 2, isDebian: true, release: "OpenSSH_9.2p1 Debian-2+deb12u10")
    ),
    ("OpenSSH_10.5p1, LibreSSL 4.0", VersionProfile(major: 10, minor: 5, isDebian: false)),
    ("OpenSSH_for_Windows_9.5p1", nil), ("Dropbear v2022", nil), ("", nil),
  ]

  @Test("the profile follows the version that ssh prints", arguments: banners)
  func readsBanner(_ banner: String, _ expected: VersionProfile?) {
    #expect(VersionProfile(banner: banner) == expected)
  }
}
