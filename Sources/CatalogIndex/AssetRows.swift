internal import ManifestModel
internal import SQLiteDatabase

/// Writes and reads whole assets: rows of `asset`, `run`, `artifact` and `run_artifact`.
package enum AssetRows {
  /// Adds an asset that is not in the index, and returns its key.
  @discardableResult
  static func insert(
    _ asset: IndexedAsset, into database: borrowing Connection
  ) throws(SQLiteError) -> Int64 {
    var batch = ImportBatch(folderCount: 0)
    batch.append(asset)
    try database.insert(batch.assets, with: insertion)
    let key = database.lastInsertRowID
    try database.insert(batch.runs, with: runInsertion, offset: key)
    try database.insert(batch.artifacts, with: artifactInsertion, offset: key)
    try database.insert(batch.runArtifacts, with: runArtifactInsertion, offset: key)
    return key
  }

  /// Fills an index that has no journal with folders and assets that are not in it, and all that belongs to them.
  static func fill(
    _ database: borrowing Connection, with batch: ImportBatch
  ) throws(SQLiteError) {
    // A row of another length would put the values of all that follow into the wrong columns.
    precondition(batch.assets.count == batch.assetCount * insertion.width)
    try database.insertAtOnce(batch.folders, with: TreeRows.folderInsertion)
    try database.insertAtOnce(batch.assets, with: insertion)
    // Each row got the key after the greatest (https://sqlite.org/autoinc.html), so that the first follows from the
    // last.
    let key = database.lastInsertRowID - Int64(batch.assetCount - 1)
    try database.insertAtOnce(batch.runs, with: runInsertion, offset: key)
    try database.insertAtOnce(batch.artifacts, with: artifactInsertion, offset: key)
    try database.insertAtOnce(batch.runArtifacts, with: runArtifactInsertion, offset: key)
  }

  /// Writes what differs between an asset as it was loaded and as it is now.
  static func update(
    _ new: IndexedAsset, from old: IndexedAsset, key: Int64, in database: borrowing Connection
  ) throws(SQLiteError) {
    var row = RowBlock()
    row.append(new)
    try row.withReader { block throws(SQLiteError) in
      try database.withStatement(updateAsset) { statement throws(SQLiteError) in
        try statement.bind(key, at: 1)
        try statement.bind(inPlace: AssetColumn.identity.count..<row.count, of: block, at: 2)
        try statement.run()
      }
    }
    var oldRuns = old.runs[...]
    for run in new.runs {
      while let first = oldRuns.first, first.id.precedesInBytes(run.id) {
        try remove(run: first.id, of: key, from: database)
        oldRuns.removeFirst()
      }
      if let first = oldRuns.first, first.id.hasSameBytes(as: run.id) {
        oldRuns.removeFirst()
        if !run.hasTexts {
          if !run.isSameRow(as: first) { try update(run, of: key, in: database) }
        } else if !run.isSameRow(as: first) || run.artifacts != nil {
          try replace(run, of: key, in: database)
        }
      } else {
        try replace(run, of: key, in: database)
      }
    }
    for run in oldRuns { try remove(run: run.id, of: key, from: database) }
    if let artifacts = new.artifacts, !artifacts.hasSameTexts(as: old.artifacts) {
      try database.withStatement("DELETE FROM artifact WHERE asset_key = ?1") { statement throws(SQLiteError) in
        try statement.bind(key, at: 1)
        try statement.run()
      }
      try write(artifacts: artifacts, of: key, into: database)
    }
  }

  /// Removes an asset and all that belongs to it.
  static func remove(key: Int64, from database: borrowing Connection) throws(SQLiteError) {
    try database.withStatement("DELETE FROM asset WHERE asset_key = ?1") { statement throws(SQLiteError) in
      try statement.bind(key, at: 1)
      try statement.run()
    }
  }

  /// Reads an asset with all its runs. Artifacts are left out, since only a change of their file changes them, and so
  /// are the long texts of runs, but of those that are `concerned`.
  static func load(
    _ asset: AssetIdentifier, concerning concerned: [String] = [], from database: borrowing Connection
  ) throws(SQLiteError) -> IndexedAsset? {
    guard var result = try loadRow(asset, from: database), let key = result.key else { return nil }
    result.runs = try runs(of: key, from: database)
    for id in concerned {
      let place = result.runs.partitioningIndex { !$0.id.precedesInBytes(id) }
      guard place < result.runs.count, result.runs[place].id.hasSameBytes(as: id) else { continue }
      try loadTexts(of: &result.runs[place], key, from: database)
    }
    return result
  }

  /// Reads an asset with no more of its runs than it takes to apply a change to the runs that are `concerned`: those,
  /// the newest, those that have not ended, and the one that tells how the asset stands. So a record of an end costs
  /// the same after five runs and after five thousand.
  static func loadPart(
    of asset: AssetIdentifier, concerning concerned: [String], from database: borrowing Connection
  ) throws(SQLiteError) -> IndexedAsset? {
    guard var result = try loadRow(asset, from: database), let key = result.key else { return nil }
    let others =
      [result.newestRunID, result.facts?.lastRunID, result.toldByRun].compactMap(\.self)
      + (result.watchedRuns > 0 ? try watchedRuns(of: key, from: database) : [])
    // Of equal ids the one with texts comes first.
    let ids = (concerned.map { ($0, true) } + others.map { ($0, false) }).sorted { left, right in
      left.0.hasSameBytes(as: right.0) ? left.1 && !right.1 : left.0.precedesInBytes(right.0)
    }
    for (id, hasTexts) in ids {
      if let last = result.runs.last, last.id.hasSameBytes(as: id) { continue }
      guard var run = try run(id, of: key, from: database) else { continue }
      if hasTexts { try loadTexts(of: &run, key, from: database) }
      result.runs.append(run)
    }
    let unloaded = UnloadedRuns(of: result)
    // All that are watched were loaded; where nothing else is left, all were.
    if unloaded.runCount > 0 { result.unloaded = unloaded }
    return result
  }

  /// Reads an asset with all its runs, all artifacts and all texts.
  static func loadWhole(
    _ asset: AssetIdentifier, from database: borrowing Connection
  ) throws(SQLiteError) -> IndexedAsset? {
    guard var result = try load(asset, from: database), let key = result.key else { return nil }
    result.artifacts = try artifacts(of: key, from: database)
    for index in result.runs.indices {
      try loadTexts(of: &result.runs[index], key, from: database)
      result.runs[index].artifacts = try artifacts(ofRun: result.runs[index].id, of: key, from: database)
    }
    return result
  }

  private static func loadRow(
    _ asset: AssetIdentifier, from database: borrowing Connection
  ) throws(SQLiteError) -> IndexedAsset? {
    try database.withStatement(selectAsset) { statement throws(SQLiteError) -> IndexedAsset? in
      try statement.bind(asset.name, at: 1)
      try statement.bind(asset.id, at: 2)
      return try statement.step()
        ? try IndexedAsset(statement, key: statement.int64(Int32(AssetColumn.columns.count))) : nil
    }
  }

  /// The artifacts that the manifest of an asset names.
  static func artifacts(of key: Int64, from database: borrowing Connection) throws(SQLiteError) -> [String] {
    try database.withStatement(selectArtifacts) { statement throws(SQLiteError) in
      try statement.bind(key, at: 1)
      var paths: [String] = []
      while try statement.step() {
        try statement.expect(position: paths.count, ArtifactColumn.position.place)
        paths.append(try statement.text(ArtifactColumn.path))
      }
      return paths
    }
  }

  // MARK: Asset

  static let insertion = AssetColumn.insertion

  private static let updateAsset = AssetColumn.update(key: "asset_key")

  private static let selectAsset = StatementText(
    keeping: "SELECT \(AssetColumn.selection()), asset_key FROM asset WHERE asset_name = ?1 AND asset_id = ?2")

  static let artifactInsertion = ArtifactColumn.insertion

  private static let selectArtifacts = StatementText(
    keeping: "SELECT \(ArtifactColumn.selection()) FROM artifact WHERE asset_key = ?1 ORDER BY position")

  private static func write(
    artifacts: [String], of key: Int64, into database: borrowing Connection
  ) throws(SQLiteError) {
    var rows = RowBlock()
    for (position, path) in artifacts.enumerated() { rows.append(artifact: path, ofAsset: 0, at: position) }
    try database.insert(rows, with: artifactInsertion, offset: key)
  }
}
