package import ManifestModel

/// A large answer that comes a page at a time, so that its rows need not be held all at once.
///
/// Each page is read in a short transaction of its own, after the last row of the page before: a slow reader keeps
/// nobody from writing. Where the index changes in between, every row is as it was when its page was read; an asset
/// that is materialized meanwhile may come twice, and one that did not change is never left out.
///
/// ```swift
/// var pages = try catalog.freshnessQuestion(FreshnessPolicy(maxAge: .seconds(86400))).pages()
/// while let rows = try pages.next() {
///   for row in rows { print(row.asset.name, row.state) }
/// }
/// ```
///
/// The value belongs to one task; a copy goes on where the original is.
package struct AnswerPages<Row: Sendable> {
  /// When the answer was given: the clock that ages are measured against.
  package let generatedAt: Timestamp
  /// What was true in the tree at this moment is in the first page; `nil` where the index was never reconciled.
  package let asOf: Timestamp?

  /// What the index could not see.
  package let gaps: AnswerGaps
  /// Runs that have not ended, in an answer about failures; `nil` in others.
  package let unfinished: UnfinishedSummary?

  private let read: () throws(CatalogError) -> [Row]

  init(
    _ time: AnswerTime, unfinished: UnfinishedSummary? = nil, read: @escaping () throws(CatalogError) -> [Row]
  ) {
    generatedAt = time.generatedAt
    asOf = time.asOf
    gaps = time.gaps
    self.unfinished = unfinished
    self.read = read
  }

  /// The next rows, at least one; `nil` at the end.
  ///
  /// - Throws: What the question throws.
  package mutating func next() throws(CatalogError) -> [Row]? {
    let rows = try read()
    return rows.isEmpty ? nil : rows
  }

  /// Calls `body` with every row that is left, in order; an error that it throws ends the reading.
  ///
  /// ```swift
  /// var pages = try catalog.assetQuestion().pages()
  /// try pages.forEach { print($0.asset.name) }
  /// ```
  package mutating func forEach(_ body: (Row) throws -> Void) throws {
    while let rows = try next() {
      for row in rows { try body(row) }
    }
  }
}
