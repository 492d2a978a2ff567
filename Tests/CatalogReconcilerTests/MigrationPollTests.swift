import CatalogMigrations
import CatalogReconciler
import CatalogTestSupport
import SQLiteDatabase
import Synchronization
import Testing

@testable import CatalogIndex

@Suite("An index of an older program")
struct MigrationPollTests {
  private static let assets = 200

  @Test("is there as a whole, for other programs too, while it is brought to the schema of this one")
  func polled() throws {
    let tree = try ScratchTree()
    for number in 0..<Self.assets {
      try tree.write(#"{"asset_name": "n\#(number)", "asset_id": "1"}"#, to: .manifest("n\(number)", "1"))
    }
    let bench = try ReconcilerBench(tree)
    let first = CatalogMigration.all[0]
    let step = MigrationStep(
      version: 1, name: first.name, sql: first.sql, schemaDigest: first.schemaDigest)
    do {
      let scratch = try IndexFile.makeScratch(bench.location, migrator: Migrator(steps: [step]))
      try scratch.connection.execute(
        """
        INSERT INTO catalog_state (
          singleton, root, metadata_folder, tree_device, tree_inode, projection_version, reconcile_started_at)
        VALUES (1, '\(tree.root)', '_asset_metadata', 0, 0, 1, 1);
        WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n LIMIT \(Self.assets))
        INSERT INTO asset (
          asset_name, asset_id, known, folder_inode, folder_mtime_ns, folder_ctime_ns, folder_trusted, manifest_state,
          manifest_size, manifest_mtime_ns, manifest_ctime_ns, manifest_inode, manifest_trusted, lossy, run_count,
          watched_runs)
        SELECT 'n' || i, '1', 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 FROM n
        """)
      _ = try IndexFile.publish(
        scratch, at: bench.location, until: nil, migrator: Migrator(steps: [step]), orThrow: { $0 }
      ) { _ throws(IndexError) in }
    }
    let isDone = Atomic<Bool>(false)
    let seen = Mutex<Set<String>>([])
    let path = bench.location.path
    let group = ThreadGroup(count: 1) { _ in
      repeat {
        let text: String
        do {
          let client = try Connection(path: path, mode: .readOnly)
          text = "\(try client.int64("SELECT count(*) FROM assets"))"
        } catch {
          text = "\(error)"
        }
        seen.withLock { _ = $0.insert(text) }
      } while !isDone.load(ordering: .acquiring)
    }
    while seen.withLock({ $0.isEmpty }) {}
    _ = try bench.reconciler().reconcile()
    isDone.store(true, ordering: .releasing)
    group.wait()
    #expect(seen.withLock { $0 } == ["\(Self.assets)"])
    let version = try IndexFile.open(bench.location, .reading).connection.int64("PRAGMA user_version")
    #expect(version == Int64(Migrator.standard.version))
  }
}
