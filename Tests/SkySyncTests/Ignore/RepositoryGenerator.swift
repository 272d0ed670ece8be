import Support

/// Makes up trees, and ignore files that speak of them.
struct RepositoryGenerator {
  var random: SeededGenerator
  /// Makes no pattern whose literal beginning ends in `**`: gits disagree on those.
  var avoidsGluedStars = false
  private(set) var tree: [(name: [UInt8], item: TreeItem)] = []
  private(set) var paths: [[UInt8]] = []
  private(set) var folders: [[UInt8]] = [[]]

  private static let names: [String] = [
    "a", "b", "ab", "abc", "foo", "bar", "foobar", "foo.txt", "a.o", "b.o", ".hidden", "A", "Foo",
    "FOO.TXT", "build",
    "data", "doc", "frotz", "keep.log", "x.log", "x y", "x ", " x", "a-b", "a_b", "a+b", "0", "10",
    "[a]", "[", "]", "*", "**", "a*", "?", "\\", "a\\b", "!", "!a", "#", "#a", "^", "-", "~",
    "tab\t", "é", "ü", "new\nline",
    "cr\r", "a\u{B}b", "a\u{C}b", "a\u{7F}", "a\u{1}", ":", "[:alpha:]", "z", "Z", "@", "`", "{",
    "trailing\\ ",
  ]

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  /// A tree of at most `count` entries, four folders deep.
  mutating func makeTree(count: Int) {
    // Few names, so that patterns meet them.
    let pool = (0..<8).map { _ in random.pick(Self.names) }
    var taken: Set<[UInt8]> = []
    for _ in 0..<count {
      let folder = random.pick(folders)
      var name = Array((random.chance(85) ? random.pick(pool) : random.pick(Self.names)).utf8)
      if random.chance(2) { name.append(UInt8.random(in: 0x80...0xFF, using: &random)) }
      let path = folder.isEmpty ? name : folder + [0x2F] + name
      guard taken.insert(path).inserted, path.filter({ $0 == 0x2F }).count < 5 else { continue }
      paths.append(path)
      if random.chance(45) {
        folders.append(path)
        tree.append((path, .folder()))
      } else {
        tree.append((path, random.chance(10) ? .link("a") : .file("")))
      }
    }
  }

  /// A tree of paths that look like what these rules speak of, at the top and deeper.
  mutating func makeTree(speakingOf rules: [UInt8]) {
    var taken: Set<[UInt8]> = []
    var files: Set<[UInt8]> = []
    for line in rules.split(separator: 10).prefix(150) where line.first != UInt8(ascii: "#") {
      var path = random.pick(["", "", "deep/", "a/b/"]).utf8.map { $0 }
      for byte in line.filter({ $0 != 13 }) {
        switch byte {
        case UInt8(ascii: "*"): path += random.pick(["", "x", "x/y"]).utf8
        case UInt8(ascii: "?"): path.append(UInt8(ascii: "q"))
        case UInt8(ascii: "!"), UInt8(ascii: "\\"), UInt8(ascii: "["), UInt8(ascii: "]"): continue
        default: path.append(byte)
        }
      }
      let parts = path.split(separator: 0x2F).map(Array.init)
      for count in 1..<max(2, parts.count + 1) {
        let path = Array(parts.prefix(count).joined(separator: [0x2F]))
        if files.contains(path) { break }
        guard !path.isEmpty, taken.insert(path).inserted else { continue }
        let isFolder = count < parts.count || line.last == 0x2F || random.chance(20)
        tree.append((path, isFolder ? .folder() : .file("")))
        paths.append(path)
        if !isFolder { files.insert(path) }
      }
    }
  }

  /// An ignore file of a few lines.
  mutating func makeRules() -> [UInt8] {
    var bytes: [UInt8] = random.chance(4) ? [0xEF, 0xBB, 0xBF] : []
    for _ in 0..<Int.random(in: 1...8, using: &random) {
      bytes += withoutGluedStars(makeLine()) + (random.chance(4) ? Array("\r\n".utf8) : [10])
    }
    if random.chance(10) { bytes.removeLast() }
    return bytes
  }

  private func withoutGluedStars(_ line: [UInt8]) -> [UInt8] {
    guard avoidsGluedStars, let star = line.firstIndex(of: UInt8(ascii: "*")), star > 0,
      line[(star - 1)...].starts(with: [line[star - 1]] + Array("**".utf8)), line[star - 1] != 0x2F
    else { return line }
    return Array(line[..<star])
  }

  private mutating func makeLine() -> [UInt8] {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<3:
      return Array(
        random.pick(["", "# note", " ", "!", "/", "//", "!/", "\\", "**", "/**", "**/", "*/", "/*"])
          .utf8)
    case 3..<9: return makeNoise()
    default: break
    }
    var line: [UInt8] = random.chance(25) ? [UInt8(ascii: "!")] : []
    if random.chance(25) { line.append(0x2F) }
    if random.chance(10) { line += Array("**/".utf8) }
    line += makePath()
    if random.chance(10) { line += Array("/**".utf8) }
    if random.chance(20) { line.append(0x2F) }
    if random.chance(5) {
      line += Array(random.pick([" ", "  ", "\\ ", "\\ \\", " \\  ", "\t", "\r", "\0x"]).utf8)
    }
    return line
  }

  /// A path of the tree, or the end of one, bent here and there.
  private mutating func makePath() -> [UInt8] {
    guard !paths.isEmpty else { return [UInt8(ascii: "*")] }
    var parts = random.pick(paths).split(separator: 0x2F).map(Array.init)
    if random.chance(60) { parts = Array(parts.suffix(Int.random(in: 1...2, using: &random))) }
    if random.chance(10) {
      parts.insert(Array("**".utf8), at: Int.random(in: 0...parts.count, using: &random))
    }
    return Array(parts.map { bend($0) }.joined(separator: [0x2F]))
  }

  private mutating func bend(_ name: [UInt8]) -> [UInt8] {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<40: return name
    case 40..<50: return name.flatMap { [UInt8(ascii: "\\"), $0] }
    case 50..<58: return [UInt8(ascii: "*")] + name.dropFirst()
    case 58..<64: return name.dropLast() + [UInt8(ascii: "*")]
    default: break
    }
    var bent: [UInt8] = []
    for byte in name {
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<10: bent.append(UInt8(ascii: "?"))
      case 10..<20: bent.append(UInt8(ascii: "*"))
      case 20..<25: bent += Array("**".utf8)
      case 25..<30: bent += [UInt8(ascii: "*"), byte]
      case 30..<33: bent += [byte, UInt8(ascii: "*"), UInt8(ascii: "*")]
      case 33..<60: bent += makeSet(byte)
      case 60..<64: bent += [UInt8(ascii: "\\"), byte]
      case 64..<66: bent.append(byte ^ 0x20)
      case 66..<67: bent += [byte, 0x2F]
      default: bent.append(byte)
      }
    }
    return bent
  }

  /// `[…]` that may well have `byte` in it.
  private mutating func makeSet(_ byte: UInt8) -> [UInt8] {
    var set: [UInt8] = [UInt8(ascii: "[")]
    if random.chance(20) { set.append(random.pick([UInt8(ascii: "!"), UInt8(ascii: "^")])) }
    if random.chance(8) { set.append(UInt8(ascii: "]")) }
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      switch Int.random(in: 0..<12, using: &random) {
      case 0...2: set.append(byte)
      case 3:
        set += [byte &- 1, UInt8(ascii: "-"), byte &+ 1].map { $0 == 0 || $0 == 10 ? 0x61 : $0 }
      case 4: set += Array("a-z".utf8)
      case 5: set += Array("A-Z".utf8)
      case 6:
        set += Array(
          "[:\(random.pick(["alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "xdigit", "word", ""])):]"
            .utf8)
      case 7: set += [UInt8(ascii: "\\"), byte]
      case 8:
        set += Array(
          random.pick(["-", "[", "[:", "[:a", "\\]", "\\\\", "a-", "--z", "!-~", ",-.", "/"]).utf8)
      case 9: set += [byte | 0x20, UInt8(ascii: "-"), UInt8(ascii: "\\"), byte | 0x20]
      default: set.append(UInt8.random(in: 33...126, using: &random))
      }
    }
    if !random.chance(4) { set.append(UInt8(ascii: "]")) }
    return set
  }

  private mutating func makeNoise() -> [UInt8] {
    (0..<Int.random(in: 1...8, using: &random)).map { _ in
      random.pick(Array("ab/*?[]!-^\\ #.:".utf8) + [0xC3, 0xA9, 0xFF, 9, 13, 0])
    }
  }
}
