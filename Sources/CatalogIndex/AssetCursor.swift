internal import ManifestModel
internal import SQLiteDatabase

/// Assets by name and id.
package struct AssetCursor: PageCursor {
  private var key: AssetIdentifier
  private var isAtEnd = false
  private let pattern: NamePattern
  private let now: Int64

  /// - Parameter now: the clock of the answer, in microseconds.
  package init(name: String? = nil, now: Int64) {
    self.now = now
    pattern = NamePattern(name)
    key = AssetIdentifier(name: pattern.lowest, id: "")
  }

  package mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(IndexError) -> [AssetEntry] {
    guard !isAtEnd else { return [] }
    var (rows, isFull) = try reader.page(QuestionSQL.assets, of: count) { statement throws(SQLiteError) in
      try statement.bind(key.name, at: 1)
      try statement.bind(key.id, at: 2)
      try statement.bind(beyond: pattern, at: 3)
      try statement.bind(pattern.glob, at: 4)
      try statement.bind(Int64(count), at: 5)
    } entry: { row throws(SQLiteError) in
      try AssetEntry(row)
    } weigh: { entry in
      entry.lastError?.utf8.count ?? 0
    }
    if isFull, let last = rows.last { key = last.asset } else { isAtEnd = true }
    for index in rows.indices { try reader.passOver(&rows[index], at: now) }
    return rows
  }
}
