internal import CatalogIndex
internal import StoredTree

/// A question about many rows, to be answered at once or a page at a time.
package struct Question<Row: Sendable>: Sendable {
  private let atOnce: @Sendable (_ limit: Int?) throws(CatalogError) -> Answer<Row>
  private let byPages: @Sendable (_ limit: Int?) throws(CatalogError) -> AnswerPages<Row>

  /// A question that an order of the index answers.
  ///
  /// - Parameters:
  ///   - catalog: what is asked.
  ///   - scope: the names outside of which nothing matters to the answer; `nil` where everything does.
  ///   - cursor: reads the entries in their order.
  ///   - unfinished: counts the runs that have not ended, where the answer tells of them.
  ///   - row: makes a row of an entry, or `nil` of one that does not belong to the answer.
  init<Cursor: PageCursor>(
    _ catalog: Catalog, about scope: NameScope? = nil, _ cursor: @escaping @Sendable (AnswerTime) -> Cursor,
    unfinished: Catalog.UnfinishedCount? = nil, row: @escaping @Sendable (Cursor.Entry, AnswerTime) -> Row?
  ) {
    atOnce = { limit throws(CatalogError) in
      try catalog.answer(about: scope, limit: limit, cursor, unfinished: unfinished, row: row)
    }
    byPages = { limit throws(CatalogError) in
      try catalog.pages(about: scope, limit: limit, cursor, unfinished: unfinished, row: row)
    }
  }

  /// A question whose rows are not told by the index alone: an answer at once is all of its pages.
  init(byPages: @escaping @Sendable (_ limit: Int?) throws(CatalogError) -> AnswerPages<Row>) {
    self.byPages = byPages
    atOnce = { limit throws(CatalogError) in
      var pages = try byPages(limit)
      var rows: [Row] = []
      while let page = try pages.next() { rows += page }
      return Answer(generatedAt: pages.generatedAt, asOf: pages.asOf, gaps: pages.gaps, rows: rows)
    }
  }

  /// Every row, from one state of the index where that alone tells of them.
  ///
  /// ```swift
  /// for row in try catalog.drift().answer().rows { print(row.asset.name, row.configurationCount) }
  /// ```
  ///
  /// - Parameter limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative limit; what reconciling and reading throw.
  package func answer(limit: Int? = nil) throws(CatalogError) -> Answer<Row> { try atOnce(limit) }

  /// Every row, a page at a time.
  ///
  /// ```swift
  /// var pages = try catalog.drift().pages()
  /// try pages.forEach { print($0.asset.name, $0.configurationCount) }
  /// ```
  ///
  /// - Parameter limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative limit; what reconciling and reading throw.
  package func pages(limit: Int? = nil) throws(CatalogError) -> AnswerPages<Row> { try byPages(limit) }
}
