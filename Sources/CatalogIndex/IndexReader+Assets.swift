package import ManifestModel
internal import SQLiteDatabase

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
