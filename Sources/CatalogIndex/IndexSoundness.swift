internal import SQLiteDatabase

/// Rules that hold between rows, and that no constraint of the schema keeps a damaged page from breaking.
enum IndexSoundness {
  /// Rows that belong to nothing, a sentence for each kind.
  static func findStrays(in database: borrowing Connection) throws(SQLiteError) -> [String] {
    var found: [String] = []
    let orphans = try database.withStatement(
      "SELECT [table], count(*) FROM pragma_foreign_key_check GROUP BY 1 ORDER BY 1"
    ) { row throws(SQLiteError) in
      var orphans: [(table: String, count: Int64)] = []
      while try row.step() { orphans.append((try row.text(0), try row.int64(1))) }
      return orphans
    }
    for (table, count) in orphans { found.append("Rows of the table \(table) belong to nothing: \(count).") }
    let homeless = try database.int64(
      "SELECT count(*) FROM asset WHERE NOT EXISTS (SELECT 1 FROM folder WHERE folder.asset_name = asset.asset_name)")
    if homeless > 0 { found.append("Rows of the table asset are in no folder: \(homeless).") }
    let states = try database.int64("SELECT count(*) FROM catalog_state")
    if states != 1 { found.append("The table catalog_state has \(states) rows, and not one.") }
    return found
  }
}
