package import ManifestModel
internal import SQLiteDatabase

/// One asset, with status and error of the newest run that ended.
package struct AssetRecord: Sendable {
  package let asset: AssetIdentifier
  package internal(set) var lastMaterialized: Int64?
  package let lastStatus: ManifestStatus?
  package let lastRunID: String?
  package let lastError: String?
  package let signature: String?
  package let updatedAt: Int64?
  /// `manifest` or `runs`.
  package internal(set) var source: String?
  package let runCount: Int64
  /// As the schema counts: 0 absent, 1 current, 2 bad after good, 3 never good.
  package let manifestState: Int64
  /// Whether it cannot be told when the asset was last materialized.
  package internal(set) var isUnknown: Bool
}

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

  package mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(IndexError) -> [AssetRecord] {
    guard !isAtEnd else { return [] }
    var (rows, isFull) = try reader.page(QuestionSQL.assets, of: count) { statement throws(SQLiteError) in
      try statement.bind(key.name, at: 1)
      try statement.bind(key.id, at: 2)
      try statement.bind(beyond: pattern, at: 3)
      try statement.bind(pattern.glob, at: 4)
      try statement.bind(Int64(count), at: 5)
    } record: { row throws(SQLiteError) in
      try AssetRecord(row)
    } weigh: { record in
      record.lastError?.utf8.count ?? 0
    }
    if isFull, let last = rows.last { key = last.asset } else { isAtEnd = true }
    for index in rows.indices { try reader.passOver(&rows[index], at: now) }
    return rows
  }
}

extension IndexReader {
  /// Passes over a materialization that is ahead of the clock, for the newest one that is not.
  borrowing func passOver(_ record: inout AssetRecord, at now: Int64) throws(IndexError) {
    guard let time = record.lastMaterialized, ClockTolerance.isAhead(time, of: now) else { return }
    let told = try materialization(of: record.asset, upTo: ClockTolerance.latest(now))
    record.lastMaterialized = told?.time
    record.source = told?.source
    record.isUnknown = told == nil
  }

  /// One asset; `nil` where the index does not know it.
  ///
  /// - Parameter now: the clock of the answer, in microseconds.
  package borrowing func asset(_ asset: AssetIdentifier, at now: Int64) throws(IndexError) -> AssetRecord? {
    var record = try withStatement(QuestionSQL.asset) { row throws(SQLiteError) in
      try row.bind(asset.name, at: 1)
      try row.bind(asset.id, at: 2)
      return try row.step() ? try AssetRecord(row) : nil
    }
    if record != nil { try passOver(&record!, at: now) }
    return record
  }
}

extension AssetRecord {
  fileprivate init(_ row: borrowing Statement) throws(SQLiteError) {
    asset = AssetIdentifier(name: try row.text(0), id: try row.text(1))
    lastMaterialized = try row.optionalInt64(2)
    lastStatus = try row.optionalTextChoice(3)
    lastRunID = try row.optionalText(4)
    lastError = try row.optionalText(5)
    signature = try row.optionalText(6)
    updatedAt = try row.optionalInt64(7)
    source = try row.optionalText(8)
    runCount = try row.int64(9)
    manifestState = try row.int64(10)
    isUnknown = try row.bool(11)
  }
}
