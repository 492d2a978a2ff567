import AssetCatalog
import CatalogTestSupport
import ManifestModel
import SQLiteDatabase
import Synchronization
import Testing

/// What somebody who can write the index puts into its schema: it neither answers nor runs, and goes with the next
/// question.
@Suite("A schema that is not that of the migrations") struct PlantedSchemaTests {
  enum Plant: String, CaseIterable, CustomTestStringConvertible {
    case lyingView = "a view that lies"
    case trigger = "a trigger that deletes runs"
    case viewTrigger = "a trigger on a view"
    case emptyIndex = "an index in another's place, with a condition that no row fulfils"
    case missingIndex = "an index that is gone"
    case missingView = "a view that is gone"
    case column = "a column more"
    case table = "a table more"
    case silentView = "a view that was edited behind SQLite's back"
    case silentTable = "a table whose text names other columns, behind SQLite's back"

    var testDescription: String { rawValue }

    var script: String {
      switch self {
      case .lyingView: "DROP VIEW assets; CREATE VIEW assets AS SELECT 'lie' AS asset_name, 'lie' AS asset_id"
      case .trigger:
        """
        CREATE TRIGGER t AFTER UPDATE ON catalog_state BEGIN DELETE FROM run; UPDATE asset SET last_materialized = 1; END;
        CREATE TRIGGER u AFTER INSERT ON catalog_state BEGIN DELETE FROM run; UPDATE asset SET last_materialized = 1; END;
        CREATE TRIGGER v AFTER INSERT ON run BEGIN DELETE FROM asset WHERE asset_key <> new.asset_key; END
        """
      case .viewTrigger: "CREATE TRIGGER t INSTEAD OF INSERT ON assets BEGIN DELETE FROM run; END"
      case .emptyIndex:
        """
        DROP INDEX asset_by_materialized;
        CREATE INDEX asset_by_materialized ON asset (last_materialized, asset_name, asset_id, known)
          WHERE known = 1 AND asset_name <> asset_name
        """
      case .missingIndex: "DROP INDEX run_watched"
      case .missingView: "DROP VIEW runs"
      case .column: "ALTER TABLE asset ADD COLUMN mine TEXT"
      case .table: "CREATE TABLE mine (i)"
      case .silentView:
        """
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, 'known = 1', 'known = 0') WHERE name = 'assets'
        """
      case .silentTable:
        """
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, 'last_error TEXT', 'lost_error TEXT') WHERE name = 'asset'
        """
      }
    }
  }

  private func options(_ stored: StoredIndex, _ reconciling: Catalog.Reconciling) -> Catalog.Options {
    var options = Catalog.Options()
    options.reconciling = reconciling
    options.now = { Timestamp(microseconds: stored.now) }
    options.fileSystem = SettledFileSystem()
    return options
  }

  @Test("is found by a check, never answered from, and mended with a warning", arguments: Plant.allCases)
  func found(plant: Plant) throws {
    let stored = try StoredIndex(seed: 11, hasLog: false)
    try stored.execute(plant.script)
    let asItIs = try stored.subject(.never)
    #expect(try asItIs.catalog.check().rows.map(\.kind) == [.damaged])
    #expect(try #require(throws: CatalogError.self) { try asItIs.catalog.assets() }.code == .damagedIndex)
    let sql = "SELECT count(*) FROM assets"
    #expect(try #require(throws: CatalogError.self) { try asItIs.catalog.query(sql) }.code == .damagedIndex)

    let warnings = Mutex<[String]>([])
    var options = options(stored, .always)
    options.onWarning = { warning in warnings.withLock { $0.append(warning) } }
    let count = stored.truth.list(now: stored.now).count
    #expect(
      try Catalog(root: stored.tree.root, options: options).query(sql).rows == [[.integer(Int64(count))]])
    #expect(warnings.withLock { $0.count } == 1)
    #expect(try asItIs.catalog.check().rows.map(\.path) == [])
    #expect(try asItIs.differencesAsItIs(from: stored.truth) == [])
  }

  @Test("does nothing to a program that has had the index open before", arguments: Plant.allCases)
  func open(plant: Plant) throws {
    let stored = try StoredIndex(seed: 12, hasLog: false)
    let asset = AssetIdentifier(name: "planted.here", id: "1")
    let lagging = try Catalog(root: stored.tree.root, options: options(stored, .maxLag(.seconds(1_000_000_000))))
    let before = try lagging.assets().rows.count
    let start = Timestamp(microseconds: stored.now - 60_000_000)
    _ = try lagging.startRun(of: asset, runID: "r1", startedAt: start)
    #expect(try lagging.assets().rows.count == before + 1)

    try stored.execute(plant.script)
    _ = try lagging.finishRun("r1", of: asset)
    #expect(try lagging.assets().rows.count == before + 1)
    #expect(try lagging.query("SELECT count(*) FROM assets").rows == [[.integer(Int64(before + 1))]])
    #expect(try lagging.runs(of: asset).rows.map(\.outcome) == [.succeeded])
    _ = try lagging.reconcile()
    #expect(try lagging.check().rows.map(\.path) == [])
  }

  @Test("may have the statistics that SQLite gathers for its plans")
  func statistics() throws {
    let stored = try StoredIndex(seed: 13, hasLog: false)
    try stored.execute("ANALYZE")
    let asItIs = try stored.subject(.never)
    #expect(try asItIs.catalog.check().rows.map(\.path) == [])
    #expect(try asItIs.differencesAsItIs(from: stored.truth) == [])
  }
}
