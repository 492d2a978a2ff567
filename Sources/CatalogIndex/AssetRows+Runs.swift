internal import ManifestModel
internal import SQLiteDatabase
internal import StoredTree

extension AssetRows {
  /// For an asset that is new: without a conflict to provide for, SQLite keeps no journal of a statement for one row. The
  /// first value of a row tells the asset.
  static let runInsertion = Insertion(
    """
    INSERT INTO run (
      asset_key, run_id, state, watched, size, mtime_ns, ctime_lag_ns, inode, trusted, result, newest, started_at,
      materialized, duration_ms, failed_at, status, error, error_traceback, asset_path, parameters,
      heartbeat_at, heartbeat_seconds, overrun_at, ahead_at)
    """, width: 24, isRelative: true)

  private static let replaceRun: StaticString = """
    INSERT INTO run (
      asset_key, run_id, state, watched, size, mtime_ns, ctime_lag_ns, inode, trusted, result, newest, started_at,
      materialized, duration_ms, failed_at, status, error, error_traceback, asset_path, parameters,
      heartbeat_at, heartbeat_seconds, overrun_at, ahead_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)
    ON CONFLICT (asset_key, run_id) DO UPDATE SET
      state = excluded.state, watched = excluded.watched, size = excluded.size, mtime_ns = excluded.mtime_ns,
      ctime_lag_ns = excluded.ctime_lag_ns, inode = excluded.inode, trusted = excluded.trusted, result = excluded.result,
      newest = excluded.newest, started_at = excluded.started_at, materialized = excluded.materialized,
      duration_ms = excluded.duration_ms, failed_at = excluded.failed_at, status = excluded.status,
      error = excluded.error, error_traceback = excluded.error_traceback, asset_path = excluded.asset_path,
      parameters = excluded.parameters, heartbeat_at = excluded.heartbeat_at,
      heartbeat_seconds = excluded.heartbeat_seconds, overrun_at = excluded.overrun_at, ahead_at = excluded.ahead_at
    """

  /// For a run whose own file has nothing new to tell, but whose place among the others or in the manifest has.
  private static let updateRun: StaticString = """
    UPDATE run SET
      state = ?3, watched = ?4, size = ?5, mtime_ns = ?6, ctime_lag_ns = ?7, inode = ?8, trusted = ?9, result = ?10,
      newest = ?11, failed_at = ?12, overrun_at = ?13, ahead_at = ?14
    WHERE asset_key = ?1 AND run_id = ?2
    """

  private static let selectRuns: StaticString = """
    SELECT run_id, state, watched, size, mtime_ns, ctime_lag_ns, inode, trusted, result, newest, started_at, materialized,
      duration_ms, failed_at, status, heartbeat_at, heartbeat_seconds, overrun_at, ahead_at
    FROM run WHERE asset_key = ?1 ORDER BY run_id
    """

  private static let selectRun: StaticString = """
    SELECT run_id, state, watched, size, mtime_ns, ctime_lag_ns, inode, trusted, result, newest, started_at, materialized,
      duration_ms, failed_at, status, heartbeat_at, heartbeat_seconds, overrun_at, ahead_at
    FROM run WHERE asset_key = ?1 AND run_id = ?2
    """

  private static let selectTexts: StaticString = """
    SELECT error, error_traceback, asset_path, parameters FROM run WHERE asset_key = ?1 AND run_id = ?2
    """

  /// All runs of an asset, in the order of the bytes of their ids, without their texts.
  static func runs(of key: Int64, from database: borrowing Connection) throws(SQLiteError) -> [IndexedRun] {
    try database.withStatement(selectRuns) { statement throws(SQLiteError) in
      try statement.bind(key, at: 1)
      var runs: [IndexedRun] = []
      while try statement.step() { runs.append(try run(from: statement)) }
      return runs
    }
  }

  /// The runs whose files are looked at by every reconcile: those that have not ended are among them.
  static func watchedRuns(of key: Int64, from database: borrowing Connection) throws(SQLiteError) -> [String] {
    try database.withStatement("SELECT run_id FROM run WHERE asset_key = ?1 AND watched = 1 ORDER BY run_id") {
      statement throws(SQLiteError) in
      try statement.bind(key, at: 1)
      var ids: [String] = []
      while try statement.step() { ids.append(try statement.text(0)) }
      return ids
    }
  }

  /// One run without its texts.
  static func run(
    _ id: String, of key: Int64, from database: borrowing Connection
  ) throws(SQLiteError) -> IndexedRun? {
    try database.withStatement(selectRun) { statement throws(SQLiteError) in
      try statement.bind(key, at: 1)
      try statement.bind(id, at: 2)
      return try statement.step() ? try run(from: statement) : nil
    }
  }

  /// Reads what ``runs(of:from:)`` leaves out: an error can be as long as a log.
  static func loadTexts(
    of run: inout IndexedRun, _ key: Int64, from database: borrowing Connection
  ) throws(SQLiteError) {
    guard !run.hasTexts else { return }
    let (id, old) = (run.id, run.facts)
    run.facts = try database.withStatement(selectTexts) { statement throws(SQLiteError) in
      try statement.bind(key, at: 1)
      try statement.bind(id, at: 2)
      guard var facts = old, try statement.step() else { return old }
      facts.error = try statement.optionalText(0)
      facts.traceback = try statement.optionalText(1)
      facts.assetPath = try statement.optionalText(2)
      facts.parameters = try statement.optionalText(3)
      return facts
    }
    run.hasTexts = true
  }

  /// Writes what was derived of a run anew, and how its file stands.
  static func update(
    _ run: IndexedRun, of key: Int64, in database: borrowing Connection
  ) throws(SQLiteError) {
    try database.withStatement(updateRun) { statement throws(SQLiteError) in
      let print = run.seen.revision
      try statement.bind(key, at: 1)
      try statement.bind(run.id, at: 2)
      try statement.bind(run.state.rawValue, at: 3)
      try statement.bind(run.isWatched ? 1 : 0, at: 4)
      try statement.bind(print.size, at: 5)
      try statement.bind(print.modifiedNanoseconds, at: 6)
      try statement.bind(print.changeLagNanoseconds, at: 7)
      try statement.bind(Int64(bitPattern: print.inode), at: 8)
      try statement.bind(run.seen.isTrusted ? 1 : 0, at: 9)
      try statement.bind(run.result?.rawValue, at: 10)
      try statement.bind(run.isNewest ? 1 : 0, at: 11)
      try statement.bind(run.failedAt, at: 12)
      try statement.bind(run.overrunAt, at: 13)
      try statement.bind(run.aheadAt, at: 14)
      try statement.run()
    }
  }

  /// Adds a run, or replaces the row that it has, and its artifacts if they are known.
  static func replace(
    _ run: IndexedRun, of key: Int64, in database: borrowing Connection
  ) throws(SQLiteError) {
    var row = RowBlock()
    row.append(run)
    try row.withReader { block throws(SQLiteError) in
      try database.withStatement(replaceRun) { statement throws(SQLiteError) in
        try statement.bind(key, at: 1)
        try statement.bind(inPlace: 0..<row.count, of: block, at: 2)
        try statement.run()
      }
    }
    guard let artifacts = run.artifacts else { return }
    try removeArtifacts(ofRun: run.id, of: key, from: database)
    var rows = RowBlock()
    for (position, artifact) in artifacts.enumerated() {
      rows.append(artifact, ofRun: run.id, ofAsset: 0, at: position)
    }
    try database.insert(rows, with: runArtifactInsertion, offset: key)
  }

  static func remove(run: String, of key: Int64, from database: borrowing Connection) throws(SQLiteError) {
    try database.withStatement("DELETE FROM run WHERE asset_key = ?1 AND run_id = ?2") {
      statement throws(SQLiteError) in
      try statement.bind(key, at: 1)
      try statement.bind(run, at: 2)
      try statement.run()
    }
  }

  private static func run(from row: borrowing Statement) throws(SQLiteError) -> IndexedRun {
    let state = try row.choice(1, FileState.self)
    var run = IndexedRun(id: try row.text(0), state: state, seen: try row.seenFile(3))
    if state == .current || state == .lastGood {
      run.facts = RunFacts(
        startedAt: try row.optionalInt64(10), materialized: try row.optionalInt64(11),
        durationMilliseconds: try row.optionalInt64(12),
        status: try row.optionalTextChoice(14),
        heartbeatAt: try row.optionalInt64(15), heartbeatSeconds: try row.optionalInt64(16))
      run.hasTexts = false
    }
    run.isWatched = try row.bool(2)
    run.result = try row.optionalChoice(8)
    run.isNewest = try row.bool(9)
    run.failedAt = try row.optionalInt64(13)
    run.overrunAt = try row.optionalInt64(17)
    run.aheadAt = try row.optionalInt64(18)
    run.beganAt = run.facts?.startedAt
    return run
  }

  private static let selectArtifacts: StaticString = """
    SELECT path, bytes, modified, format, schema_hash, row_count, sampled_rows, position
    FROM run_artifact WHERE asset_key = ?1 AND run_id = ?2 ORDER BY position
    """

  static func artifacts(
    ofRun run: String, of key: Int64, from database: borrowing Connection
  ) throws(SQLiteError) -> [ArtifactFacts] {
    try database.withStatement(selectArtifacts) { statement throws(SQLiteError) in
      try statement.bind(key, at: 1)
      try statement.bind(run, at: 2)
      var artifacts: [ArtifactFacts] = []
      while try statement.step() {
        try statement.expect(position: artifacts.count, 7)
        artifacts.append(
          ArtifactFacts(
            path: try statement.text(0), bytes: try statement.optionalInt64(1),
            modified: try statement.optionalInt64(2).map(Timestamp.init(microseconds:)),
            format: try statement.optionalText(3), schemaHash: try statement.optionalText(4),
            rowCount: try statement.optionalInt64(5), sampledRows: try statement.optionalInt64(6)))
      }
      return artifacts
    }
  }

  static let runArtifactInsertion = Insertion(
    """
    INSERT INTO run_artifact (
      asset_key, run_id, position, path, bytes, modified, format, schema_hash, row_count, sampled_rows)
    """, width: 10, isRelative: true)

  private static func removeArtifacts(
    ofRun run: String, of key: Int64, from database: borrowing Connection
  ) throws(SQLiteError) {
    try database.withStatement("DELETE FROM run_artifact WHERE asset_key = ?1 AND run_id = ?2") {
      statement throws(SQLiteError) in
      try statement.bind(key, at: 1)
      try statement.bind(run, at: 2)
      try statement.run()
    }
  }
}

extension IndexedRun {
  /// Whether the row in `run` would be the same.
  func isSameRow(as other: IndexedRun) -> Bool {
    state == other.state && seen == other.seen && facts == other.facts && result == other.result
      && isNewest == other.isNewest && failedAt == other.failedAt && isWatched == other.isWatched
      && overrunAt == other.overrunAt && aheadAt == other.aheadAt
  }
}
