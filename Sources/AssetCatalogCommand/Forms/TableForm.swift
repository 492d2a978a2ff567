/// Aligned columns for people, the same on a terminal and in a pipe; only a terminal's width shortens cells.
///
/// The columns are as wide as the widest cell among the first rows. Of an answer that is longer than those, each page is
/// measured before it is written, and widens the columns from there on: nothing is cut, and little is held in memory.
struct TableForm {
  /// Rows that are measured before the first of them is written.
  static let measuredRows = 1 << 14

  /// The columns of the terminal; `nil` in a pipe.
  var terminalWidth: Int?
  /// Spaces before each line.
  var indentation = 0

  private let gap = 2
  /// What is cut to less than this says nothing any more.
  private static let readableWidth = 8
  private static let readablePathWidth = 40

  /// - Returns: how many rows there were.
  @discardableResult
  func write<Row>(_ report: Report<Row>, to output: inout ByteSink) throws -> Int {
    var columns = report.columns.filter { $0.title != nil }
    var natural = columns.map { DisplayWidth.of($0.heading) }
    var missing: [String] = []
    var count = 0
    while let rows = try nextRows(of: report, isFirst: count == 0) {
      measure(rows, columns, &natural)
      if count == 0 { missing = leaveOut(of: &columns, &natural) }
      let widths = fitted(natural, columns.map(\.shortening))
      if count == 0 { writeLine(columns.map(\.heading), columns, widths, to: &output) }
      for row in rows {
        writeLine(columns.map { $0.value(row).humanText }, columns, widths, to: &output)
        try output.drainIfFull()
      }
      count += rows.count
    }
    if count == 0 && !report.emptySentence.isEmpty {
      output.append(spaces: indentation)
      output.append(report.emptySentence)
      output.append("\n")
    }
    var notes = report.notes(count)
    if !notes.isEmpty {
      output.append("\n")
      if !missing.isEmpty { notes.append("The terminal is too narrow for \(missing.joined(separator: ", ")).") }
    }
    for note in notes {
      output.append(spaces: indentation)
      output.append(HazardousText.visible(note))
      output.append("\n")
    }
    try output.drain()
    return count
  }

  /// The next page; at the beginning as many as are measured together.
  private func nextRows<Row>(of report: Report<Row>, isFirst: Bool) throws -> [Row]? {
    guard var rows = try report.next() else { return nil }
    while isFirst, rows.count < Self.measuredRows, let more = try report.next() { rows += more }
    return rows
  }

  /// Takes away expendable columns, the last first, as long as the others would have to be cut to less than can be read.
  ///
  /// - Returns: the headings of what was taken away, in their order.
  private func leaveOut<Row>(of columns: inout [Column<Row>], _ natural: inout [Int]) -> [String] {
    guard let terminalWidth else { return [] }
    var missing: [String] = []
    func least() -> Int {
      zip(columns, natural).reduce(indentation + gap * (columns.count - 1)) { sum, column in
        switch column.0.shortening {
        case .reluctant: sum + column.1
        case .end: sum + min(column.1, Self.readableWidth)
        case .start: sum + min(column.1, Self.readablePathWidth)
        }
      }
    }
    while least() > terminalWidth, let index = columns.lastIndex(where: \.isExpendable) {
      missing.insert(columns.remove(at: index).heading, at: 0)
      natural.remove(at: index)
    }
    return missing
  }

  private func measure<Row>(_ rows: [Row], _ columns: [Column<Row>], _ widths: inout [Int]) {
    for row in rows {
      for (index, column) in columns.enumerated() {
        widths[index] = max(widths[index], DisplayWidth.of(column.value(row).humanText))
      }
    }
  }

  private func writeLine<Row>(
    _ cells: [String], _ columns: [Column<Row>], _ widths: [Int], to output: inout ByteSink
  ) {
    output.append(spaces: indentation)
    let last = cells.lastIndex { !$0.isEmpty } ?? -1
    for (index, cell) in cells.enumerated() where index <= last {
      if index > 0 { output.append(spaces: gap) }
      var text = cell
      var width = DisplayWidth.of(text)
      if width > widths[index] {
        text = DisplayWidth.shortened(text, to: widths[index], keepingEnd: columns[index].shortening == .start)
        width = DisplayWidth.of(text)
      }
      let padding = widths[index] - width
      if columns[index].isRightAligned { output.append(spaces: padding) }
      output.append(text)
      if !columns[index].isRightAligned && index < last { output.append(spaces: padding) }
    }
    output.append("\n")
  }

  /// The widths to use: the natural ones, or on a terminal as much of them as fits.
  ///
  /// The widest cells give way first, down to 8 columns; then all, down to 3. A terminal narrower than that wraps its lines.
  func fitted(_ natural: [Int], _ shortening: [ColumnShortening]) -> [Int] {
    guard let terminalWidth else { return natural }
    let available = terminalWidth - indentation - gap * (natural.count - 1)
    let willing = natural.indices.filter { shortening[$0] != .reluctant }
    let first = capped(natural, at: willing, floor: Self.readableWidth, available: available)
    return capped(first, at: Array(natural.indices), floor: 3, available: available)
  }

  /// The widths with the largest cap on some of them under which all fit, but no cap below the floor.
  private func capped(_ widths: [Int], at indices: [Int], floor: Int, available: Int) -> [Int] {
    func apply(_ cap: Int) -> [Int] {
      var result = widths
      for index in indices { result[index] = min(widths[index], cap) }
      return result
    }
    func fits(_ cap: Int) -> Bool { apply(cap).reduce(0, +) <= available }
    var low = floor
    var high = max(floor, widths.max() ?? 0)
    if fits(high) { return widths }
    while high - low > 1 {
      let middle = (low + high) / 2
      if fits(middle) { low = middle } else { high = middle }
    }
    return apply(low)
  }
}

extension Column {
  /// The title as a table shows it.
  fileprivate var heading: String { HazardousText.visible(title ?? "") }
}
