internal import SQLiteDatabase

extension QuestionSQL {
  /// Names after ?1, each once; at most ?2. The covering index answers alone.
  static let names = StatementText(
    """
    SELECT DISTINCT asset_name FROM asset WHERE asset_name > ?1 ORDER BY asset_name LIMIT ?2
    """)
}

/// The names of all assets, each once, in the order of their bytes.
package struct NameCursor: PageCursor {
  private var last = ""
  private var isAtEnd = false

  package init() {}

  package mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(IndexError) -> [String] {
    guard !isAtEnd else { return [] }
    let names = try reader.rows(QuestionSQL.names) { statement throws(SQLiteError) in
      try statement.bind(last, at: 1)
      try statement.bind(Int64(count), at: 2)
    } entry: { row throws(SQLiteError) in
      try row.text(0)
    }
    if names.count == count, let end = names.last { last = end } else { isAtEnd = true }
    return names
  }
}
