internal import ManifestModel
internal import SQLiteDatabase

/// Schema changes by name, id and place in the metadata of the latest run.
package struct SchemaChangeCursor: PageCursor {
  private var key: AssetIdentifier
  private var position: Int64 = -1
  private var isAtEnd = false
  private let pattern: NamePattern

  package init(name: String? = nil) {
    pattern = NamePattern(name)
    key = AssetIdentifier(name: pattern.lowest, id: "")
  }

  package mutating func next(
    _ count: Int, from reader: borrowing IndexReader
  ) throws(IndexError) -> [SchemaChangeEntry] {
    guard !isAtEnd else { return [] }
    let rows = try reader.rows(QuestionSQL.schemaChanges) { statement throws(SQLiteError) in
      try statement.bind(key.name, at: 1)
      try statement.bind(key.id, at: 2)
      try statement.bind(position, at: 3)
      try statement.bind(beyond: pattern, at: 4)
      try statement.bind(pattern.glob, at: 5)
      try statement.bind(Int64(count), at: 6)
    } entry: { row throws(SQLiteError) in
      try SchemaChangeEntry(row)
    }
    if rows.count == count, let last = rows.last {
      (key, position) = (last.asset, last.position)
    } else {
      isAtEnd = true
    }
    return rows
  }
}
