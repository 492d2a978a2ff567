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
    let sentence = report.sentenceWithoutRows
    let verdict = (count == 0 && !sentence.isEmpty ? [MarkdownText.line(sentence)] : []) + notes
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

extension Column {
  /// What a table in Markdown shows of a row.
  func markdownText(_ row: Row) -> String {
    MarkdownText.cell(shownCell(row), widest: MarkdownForm.widestCell, keepingEnd: shortening == .start)
  }
}
