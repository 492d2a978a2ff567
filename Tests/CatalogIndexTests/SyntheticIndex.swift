import CatalogTestSupport
import ManifestModel
import SQLiteDatabase

@testable import CatalogIndex

/// An index that was filled by SQL alone, in a scratch folder.
struct SyntheticIndex {
  let tree: ScratchTree
  let location: IndexLocation

  init() throws {
    tree = try ScratchTree()
    location = try IndexLocation.resolve(
      explicit: nil, root: tree.root, metadataFolder: "_asset_metadata", environment: [:])
    let index = try IndexFile.open(location, .writing)
    try index.write { connection throws(SQLiteError) in
      try connection.execute(
        """
        INSERT INTO catalog_state (singleton, root, metadata_folder, tree_device, tree_inode, projection_version,
          reconcile_started_at, reconcile_ended_at)
        VALUES (1, '/data', '_asset_metadata', 1, 1, 1, 1000, 2000)
        """)
    }
  }

  func reader() throws -> IndexReader { IndexReader(try IndexFile.open(location, .reading)) }

  func plan(of sql: String) throws -> [String] { try column(3, of: "EXPLAIN QUERY PLAN " + sql) }
  func program(of sql: String) throws -> [String] { try column(1, of: "EXPLAIN " + sql) }

  private func column(_ column: Int32, of sql: String) throws -> [String] {
    let index = try IndexFile.open(location, .reading)
    return try index.read { connection throws(SQLiteError) in
      let statement = try connection.prepare(sql)
      var lines: [String] = []
      while try statement.step() { lines.append(try statement.text(column)) }
      return lines
    }
  }

  // MARK: Filling

  struct Asset {
    var identifier: AssetIdentifier
    var isKnown = true
    var lastMaterialized: Int64?
    var signature: String?
    var runs: [Run] = []
    var artifacts: [String] = []
  }

  struct Run {
    var id: String
    var result: Int64
    var isNewest = false
    var startedAt: Int64?
    var materialized: Int64?
    var duration: Int64?
    var failedAt: Int64?
    var error: String?
    var facts: [ArtifactFacts] = []
  }

  /// Adds assets in the given order, so that keys and names are in no relation.
  func insert(_ assets: [Asset]) throws {
    let index = try IndexFile.open(location, .writing)
    try index.write { connection throws(SQLiteError) in
      for asset in assets { try Self.insert(asset, into: connection) }
    }
  }

  private static func insert(_ asset: Asset, into connection: borrowing Connection) throws(SQLiteError) {
    try connection.withStatement(
      """
      INSERT INTO asset (
        asset_name, asset_id, known, folder_inode, folder_mtime_ns, folder_ctime_lag_ns, folder_trusted, manifest_state,
        manifest_size, manifest_mtime_ns, manifest_ctime_lag_ns, manifest_inode, manifest_trusted, asset_signature,
        signature_is_id, manifest_materialized, last_status, lossy, run_count, watched_runs, last_materialized,
        materialized_source)
      VALUES (?1, ?2, ?3, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, nullif(?4, ?2), ?4 IS ?2, ?5, 'success', 0, ?6, 0, ?5,
        CASE WHEN ?5 IS NOT NULL THEN 'manifest' END)
      """
    ) { statement throws(SQLiteError) in
      try statement.bind(asset.identifier.name, at: 1)
      try statement.bind(asset.identifier.id, at: 2)
      try statement.bind(asset.isKnown ? 1 : 0, at: 3)
      try statement.bind(asset.signature, at: 4)
      try statement.bind(asset.lastMaterialized, at: 5)
      try statement.bind(Int64(asset.runs.count), at: 6)
      try statement.run()
    }
    let key = connection.lastInsertRowID
    for run in asset.runs {
      try connection.withStatement(
        """
        INSERT INTO run (asset_key, run_id, state, watched, size, mtime_ns, ctime_lag_ns, inode, trusted, result, newest,
          started_at, materialized, duration_ms, failed_at, error)
        VALUES (?1, ?2, 1, 0, 0, 0, 0, 0, 0, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        """
      ) { statement throws(SQLiteError) in
        try statement.bind(key, at: 1)
        try statement.bind(run.id, at: 2)
        try statement.bind(run.result, at: 3)
        try statement.bind(run.isNewest ? 1 : 0, at: 4)
        try statement.bind(run.startedAt, at: 5)
        try statement.bind(run.materialized, at: 6)
        try statement.bind(run.duration, at: 7)
        try statement.bind(run.failedAt, at: 8)
        try statement.bind(run.error, at: 9)
        try statement.run()
      }
      for (position, facts) in run.facts.enumerated() {
        try connection.withStatement(
          """
          INSERT INTO run_artifact (asset_key, run_id, position, path, bytes, schema_hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
          """
        ) { statement throws(SQLiteError) in
          try statement.bind(key, at: 1)
          try statement.bind(run.id, at: 2)
          try statement.bind(Int64(position), at: 3)
          try statement.bind(facts.path, at: 4)
          try statement.bind(facts.bytes, at: 5)
          try statement.bind(facts.schemaHash, at: 6)
          try statement.run()
        }
      }
    }
    for (position, path) in asset.artifacts.enumerated() {
      try connection.withStatement("INSERT INTO artifact (asset_key, position, path) VALUES (?1, ?2, ?3)") {
        statement throws(SQLiteError) in
        try statement.bind(key, at: 1)
        try statement.bind(Int64(position), at: 2)
        try statement.bind(path, at: 3)
        try statement.run()
      }
    }
  }
}
