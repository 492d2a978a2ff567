import AssetCatalog
import ManifestModel

/// Where a cell is cut when the terminal is too narrow for it.
enum ColumnShortening: Sendable {
  case start
  case end
  /// At the end, and only when everything else has been cut.
  case reluctant
}

/// One column of an answer: the key that programs rely on, the title that people read, and the value.
///
/// A question describes its rows once, as a list of these; the four forms know nothing else about it.
struct Column<Row>: Sendable {
  /// The key in JSON and the heading in CSV.
  let key: String
  /// The heading in a table; `nil` for what only programs want.
  let title: String?
  let shortening: ColumnShortening
  let isRightAligned: Bool
  /// Whether a terminal that is too narrow may do without it.
  let isExpendable: Bool
  let value: @Sendable (Row) -> Cell
  /// What every row has in this answer, where that is known beforehand.
  var constant: Cell?

  init(
    _ key: String, _ title: String?, shortening: ColumnShortening = .end, isRightAligned: Bool = false,
    isExpendable: Bool = false,
    value: @escaping @Sendable (Row) -> Cell
  ) {
    self.key = key
    self.title = title
    self.shortening = shortening
    self.isRightAligned = isRightAligned
    self.isExpendable = isExpendable
    self.value = value
  }
}

/// An answer, ready to be put into any form.
///
/// Its rows come a page at a time, so that an answer of a million rows never lives in memory. A report can be written once.
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
  /// What stands in the notes of a table and in the keys of JSON, said on standard error for forms that have room for rows only.
  var remarks: [String] = []
  /// What a table says below the rows, of which there were so many.
  var notes: (_ count: Int) -> [String] = { _ in [] }
  /// Further keys of the JSON object.
  var extras: [Cell.Field] = []
  /// Further lists of the JSON object, after those keys.
  var lists: [ReportList] = []
}

/// A list of records beside the rows, which comes a page at a time.
struct ReportList {
  let key: String
  /// The next records, at least one; `nil` at the end.
  let next: () throws(CatalogError) -> [[Cell.Field]]?

  /// A list of rows with all of their columns.
  init<Row>(_ key: String, _ columns: [Column<Row>], _ next: @escaping () throws(CatalogError) -> [Row]?) {
    self.key = key
    self.next = { () throws(CatalogError) in
      try next()?.map { row in columns.map { Cell.Field($0.key, $0.value(row)) } }
    }
  }
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
