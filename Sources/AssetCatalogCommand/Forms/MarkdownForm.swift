import ManifestModel

/// A verdict, a table of the first rows, and what failed by its error: for chats, merge requests and job summaries.
struct MarkdownForm {
  /// Rows of a table at most; of the others the number is told.
  static let mostRows = 50
  /// The columns that a cell takes at most.
  static let widestCell = 200

  /// - Returns: how many rows there were.
  @discardableResult
  func write<Row>(_ report: Report<Row>, to output: inout ByteSink) throws -> Int {
    var first: [Row] = []
    var failures = FailureGroups()
    let error = report.columns.first { $0.key == "error" }
    let name = report.columns.first { $0.key == "asset_name" }
    let count = try report.forEach { row in
      if first.count < Self.mostRows { first.append(row) }
      if let error, let name, case .text(let text) = error.value(row), case .text(let name) = name.value(row) {
        failures.add(text, name)
      }
    }
    let notes = report.notes(count).map { MarkdownText.line($0) }
    let verdict = (count == 0 && !report.emptySentence.isEmpty ? [MarkdownText.line(report.emptySentence)] : []) + notes
    if !verdict.isEmpty { output.append(verdict.joined(separator: " ") + "\n") }
    if !first.isEmpty {
      if !verdict.isEmpty { output.append("\n") }
      Self.writeTable(report.columns.filter { $0.title != nil }, first, to: &output)
      if count > first.count { output.append("\nand \(HumanText.count(count - first.count)) more\n") }
    }
    failures.write(to: &output)
    try output.drain()
    return count
  }

  /// A table of some rows.
  static func writeTable<Row>(
    _ columns: [Column<Row>], _ rows: [Row], cell: (Column<Row>, Row) -> String = { $0.markdownText($1) },
    to output: inout ByteSink
  ) {
    output.append("|")
    for column in columns { output.append(" \(MarkdownText.line(column.title ?? "", widest: widestCell)) |") }
    output.append("\n|")
    for column in columns { output.append(column.isRightAligned ? " ---: |" : " --- |") }
    output.append("\n")
    for row in rows {
      output.append("|")
      for column in columns { output.append(" \(cell(column, row)) |") }
      output.append("\n")
    }
  }
}

/// Failures by their error, with the numbers in it taken out: one database that is down is one line.
struct FailureGroups {
  /// Groups that are listed at most, and names of each.
  private static let mostGroups = 20
  private static let mostNames = 5
  /// Errors that are told apart at most, so that memory stays bounded.
  private static let mostKept = 10_000

  private struct Group {
    let text: String
    let place: Int
    var count = 0
    var names: [String] = []
    var otherNames = 0
  }

  private var groups: [String: Group] = [:]
  private var uncounted = 0

  /// One failure of an asset.
  mutating func add(_ error: String, _ name: String) {
    let key = ErrorText.pattern(error)
    guard groups[key] != nil || groups.count < Self.mostKept else {
      uncounted += 1
      return
    }
    var group = groups.removeValue(forKey: key) ?? Group(text: error.withoutTerminalSequences, place: groups.count)
    group.count += 1
    if !group.names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
      if group.names.count < Self.mostNames { group.names.append(name) } else { group.otherNames += 1 }
    }
    groups[key] = group
  }

  /// The most frequent first; nothing where nothing failed with an error.
  func write(to output: inout ByteSink) {
    guard !groups.isEmpty else { return }
    output.append("\nBy error:\n\n")
    let sorted = groups.values.sorted { $0.count != $1.count ? $0.count > $1.count : $0.place < $1.place }
    for group in sorted.prefix(Self.mostGroups) {
      var names = group.names.map { MarkdownText.line($0, widest: MarkdownForm.widestCell) }
      if group.otherNames > 0 { names.append("others") }
      output.append(
        "- \(HumanText.count(group.count))× \(MarkdownText.line(group.text, widest: MarkdownForm.widestCell)) "
          + "in \(names.joined(separator: ", "))\n")
    }
    let rest = sorted.dropFirst(Self.mostGroups).reduce(uncounted) { $0 + $1.count }
    if rest > 0 { output.append("- and \(HumanText.count(rest)) with other errors\n") }
  }
}

extension Column {
  /// What a table in Markdown shows of a row.
  func markdownText(_ row: Row) -> String {
    MarkdownText.cell(shownCell(row), widest: MarkdownForm.widestCell, keepingEnd: shortening == .start)
  }
}
