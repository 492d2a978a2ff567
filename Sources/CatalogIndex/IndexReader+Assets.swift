package import ManifestModel
internal import SQLiteDatabase

extension IndexReader {
  /// Passes over a materialization that is ahead of the clock, for the newest one that is not.
  borrowing func passOver(_ entry: inout AssetEntry, at now: Int64) throws(IndexError) {
    guard let time = entry.lastMaterialized, ClockTolerance.isAhead(time, of: now) else { return }
    let told = try materialization(of: entry.asset, upTo: ClockTolerance.latest(now))
    entry.lastMaterialized = told?.time
    entry.source = told?.source
    entry.isUnknown = told == nil
  }

  /// One asset; `nil` where the index does not know it.
  ///
  /// - Parameter now: the clock of the answer, in microseconds.
  package borrowing func asset(_ asset: AssetIdentifier, at now: Int64) throws(IndexError) -> AssetEntry? {
    var entry = try withStatement(QuestionSQL.asset) { row throws(SQLiteError) in
      try row.bind(asset.name, at: 1)
      try row.bind(asset.id, at: 2)
      return try row.step() ? try AssetEntry(row) : nil
    }
    if entry != nil { try passOver(&entry!, at: now) }
    return entry
  }
}
