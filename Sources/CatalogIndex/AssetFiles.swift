package import ManifestModel
internal import SQLiteDatabase
internal import StoredTree

/// Which files the index has of an asset, without what is in them.
package struct AssetFiles: Hashable, Sendable {
  package var asset: AssetIdentifier
  package var hasManifest: Bool
  /// Whether nobody has seen that there is none.
  package var mayHaveManifest: Bool
  /// Runs of which more than the manifest tells, in the order of the bytes of their ids.
  package var runs: [String]
}

extension AssetFiles {
  /// The files of some assets, in the order of the bytes of their names and ids.
  ///
  /// - Parameters:
  ///   - after: the asset before the first one; `nil` for the very first.
  ///   - most: of how many assets.
  static func page(
    after: AssetIdentifier?, atMost most: Int, from database: borrowing Connection
  ) throws(SQLiteError) -> [AssetFiles] {
    var keys: [Int64] = []
    var page = try database.withStatement(selectAssets) { statement throws(SQLiteError) -> [AssetFiles] in
      try bind(after, to: statement)
      try statement.bind(Int64(most), at: 3)
      var page: [AssetFiles] = []
      while try statement.step() {
        let state = try statement.choice(AssetColumn.manifestState.place, FileState.self)
        let manifest = try statement.seenFile(
          size: AssetColumn.manifestSize, modified: AssetColumn.manifestMtimeNs, lag: AssetColumn.manifestCtimeLagNs,
          inode: AssetColumn.manifestInode, trust: AssetColumn.manifestTrusted)
        keys.append(try statement.int64(Int32(AssetColumn.columns.count)))
        page.append(
          AssetFiles(
            asset: try statement.asset(name: AssetColumn.assetName, id: AssetColumn.assetID),
            hasManifest: state != .absent, mayHaveManifest: manifest != .nothing, runs: []))
      }
      return page
    }
    guard let last = page.last?.asset else { return [] }
    try database.withStatement(selectRuns) { statement throws(SQLiteError) in
      try bind(after, to: statement)
      try statement.bind(last.name, at: 3)
      try statement.bind(last.id, at: 4)
      var place = 0
      while try statement.step() {
        let key = try statement.int64(0)
        while place < keys.count, keys[place] != key { place += 1 }
        guard place < keys.count else { break }
        page[place].runs.append(try statement.text(1))
      }
    }
    return page
  }

  private static func bind(_ after: AssetIdentifier?, to statement: borrowing Statement) throws(SQLiteError) {
    // No name is empty.
    try statement.bind(after?.name ?? "", at: 1)
    try statement.bind(after?.id ?? "", at: 2)
  }

  private static let selectAssets = StatementText(
    keeping: """
      SELECT \(AssetColumn.selection(except: [.lastError])), asset_key
      FROM asset
      WHERE (asset_name, asset_id) > (?1, ?2)
      ORDER BY asset_name, asset_id
      LIMIT ?3
      """)

  private static let selectRuns = StatementText(
    keeping: """
      SELECT run.asset_key, run.run_id
      FROM asset CROSS JOIN run ON run.asset_key = asset.asset_key
      WHERE (asset.asset_name, asset.asset_id) > (?1, ?2) AND (asset.asset_name, asset.asset_id) <= (?3, ?4)
        AND run.state <> \(FileState.manifestOnly.rawValue)
      ORDER BY asset.asset_name, asset.asset_id, run.run_id
      """)
}

extension KnownFolders.Reader {
  /// The files of some assets, in the order of the bytes of their names and ids.
  package func files(after: AssetIdentifier?, atMost most: Int) throws(IndexError) -> [AssetFiles] {
    try index.read { database throws(SQLiteError) in try AssetFiles.page(after: after, atMost: most, from: database) }
  }
}

extension IndexWriter {
  /// The files of some assets, in the order of the bytes of their names and ids.
  package borrowing func files(after: AssetIdentifier?, atMost most: Int) throws(IndexError) -> [AssetFiles] {
    try writing { database throws(SQLiteError) in try AssetFiles.page(after: after, atMost: most, from: database) }
  }
}
