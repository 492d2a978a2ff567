package import ManifestModel
package import SQLiteDatabase

/// One asset as its manifest tells it.
package struct AssetRecord: Sendable {
  package let asset: AssetIdentifier
  package let lastMaterialized: Int64?
  package let lastStatus: ManifestStatus?
  package let lastRunID: String?
  package let lastError: String?
  package let signature: String?
  package let updatedAt: Int64?
  /// `manifest` or `runs`.
  package let source: String?
  package let runCount: Int64
  /// As the schema counts: 0 absent, 1 current, 2 bad after good, 3 never good.
  package let manifestState: Int64
}

/// Assets by name and id.
package struct AssetCursor: PageCursor {
  private var key: AssetIdentifier
  private var isAtEnd = false
  private let pattern: NamePattern

  package init(name: String? = nil) {
    pattern = NamePattern(name)
    key = AssetIdentifier(name: pattern.lowest, id: "")
  }

  package mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(SQLiteError) -> [AssetRecord] {
    guard !isAtEnd else { return [] }
    let rows = try reader.rows(QuestionSQL.assets) { statement throws(SQLiteError) in
      try statement.bind(key.name, at: 1)
      try statement.bind(key.id, at: 2)
      try statement.bind(beyond: pattern, at: 3)
      try statement.bind(pattern.glob, at: 4)
      try statement.bind(Int64(count), at: 5)
    } record: { row throws(SQLiteError) in
      try AssetRecord(row)
    }
    if rows.count == count, let last = rows.last { key = last.asset } else { isAtEnd = true }
    return rows
  }
}

extension IndexReader {
  /// One asset; `nil` where the index does not know it.
  package borrowing func asset(_ asset: AssetIdentifier) throws(SQLiteError) -> AssetRecord? {
    try index.connection.withStatement(QuestionSQL.asset) { row throws(SQLiteError) in
      try row.bind(asset.name, at: 1)
      try row.bind(asset.id, at: 2)
      return try row.step() ? try AssetRecord(row) : nil
    }
  }
}

extension AssetRecord {
  fileprivate init(_ row: borrowing Statement) throws(SQLiteError) {
    asset = AssetIdentifier(name: try row.text(0), id: try row.text(1))
    lastMaterialized = try row.optionalInt64(2)
    lastStatus = try row.optionalText(3).flatMap { ManifestStatus(rawValue: $0) }
    lastRunID = try row.optionalText(4)
    lastError = try row.optionalText(5)
    signature = try row.optionalText(6)
    updatedAt = try row.optionalInt64(7)
    source = try row.optionalText(8)
    runCount = try row.int64(9)
    manifestState = try row.int64(10)
  }
}
