internal import ManifestModel
internal import SQLiteDatabase

extension IndexReader {
  /// How many assets a freshness report without filters has.
  package borrowing func countFreshness() throws(IndexError) -> Int {
    Int(try number(QuestionSQL.countFreshness))
  }

  /// The assets whose last materialization is ahead of the clock, with the newest that is not in its place.
  package borrowing func materializedAhead(of now: Int64) throws(IndexError) -> [FreshnessRecord] {
    let latest = ClockTolerance.latest(now)
    var records = try rows(QuestionSQL.materializedAhead) { statement throws(SQLiteError) in
      try statement.bind(latest, at: 1)
      try statement.bind("*", at: 2)
    } record: { row throws(SQLiteError) in
      try FreshnessRecord(row)
    }
    for index in records.indices { try passOver(&records[index], upTo: latest) }
    return records
  }

  borrowing func passOver(_ record: inout FreshnessRecord, upTo latest: Int64) throws(IndexError) {
    let told = try materialization(of: record.asset, upTo: latest)
    record.lastMaterialized = told?.time
    record.source = told?.source
    record.isUnknown = told == nil
  }
}

extension AssetIdentifier {
  /// Comes before every asset: a name is never empty.
  static let beginning = AssetIdentifier(name: "", id: "")
}
