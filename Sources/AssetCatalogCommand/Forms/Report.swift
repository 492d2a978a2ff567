import AssetCatalog
import ManifestModel

/// An answer, ready to be put into any form.
///
/// Its rows come a page at a time, so that an answer of a million rows never lives in memory. A report can be written
/// once.
struct Report<Row> {
  var columns: [Column<Row>]
  /// The next rows, at least one; `nil` at the end.
  var next: () throws(CatalogError) -> [Row]?
  var generatedAt: Timestamp
  var asOf: Timestamp?
  var root: String
  /// What the index could not see; `nil` for what is no answer of the index.
  var gaps: AnswerGaps?
  /// What a table says instead of rows where there are none; may be empty.
  var emptySentence: String
  /// What it says instead where something failed, since then there may be nothing only because of that.
  var failedSentence: () -> String? = { nil }
  /// What stands in the notes of a table and in the keys of JSON, said on standard error for forms that have room for
  /// rows only.
  var remarks: [String] = []
  /// What a table says below the rows, given how many there were.
  var notes: (_ count: Int) -> [String] = { _ in [] }
  /// Further keys of the JSON object.
  var extras: [Cell.Field] = []
  /// Further lists of the JSON object, after those keys.
  var lists: [ReportList] = []
}

extension Report {
  /// A report whose rows are all there already.
  init(
    columns: [Column<Row>], rows: [Row], generatedAt: Timestamp, asOf: Timestamp?, root: String,
    gaps: AnswerGaps? = nil, emptySentence: String
  ) {
    var rest = rows.isEmpty ? nil : rows
    self.init(
      columns: columns, next: { () throws(CatalogError) in rest.take() }, generatedAt: generatedAt, asOf: asOf,
      root: root, gaps: gaps, emptySentence: emptySentence)
  }

  /// What a table says instead of rows, once there are no more.
  var sentenceWithoutRows: String { emptySentence.isEmpty ? "" : failedSentence() ?? emptySentence }

  /// The same report, of which `body` sees each row before it is written.
  func observing(_ body: @escaping (Row) -> Void) -> Report {
    var report = self
    report.next = { [next] () throws(CatalogError) in
      let rows = try next()
      rows?.forEach(body)
      return rows
    }
    return report
  }

  /// The same report with those rows only that `isKept` accepts.
  func keeping(_ isKept: @escaping (Row) -> Bool) -> Report {
    var report = self
    report.next = Self.pages(of: next) { isKept($0) ? $0 : nil }
    return report
  }

  /// Pages of rows, none of them empty, out of pages of what may become a row.
  static func pages<Source>(
    of next: @escaping () throws(CatalogError) -> [Source]?, _ row: @escaping (Source) -> Row?
  ) -> () throws(CatalogError) -> [Row]? {
    { () throws(CatalogError) in
      while let sources = try next() {
        let rows = sources.compactMap(row)
        if !rows.isEmpty { return rows }
      }
      return nil
    }
  }

  /// Calls `body` with each row that is left.
  ///
  /// - Returns: how many rows there were.
  func forEach(_ body: (Row) throws -> Void) throws -> Int {
    var count = 0
    while let rows = try next() {
      for row in rows { try body(row) }
      count += rows.count
    }
    return count
  }
}
