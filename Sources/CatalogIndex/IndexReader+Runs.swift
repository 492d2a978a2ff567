package import ManifestModel
package import SQLiteDatabase

/// One run; whether an unfinished one still runs depends on the clock, so that the reader leaves it open.
package struct RunRecord: Sendable {
  package let asset: AssetIdentifier
  package let runID: String
  /// 0 succeeded, 1 failed, 2 unfinished.
  package let result: Int64
  package let isNewest: Bool
  package let startedAt: Int64?
  package let materialized: Int64?
  package let durationMilliseconds: Int64?
  package let failedAt: Int64?
  package let error: String?
}

/// Failed and interrupted runs, newest failure first, then by name, id and run.
package struct FailureCursor: PageCursor {
  private var time = Int64.max
  private var key = AssetIdentifier.beginning
  private var runID = ""
  private var isAtEnd = false
  private let since: Int64
  private let runningSince: Int64
  private let pattern: NamePattern

  /// - Parameters:
  ///   - since: the earliest failure time, in microseconds.
  ///   - runningSince: an unfinished newest run that began after this is no failure.
  package init(since: Int64, runningSince: Int64, name: String? = nil) {
    self.since = since
    self.runningSince = runningSince
    pattern = NamePattern(name)
  }

  package mutating func next(_ count: Int, from reader: borrowing IndexReader) throws(SQLiteError) -> [RunRecord] {
    guard !isAtEnd else { return [] }
    let rows = try reader.rows(QuestionSQL.failures) { statement throws(SQLiteError) in
      try statement.bind(since, at: 1)
      try statement.bind(runningSince, at: 2)
      try statement.bind(pattern.glob, at: 3)
      try statement.bind(time, at: 4)
      try statement.bind(key.name, at: 5)
      try statement.bind(key.id, at: 6)
      try statement.bind(runID, at: 7)
      try statement.bind(Int64(count), at: 8)
    } record: { row throws(SQLiteError) in
      try RunRecord(row)
    }
    if rows.count == count, let last = rows.last, let failedAt = last.failedAt {
      (time, key, runID) = (failedAt, last.asset, last.runID)
    } else {
      isAtEnd = true
    }
    return rows
  }
}

extension IndexReader {
  /// The runs of an asset, newest first.
  package borrowing func runs(of asset: AssetIdentifier, limit: Int? = nil) throws(SQLiteError) -> [RunRecord] {
    try rows(QuestionSQL.runs) { statement throws(SQLiteError) in
      try statement.bind(asset.name, at: 1)
      try statement.bind(asset.id, at: 2)
      try statement.bind(Int64(limit ?? -1), at: 3)
    } record: { row throws(SQLiteError) in
      try RunRecord(row)
    }
  }
}

extension RunRecord {
  fileprivate init(_ row: borrowing Statement) throws(SQLiteError) {
    asset = AssetIdentifier(name: try row.text(0), id: try row.text(1))
    runID = try row.text(2)
    result = try row.int64(3)
    isNewest = try row.bool(4)
    startedAt = try row.optionalInt64(5)
    materialized = try row.optionalInt64(6)
    durationMilliseconds = try row.optionalInt64(7)
    failedAt = try row.optionalInt64(8)
    error = try row.optionalText(9)
  }
}
