internal import ManifestModel
internal import SQLiteDatabase

/// Recorded problems by the bytes of their path, then by kind.
package struct ProblemCursor: PageCursor {
  private var rawPath: [UInt8] = []
  private var kind = ""
  private var isAtEnd = false

  package init() {}

  package mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(IndexError) -> [ProblemEntry] {
    guard !isAtEnd else { return [] }
    let rows = try reader.rows(QuestionSQL.problems) { statement throws(SQLiteError) in
      try statement.bind(blob: rawPath, at: 1)
      try statement.bind(kind, at: 2)
      try statement.bind(Int64(count), at: 3)
    } entry: { row throws(SQLiteError) in
      try ProblemEntry(row)
    }
    if rows.count == count, let last = rows.last {
      (rawPath, kind) = (last.rawPath, last.kind.rawValue)
    } else {
      isAtEnd = true
    }
    return rows
  }
}
