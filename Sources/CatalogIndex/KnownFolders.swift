internal import ManifestModel
internal import SQLiteDatabase
internal import StoredTree

/// Reads what the index knows, for the comparison with the disk.
package enum KnownFolders {
  /// The folders whose names lie after `lower` and not after `upper` in the order of their bytes; `nil` is unbounded.
  static func read(
    after lower: String?, through upper: String?, from database: borrowing Connection
  ) throws(SQLiteError) -> [KnownFolder] {
    var folders = try database.withStatement(selectFolders) { statement throws(SQLiteError) -> [KnownFolder] in
      try bind(lower, upper, to: statement)
      var folders: [KnownFolder] = []
      while try statement.step() {
        folders.append(
          KnownFolder(
            name: try statement.text(FolderColumn.assetName), seen: try SeenFile(folder: statement), assets: []))
      }
      return folders
    }
    guard !folders.isEmpty else { return [] }
    var hasWatched = false
    try database.withStatement(selectAssets) { statement throws(SQLiteError) in
      try bind(lower, upper, to: statement)
      var place = 0
      while try statement.step() {
        let asset = try KnownAsset(statement)
        if try statement.int64(KnownAssetColumn.watchedRuns) > 0 { hasWatched = true }
        while place < folders.count, folders[place].name.precedesInBytes(asset.asset.name) {
          place += 1
        }
        guard place < folders.count else { break }
        folders[place].assets.append(asset)
      }
    }
    guard hasWatched else { return folders }
    try database.withStatement(selectWatchedRuns) { statement throws(SQLiteError) in
      try bind(lower, upper, to: statement)
      var (place, position) = (0, 0)
      while try statement.step() {
        let key = try statement.int64(KnownRunColumn.key)
        while place < folders.count {
          if position == folders[place].assets.count {
            place += 1
            position = 0
          } else if folders[place].assets[position].key != key {
            position += 1
          } else {
            break
          }
        }
        guard place < folders.count else { break }
        folders[place].assets[position].watchedRuns.append(try KnownRun(statement))
      }
    }
    return folders
  }

  /// How many assets have names after `lower` and not after `upper`, counted no further than to `most`.
  static func count(
    after lower: String?, through upper: String?, atMost most: Int, from database: borrowing Connection
  ) throws(SQLiteError) -> Int {
    try database.withStatement(countAssets) { statement throws(SQLiteError) in
      try bind(lower, upper, to: statement)
      try statement.bind(Int64(most), at: 3)
      return try statement.step() ? Int(try statement.int64(0)) : 0
    }
  }

  /// Assets in the order of the bytes of their names, no more than a number, with equally many others between each two.
  static func landmarks(
    atMost most: Int, from database: borrowing Connection
  ) throws(SQLiteError) -> [AssetIdentifier] {
    let count = try database.withStatement("SELECT count(*) FROM asset") { statement throws(SQLiteError) in
      try statement.step() ? Int(try statement.int64(0)) : 0
    }
    guard most > 0, count > 1 else { return [] }
    return try database.withStatement(selectIdentifiers) { statement throws(SQLiteError) in
      let parts = min(most + 1, count)
      var (place, assets) = (0, [AssetIdentifier]())
      while assets.count < parts - 1, try statement.step() {
        if place == (assets.count + 1) * count / parts {
          assets.append(AssetIdentifier(name: try statement.text(0), id: try statement.text(1)))
        }
        place += 1
      }
      return assets
    }
  }

  /// All runs that the index has of an asset, in the order of the bytes of their ids.
  static func runs(of key: Int64, from database: borrowing Connection) throws(SQLiteError) -> [KnownRun] {
    try database.withStatement(selectRuns) { statement throws(SQLiteError) in
      try statement.bind(key, at: 1)
      var runs: [KnownRun] = []
      while try statement.step() { runs.append(try KnownRun(statement)) }
      return runs
    }
  }

  /// The assets that the index has in one name folder.
  static func assets(
    of name: String, from database: borrowing Connection
  ) throws(SQLiteError) -> [AssetIdentifier] {
    try database.withStatement("SELECT asset_id FROM asset WHERE asset_name = ?1 ORDER BY asset_id") {
      statement throws(SQLiteError) in
      try statement.bind(name, at: 1)
      var assets: [AssetIdentifier] = []
      while try statement.step() { assets.append(AssetIdentifier(name: name, id: try statement.text(0))) }
      return assets
    }
  }

  private static let selectFolders = StatementText(
    keeping: """
      SELECT \(FolderColumn.selection()) FROM folder WHERE asset_name > ?1 AND asset_name <= ?2 ORDER BY asset_name
      """)

  private static let countAssets: StaticString = """
    SELECT count(*) FROM (SELECT 1 FROM asset WHERE asset_name > ?1 AND asset_name <= ?2 LIMIT ?3)
    """

  private static let selectAssets = StatementText(
    keeping: """
      SELECT \(KnownAssetColumn.selection)
      FROM asset
      WHERE asset_name > ?1 AND asset_name <= ?2
      ORDER BY asset_name, asset_id
      """)

  private static let selectWatchedRuns = StatementText(
    keeping: """
      SELECT \(KnownRunColumn.selection)
      FROM asset CROSS JOIN run INDEXED BY run_watched ON run.asset_key = asset.asset_key AND run.watched = 1
      WHERE asset.asset_name > ?1 AND asset.asset_name <= ?2 AND asset.watched_runs > 0
      ORDER BY asset.asset_name, asset.asset_id, run.run_id
      """)

  private static let selectIdentifiers: StaticString = """
    SELECT asset_name, asset_id FROM asset ORDER BY asset_name, asset_id
    """

  private static let selectRuns = StatementText(
    keeping: "SELECT \(KnownRunColumn.selection) FROM run WHERE asset_key = ?1 ORDER BY run_id")

  private static func bind(
    _ lower: String?, _ upper: String?, to statement: borrowing Statement
  ) throws(SQLiteError) {
    try statement.bind(lower ?? "", at: 1)
    // Any blob sorts after every text, so that this bound holds nothing back and the index is used all the same.
    if let upper { try statement.bind(upper, at: 2) } else { try statement.bind(blob: [0xFF], at: 2) }
  }
}
