/// Columns for people: as wide as their widest cell, two spaces between.
struct Table {
  var header: [String]
  var rows: [[String]]

  func lines(colour: Bool) -> [String] {
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.enumerated().map { index, row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1
          ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }
      let line = cells.joined(separator: "  ")
      return colour && index == 0 ? "\u{1B}[1m\(line)\u{1B}[0m" : line
    }
  }
}
