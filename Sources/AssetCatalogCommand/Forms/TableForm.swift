import Glibc
import ManifestModel

/// Aligned columns for people, the same on a terminal and in a pipe; a terminal's width shortens cells further.
///
/// The columns are as wide as the widest cell among the first rows, but never wider than ``widestCell``: every row pays
/// for the widest. Of an answer that is longer than those, each page is measured before it is written, and widens the
/// columns from there on. Of a cell no more is held in memory than can be shown.
struct TableForm {
  /// The columns that a cell takes at most; what is longer is cut, with an ellipsis. Programs read other forms.
  static let widestCell = 200
  /// Rows that are measured before the first of them is written.
  static let measuredRows = 1 << 14

  /// The columns of the terminal; `nil` in a pipe.
  var terminalWidth: Int?
  /// Whether the words of states have colours.
  var isColoured = false
  /// Spaces before each line.
  var indentation = 0

  private let gap = 2
  /// What is cut to less than this says nothing any more.
  private static let readableWidth = 8
  private static let readablePathWidth = 40

  /// - Returns: how many rows there were.
  @discardableResult
  func write<Row>(_ report: Report<Row>, to output: inout ByteSink) throws -> Int {
    let columns = report.columns.filter { $0.title != nil }
    let headings = columns.map(\.heading)
    var natural = headings.map { DisplayWidth.of($0) }
    var shown = Array(columns.indices)
    var count = 0
    while let rows = try nextRows(of: report, columns, isFirst: count == 0) {
      measure(rows, &natural)
      if count == 0 { shown = kept(columns, natural) }
      let shownColumns = shown.map { columns[$0] }
      let widths = fitted(shown.map { natural[$0] }, shownColumns.map(\.shortening))
      if count == 0 { writeLine(shown.map { headings[$0] }, shownColumns, widths, to: &output) }
      for row in rows {
        writeLine(shown.map { row[$0] }, shownColumns, widths, to: &output)
        try output.drainIfFull()
      }
      count += rows.count
    }
    let missing = columns.indices.filter { !shown.contains($0) }.map { headings[$0] }
    let sentence = report.sentenceWithoutRows
    if count == 0 && !sentence.isEmpty {
      output.append(spaces: indentation)
      output.append(sentence)
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

  /// The cells of the next page; at the beginning of as many as are measured together.
  private func nextRows<Row>(of report: Report<Row>, _ columns: [Column<Row>], isFirst: Bool) throws -> [[String]]? {
    func cells(_ rows: [Row]) -> [[String]] { rows.map { row in columns.map { $0.tableText(row) } } }
    guard var rows = try report.next().map(cells) else { return nil }
    while isFirst, rows.count < Self.measuredRows, let more = try report.next() { rows += cells(more) }
    return rows
  }

  /// The columns without expendable ones, the last first, as long as the others would have to be cut to less than can
  /// be read.
  private func kept<Row>(_ columns: [Column<Row>], _ natural: [Int]) -> [Int] {
    var kept = Array(columns.indices)
    guard let terminalWidth else { return kept }
    func least() -> Int {
      kept.reduce(indentation + gap * (kept.count - 1)) { sum, index in
        switch columns[index].shortening {
        case .reluctant: sum + natural[index]
        case .end: sum + min(natural[index], Self.readableWidth)
        case .start: sum + min(natural[index], Self.readablePathWidth)
        }
      }
    }
    while least() > terminalWidth, let place = kept.lastIndex(where: { columns[$0].isExpendable }) {
      kept.remove(at: place)
    }
    return kept
  }

  private func measure(_ rows: [[String]], _ widths: inout [Int]) {
    for row in rows {
      for (index, cell) in row.enumerated() { widths[index] = max(widths[index], DisplayWidth.of(cell)) }
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
      if isColoured, columns[index].showsState, let colour = StateColour.of(text.prefix { $0 != " " }) {
        colour.append(text, to: &output)
      } else {
        output.append(text)
      }
      if !columns[index].isRightAligned && index < last { output.append(spaces: padding) }
    }
    output.append("\n")
  }

  /// The widths to use: the natural ones, or on a terminal as much of them as fits.
  ///
  /// The widest cells give way first, down to 8 columns; then all, down to 3. A terminal narrower than that wraps its
  /// lines.
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

extension TableForm {
  /// The form for an answer on standard output, if that is a terminal, or else for a pipe or a file.
  static func standard(isFile: Bool = false, indentation: Int = 0) -> TableForm {
    let width = isFile ? nil : StandardStreams.terminalWidth(of: STDOUT_FILENO)
    return TableForm(
      terminalWidth: width, isColoured: width != nil && StateColour.isWanted(.process), indentation: indentation)
  }
}

extension Column {
  /// Whether the column says how good something is, in one word.
  fileprivate var showsState: Bool { ["state", "level", "outcome", "last_status"].contains(key) }

  /// The title as a table shows it.
  fileprivate var heading: String {
    DisplayWidth.shortened(HazardousText.visible(title ?? ""), to: TableForm.widestCell)
  }

  /// What a table shows of a row.
  fileprivate func tableText(_ row: Row) -> String {
    DisplayWidth.shortened(shownCell(row).humanText, to: TableForm.widestCell, keepingEnd: shortening == .start)
  }

  /// The value as people read it: without what a program wrote for a terminal.
  func shownCell(_ row: Row) -> Cell {
    let cell = value(row)
    guard holdsOutput, case .text(let text) = cell else { return cell }
    return .text(text.withoutTerminalSequences)
  }

  /// Whether the column holds what programs wrote for a terminal, in answers to SQL too.
  private var holdsOutput: Bool { ["error", "last_error", "error_traceback"].contains(key) }
}
