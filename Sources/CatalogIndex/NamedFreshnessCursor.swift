internal import ManifestModel
internal import SQLiteDatabase

/// The same assets by name and id, whatever is told of their last materialization.
package struct NamedFreshnessCursor: PageCursor {
  private var key = AssetIdentifier.beginning
  private var isAtEnd = false
  private let latest: Int64

  /// - Parameter now: the clock of the answer, in microseconds.
  package init(now: Int64) { latest = ClockTolerance.latest(now) }

  package mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(IndexError) -> [FreshnessEntry] {
    guard !isAtEnd else { return [] }
    let key = key
    var page = try reader.rows(QuestionSQL.freshnessByName) { statement throws(SQLiteError) in
      try statement.bind(key.name, at: 1)
      try statement.bind(key.id, at: 2)
      try statement.bind(Int64(count), at: 3)
    } entry: { row throws(SQLiteError) in
      try FreshnessEntry(row)
    }
    if page.count == count, let last = page.last { self.key = last.asset } else { isAtEnd = true }
    for index in page.indices where page[index].lastMaterialized.map({ $0 > latest }) ?? false {
      try reader.passOver(&page[index], upTo: latest)
    }
    return page
  }
}
