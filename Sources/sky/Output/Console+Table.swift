extension Console {
  /// A table, on stdout.
  func say(_ table: Table) {
    for line in table.lines(colour: colour) { say(line) }
  }
}
