internal import ManifestModel
internal import SQLiteDatabase

extension IndexReader {
  /// How many assets a freshness report without filters has.
  package borrowing func countFreshness() throws(IndexError) -> Int {
    Int(try number(QuestionSQL.countFreshness))
  }

  /// The assets whose last materialization is ahead of the clock, with the newest that is not in its place.
  package borrowing func materializedAhead(of now: Int64) throws(IndexError) -> [FreshnessEntry] {
    let latest = ClockTolerance.latest(now)
    var entries = try rows(QuestionSQL.materializedAhead) { statement throws(SQLiteError) in
      try statement.bind(latest, at: 1)
      try statement.bind("*", at: 2)
    } entry: { row throws(SQLiteError) in
      try FreshnessEntry(row)
    }
    for index in entries.indices { try passOver(&entries[index], upTo: latest) }
    return entries
  }

  borrowing func passOver(_ entry: inout FreshnessEntry, upTo latest: Int64) throws(IndexError) {
    let told = try materialization(of: entry.asset, upTo: latest)
    entry.lastMaterialized = told?.time
    entry.source = told?.source
    entry.isUnknown = told == nil
  }
}

extension AssetIdentifier {
  /// Comes before every asset: a name is never empty.
  static let beginning = AssetIdentifier(name: "", id: "")
}
