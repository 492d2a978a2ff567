package import ManifestModel
package import SQLiteDatabase

/// Writes and reads whole assets: rows of `asset`, `run`, `artifact` and `run_artifact`.
package enum AssetRows {
  /// Adds an asset that is not in the index, and returns its key.
  @discardableResult
  package static func insert(
    _ asset: IndexedAsset, into database: borrowing Connection
  ) throws(SQLiteError) -> Int64 {
    var batch = ImportBatch()
    batch.append(asset)
    try insert(batch, into: database)
    return database.lastInsertRowID
  }

  /// Adds folders and assets that are not in the index, with all that belongs to them.
  package static func insert(
    _ batch: ImportBatch, into database: borrowing Connection
  ) throws(SQLiteError) {
    try batch.block.withReader { block throws(SQLiteError) in
      var start = 0
      var key: Int64 = 0
      for table in batch.tables {
        let values = start..<start + table.valueCount
        start = values.upperBound
        try database.withStatement(table.insertion) { statement throws(SQLiteError) in
          if table.hasKey { try statement.bind(key, at: 1) }
          try statement.bind(inPlace: values, of: block, at: table.hasKey ? 2 : 1)
          try statement.run()
        }
        // Not RETURNING, for which SQLite would keep a temporary table and a journal of each statement.
        if table == .asset { key = database.lastInsertRowID }
      }
    }
  }

  /// Writes what differs between an asset as it was loaded and as it is now.
  package static func update(
    _ new: IndexedAsset, from old: IndexedAsset, key: Int64, in database: borrowing Connection
  ) throws(SQLiteError) {
    var row = RowBlock()
    row.append(new)
    try row.withReader { block throws(SQLiteError) in
      try database.withStatement(updateAsset) { statement throws(SQLiteError) in
        try statement.bind(inPlace: 0..<row.count, of: block, at: 1)
        try statement.bind(key, at: ImportBatch.Table.asset.parameterAfterValues)
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
        if !run.isSameRow(as: first) || run.artifacts != nil {
          try replace(run, of: key, in: database)
        }
      } else {
        try replace(run, of: key, in: database)
      }
    }
    for run in oldRuns { try remove(run: run.id, of: key, from: database) }
    if let artifacts = new.artifacts {
      try database.withStatement("DELETE FROM artifact WHERE asset_key = ?1") { statement throws(SQLiteError) in
        try statement.bind(key, at: 1)
        try statement.run()
      }
      try write(artifacts: artifacts, of: key, into: database)
    }
  }

  /// Removes an asset and all that belongs to it.
  package static func remove(key: Int64, from database: borrowing Connection) throws(SQLiteError) {
    try database.withStatement("DELETE FROM asset WHERE asset_key = ?1") { statement throws(SQLiteError) in
      try statement.bind(key, at: 1)
      try statement.run()
    }
  }

  /// Reads an asset with all its runs; artifacts are left out, since only a change of their file changes them.
  package static func load(
    _ asset: AssetIdentifier, from database: borrowing Connection
  ) throws(SQLiteError) -> IndexedAsset? {
    let found = try database.withStatement(selectAsset) { statement throws(SQLiteError) -> IndexedAsset? in
      try statement.bind(asset.name, at: 1)
      try statement.bind(asset.id, at: 2)
      return try statement.step() ? try self.asset(asset, from: statement) : nil
    }
    guard var result = found, let key = result.key else { return nil }
    result.runs = try database.withStatement(selectRuns) { statement throws(SQLiteError) in
      try statement.bind(key, at: 1)
      var runs: [IndexedRun] = []
      while try statement.step() { runs.append(try run(from: statement)) }
      return runs
    }
    return result
  }

  /// Reads an asset with all its runs and all artifacts.
  package static func loadWhole(
    _ asset: AssetIdentifier, from database: borrowing Connection
  ) throws(SQLiteError) -> IndexedAsset? {
    guard var result = try load(asset, from: database), let key = result.key else { return nil }
    result.artifacts = try artifacts(of: key, from: database)
    for index in result.runs.indices {
      result.runs[index].artifacts = try artifacts(ofRun: result.runs[index].id, of: key, from: database)
    }
    return result
  }

  /// The artifacts that the manifest of an asset names.
  package static func artifacts(of key: Int64, from database: borrowing Connection) throws(SQLiteError) -> [String] {
    try database.withStatement("SELECT path FROM artifact WHERE asset_key = ?1 ORDER BY position") {
      statement throws(SQLiteError) in
      try statement.bind(key, at: 1)
      var paths: [String] = []
      while try statement.step() { paths.append(try statement.text(0)) }
      return paths
    }
  }

  // MARK: Asset

  static let insertAsset: StaticString = """
    INSERT INTO asset (
      asset_name, asset_id, known, folder_inode, folder_mtime_ns, folder_ctime_ns, folder_trusted,
      manifest_state, manifest_size, manifest_mtime_ns, manifest_ctime_ns, manifest_inode, manifest_trusted,
      asset_signature, manifest_materialized, last_status, last_error, last_run_id, last_run_materialized,
      last_run_metadata_path, updated_at, lossy, run_count, watched_runs, newest_run_id, last_materialized,
      materialized_source)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
      ?24, ?25, ?26, ?27)
    """

  private static let updateAsset: StaticString = """
    UPDATE asset SET
      asset_name = ?1, asset_id = ?2, known = ?3, folder_inode = ?4, folder_mtime_ns = ?5, folder_ctime_ns = ?6,
      folder_trusted = ?7, manifest_state = ?8, manifest_size = ?9, manifest_mtime_ns = ?10, manifest_ctime_ns = ?11,
      manifest_inode = ?12, manifest_trusted = ?13, asset_signature = ?14, manifest_materialized = ?15,
      last_status = ?16, last_error = ?17, last_run_id = ?18, last_run_materialized = ?19,
      last_run_metadata_path = ?20, updated_at = ?21, lossy = ?22, run_count = ?23, watched_runs = ?24,
      newest_run_id = ?25, last_materialized = ?26, materialized_source = ?27
    WHERE asset_key = ?28
    """

  private static let selectAsset: StaticString = """
    SELECT asset_key, folder_inode, folder_mtime_ns, folder_ctime_ns, folder_trusted, manifest_state, manifest_size,
      manifest_mtime_ns, manifest_ctime_ns, manifest_inode, manifest_trusted, asset_signature, manifest_materialized,
      last_status, last_error, last_run_id, last_run_materialized, last_run_metadata_path, updated_at, lossy,
      known, run_count, watched_runs, newest_run_id, last_materialized, materialized_source
    FROM asset WHERE asset_name = ?1 AND asset_id = ?2
    """

  private static func asset(
    _ identifier: AssetIdentifier, from row: borrowing Statement
  ) throws(SQLiteError) -> IndexedAsset {
    var asset = IndexedAsset(identifier)
    asset.key = try row.int64(0)
    asset.folder = SeenFile(
      Fingerprint(
        size: 0, modifiedNanoseconds: try row.int64(2), changedNanoseconds: try row.int64(3),
        inode: UInt64(bitPattern: try row.int64(1))),
      isTrusted: try row.int64(4) != 0)
    asset.manifestState = FileState(rawValue: try row.int64(5)) ?? .bad
    asset.manifest = SeenFile(
      Fingerprint(
        size: try row.int64(6), modifiedNanoseconds: try row.int64(7), changedNanoseconds: try row.int64(8),
        inode: UInt64(bitPattern: try row.int64(9))),
      isTrusted: try row.int64(10) != 0)
    if let status = try row.optionalText(13) {
      asset.facts = ManifestFacts(
        signature: try row.optionalText(11), lastMaterialized: try row.optionalInt64(12),
        lastStatus: ManifestStatus(rawValue: status) ?? .unknown, lastError: try row.optionalText(14),
        lastRunID: try row.optionalText(15), lastRunMaterialized: try row.optionalInt64(16),
        lastRunMetadataPath: try row.optionalText(17), updatedAt: try row.optionalInt64(18),
        isLossy: try row.int64(19) != 0)
    }
    asset.artifacts = nil
    asset.isKnown = try row.int64(20) != 0
    asset.runCount = try row.int64(21)
    asset.watchedRuns = try row.int64(22)
    asset.newestRunID = try row.optionalText(23)
    asset.lastMaterialized = try row.optionalInt64(24)
    asset.source = try row.optionalText(25)
    return asset
  }

  static let insertArtifact: StaticString =
    "INSERT INTO artifact (asset_key, position, path) VALUES (?1, ?2, ?3)"

  private static func write(
    artifacts: [String], of key: Int64, into database: borrowing Connection
  ) throws(SQLiteError) {
    guard !artifacts.isEmpty else { return }
    try database.withStatement(insertArtifact) { statement throws(SQLiteError) in
      try statement.bind(key, at: 1)
      for (position, path) in artifacts.enumerated() {
        try statement.bind(Int64(position), at: 2)
        try statement.bind(path, at: 3)
        try statement.run()
      }
    }
  }
}
