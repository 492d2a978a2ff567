internal import ManifestModel
internal import SQLiteDatabase
internal import StoredTree

extension AssetRows {
  /// For an asset that is new: without a conflict to provide for, SQLite keeps no journal of a statement for one row.
  static let runInsertion = RunColumn.insertion

  private static let replaceRun = StatementText(keeping: RunColumn.upsert)

  /// For a run whose own file has nothing new to tell.
  private static let updateRun = RunColumn.update(RunColumn.derived)

  private static let selectRuns = StatementText(
    keeping: """
      SELECT \(RunColumn.selection(except: RunColumn.texts)) FROM run WHERE asset_key = ?1 ORDER BY run_id
      """)

  private static let selectRun = StatementText(
    keeping: """
      SELECT \(RunColumn.selection(except: RunColumn.texts)) FROM run WHERE asset_key = ?1 AND run_id = ?2
      """)

  private static let selectTexts: StaticString = """
    SELECT error, error_traceback, asset_path, parameters FROM run WHERE asset_key = ?1 AND run_id = ?2
    """

  /// All runs of an asset, in the order of the bytes of their ids, without their texts.
  static func runs(of key: Int64, from database: borrowing Connection) throws(SQLiteError) -> [IndexedRun] {
    try database.withStatement(selectRuns) { statement throws(SQLiteError) in
      try statement.bind(key, at: 1)
      var runs: [IndexedRun] = []
      while try statement.step() { runs.append(try IndexedRun(statement)) }
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
      return try statement.step() ? try IndexedRun(statement) : nil
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

  /// Writes again what was derived of a run, and how its file stands.
  static func update(
    _ run: IndexedRun, of key: Int64, in database: borrowing Connection
  ) throws(SQLiteError) {
    var row = RowBlock()
    row.append(run, RunColumn.identity + RunColumn.derived)
    try row.withReader { block throws(SQLiteError) in
      try database.withStatement(updateRun) { statement throws(SQLiteError) in
        try statement.bind(key, at: 1)
        try statement.bind(inPlace: 0..<row.count, of: block, at: 2)
        try statement.run()
      }
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

  private static let selectArtifacts = StatementText(
    keeping: """
      SELECT \(RunArtifactColumn.selection()) FROM run_artifact WHERE asset_key = ?1 AND run_id = ?2 ORDER BY position
      """)

  static func artifacts(
    ofRun run: String, of key: Int64, from database: borrowing Connection
  ) throws(SQLiteError) -> [ArtifactFacts] {
    try database.withStatement(selectArtifacts) { statement throws(SQLiteError) in
      try statement.bind(key, at: 1)
      try statement.bind(run, at: 2)
      var artifacts: [ArtifactFacts] = []
      while try statement.step() {
        try statement.expect(position: artifacts.count, RunArtifactColumn.position.place)
        artifacts.append(try ArtifactFacts(statement))
      }
      return artifacts
    }
  }

  static let runArtifactInsertion = RunArtifactColumn.insertion

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
