import Support

extension ConfigGrammar {
  mutating func criteria() -> String {
    if dice.chance(12) {
      return dice.pick([
        "all", "ALL", "!all", "all # c", "host a all", "final all", "canonical all",
      ])
    }
    var words: [String] = []
    for _ in 0..<dice.roll(1...3) { words.append(criterion()) }
    if dice.chance(4) { words.append("# comment") }
    return words.joined(separator: dice.pick([" ", " ", "  ", "\t"]))
  }

  private mutating func criterion() -> String {
    let negation = dice.chance(15) ? "!" : ""
    let gap = dice.pick([" ", " ", " ", " ", "=", " = ", "\t"])
    switch dice.roll(1...16) {
    case 1...4: return negation + dice.pick(["host", "Host"]) + gap + list(Self.hosts)
    case 5...7: return negation + "originalhost" + gap + list(Self.hosts)
    case 8...10: return negation + "user" + gap + list(Self.users)
    case 11, 12: return negation + "localuser" + gap + list(Self.users)
    case 13: return negation + dice.pick(["final", "canonical", "FINAL"])
    case 14: return negation + "exec" + gap + command()
    case 15: return negation + "host" + gap + "\"" + list(Self.hosts) + "\""
    default:
      return dice.chance(mischief)
        ? dice.pick(["tagged x", "bogus a", "exec \"%z\"", "host", "user \"\"", "'host' a"])
        : negation + "host" + gap + dice.pick(["*", "DEV", "10.*,!10.0.0.6", "dev,a"])
    }
  }

  private mutating func command() -> String {
    dice.pick([
      "true", "false", "\"true\"", "\"exit 0\"", "\"test %h = dev\"", "\"test %n = a\"",
      "\"test %p = 22\"", "\"test %r = bob\"", "\"test -n '%l%u%d%i%k%L'\"", "\"test %% = %%\"",
      "\"test %h = %n\"",
    ])
  }

  private mutating func list(_ pool: [String]) -> String {
    var items: [String] = []
    for _ in 0..<dice.roll(1...3) {
      var item = dice.pick(pool)
      switch dice.roll(1...10) {
      case 1: item = "*"
      case 2: item = "!" + item
      case 3: item = item.prefix(1) + "*"
      case 4: item = item.uppercased()
      default: break
      }
      items.append(item)
    }
    return items.joined(separator: ",")
  }
}
