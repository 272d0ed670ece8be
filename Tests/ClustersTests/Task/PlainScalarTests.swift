import Support
import Testing

@testable import Clusters

@Suite("A word without quotes is what PyYAML takes it for")
struct PlainScalarTests {
  static let words = [
    "", "~", "null", "Null", "nULL", "yes", "Yes", "yES", "y", "n", "on", "OFF", "true", "False",
    "0", "-0", "+0", "7", "-7", "+7", "007", "08", "0o10", "0x1F", "-0x1f", "0b101", "1_000", "_1",
    "1:30", "-1:30", "1:60", "1:30:15", "1:30.5", "190:20:30", "1.", ".5", "-.5", "+1.5", "1.5e3",
    "1.5e+3", "1.5E-3", "1e3", "1e+3", "1.5_0", ".inf", "-.INF", ".nan", "inf", "1.2.3", "10.0",
    "0.1", "1.10", "123456789.0", "1.0e+22", "1.0e+15", "1.0e+16", "1.0e-4", "1.0e-5", "4+", "--",
    "99999999999999999999", "0x", "0b", "+", ".", "..", "1..2", "a", "1a", "2026-11-23",
  ]

  @Test("word for word", arguments: words)
  func table(_ word: String) throws {
    let wanted = try #require(Self.golden[word])
    let scalar = PlainScalar(word)
    let found = scalar == .null ? "null" : scalar.pythonText ?? "text"
    #expect(found == wanted)
  }

  /// `str()` of what PyYAML 6.0 loads, "null" for None, "text" where it stays as it is.
  static let golden: [String: String] = [
    "": "null", "~": "null", "null": "null", "Null": "null", "nULL": "text", "yes": "True",
    "Yes": "True", "yES": "text", "y": "text", "n": "text", "on": "True", "OFF": "False",
    "true": "True", "False": "False", "0": "0", "-0": "0", "+0": "0", "7": "7", "-7": "-7",
    "+7": "7", "007": "7", "08": "text", "0o10": "text", "0x1F": "31", "-0x1f": "-31",
    "0b101": "5", "1_000": "1000", "_1": "text", "1:30": "90", "-1:30": "-90", "1:60": "text",
    "1:30:15": "5415", "1:30.5": "90.5", "190:20:30": "685230", "1.": "1.0", ".5": "0.5",
    "-.5": "text", "+1.5": "1.5", "1.5e3": "text", "1.5e+3": "1500.0", "1.5E-3": "0.0015",
    "1e3": "text", "1e+3": "text", "1.5_0": "1.5", ".inf": "inf", "-.INF": "-inf", ".nan": "nan",
    "inf": "text", "1.2.3": "text", "10.0": "10.0", "0.1": "0.1", "1.10": "1.1",
    "123456789.0": "123456789.0", "1.0e+22": "1e+22", "1.0e+15": "1000000000000000.0",
    "1.0e+16": "1e+16", "1.0e-4": "0.0001", "1.0e-5": "1e-05", "4+": "text", "--": "text",
    "99999999999999999999": "99999999999999999999", "0x": "text", "0b": "text",
    "+": "text", ".": "text", "..": "text", "1..2": "text", "a": "text", "1a": "text",
    "2026-11-23": "text",
  ]
}
