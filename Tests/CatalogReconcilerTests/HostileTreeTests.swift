import CatalogReconciler
import CatalogTestSupport
import SQLiteDatabase
import Testing

@testable import CatalogIndex

@Suite("A tree that means harm")
struct HostileTreeTests {
  private static let asset: TreePath = .asset("history.full", "a1")
  private static let manifest: TreePath = .manifest("history.full", "a1")

  /// A manifest whose failed last run has no metadata: the index keeps a row for it.
  private func lastRun(_ id: String, signature: String) -> String {
    #"""
    {"manifest_version": "1", "asset_name": "history.full", "asset_id": "a1", "asset_signature": "\#(signature)",
     "last_status": "failed", "updated_at": "2026-01-01T00:00:00Z", "last_run": {"id": "\#(id)", "metadata_path": "", "materialized": null}}
    """#
  }

  @Test("The id of a last run is no path", arguments: ["../../../x", #"r1\u0000x"#, "..", "", "r1/../r1"])
  func lastRunID(id: String) throws {
    let bench = try ReconcilerBench.fixture()
    try bench.tree.write(lastRun(id, signature: "one"), to: Self.manifest)
    _ = try bench.reconciler().reconcile()
    let before = try bench.rows().filter { $0.contains("metadata.json") }
    bench.fileSystem.reset()
    try bench.tree.write(lastRun(id, signature: "other"), to: Self.manifest)
    // Every run is looked at, since the manifest is news.
    _ = try bench.reconciler().reconcile()
    let looks = bench.fileSystem.events.compactMap(\.path).filter { $0.hasPrefix("asset_run_id=") }
    #expect(
      Set(looks.filter { $0.hasSuffix("/metadata.json") }) == [
        "asset_run_id=r1/metadata.json", "asset_run_id=r2/metadata.json", "asset_run_id=r3/metadata.json",
        "asset_run_id=r4/metadata.json",
      ])
    #expect(try bench.rows().filter { $0.contains("metadata.json") } == before)
  }

  @Test("A damaged file with a time in the future is a problem all the same")
  func futureTime() throws {
    let bench = try ReconcilerBench.fixture()
    try bench.tree.write("{", to: Self.manifest)
    try bench.tree.setTime(4_000_000_000_000_000_000, of: Self.manifest)
    _ = try bench.reconciler().reconcile()
    #expect(try bench.rows().contains { $0.hasPrefix("\(Self.manifest)|invalid_json|") })
  }

  @Test("A file whose time was set to long ago is read once, and again when it is set anew", arguments: [0, 1])
  func setTime(nanoseconds: Int64) throws {
    let bench = try ReconcilerBench.fixture()
    try bench.tree.setTime(nanoseconds, of: Self.manifest)
    _ = try bench.reconciler().reconcile()
    #expect(try bench.reconciler().reconcile().filesRead == 0)
    try bench.tree.setTime(nanoseconds + 2, of: Self.manifest)
    #expect(try bench.reconciler().reconcile().filesRead > 0)
  }

  @Test("A manifest that is a link is one problem, worded the same after a reconcile and after a rebuild")
  func linkedManifest() throws {
    let bench = try ReconcilerBench.fixture()
    try bench.tree.makeLink(Self.manifest, to: "/etc/passwd")
    func problems() throws -> [String] { try bench.rows().filter { $0.hasPrefix("\(Self.manifest)|not_a_file|") } }
    _ = try bench.reconciler().rebuild()
    let rebuilt = try problems()
    #expect(rebuilt.count == 1)
    // The folder is listed again, and the manifest not looked at again.
    try bench.tree.awaitTick()
    try bench.tree.makeFolder(Self.asset / "asset_run_id=r5")
    _ = try bench.reconciler().reconcile()
    #expect(try problems() == rebuilt)
  }

  @Test("`check` finds a row that does not follow from the files")
  func conclusions() throws {
    let bench = try ReconcilerBench.fixture()
    _ = try bench.reconciler().reconcile()
    var found: [String] = []
    try bench.reconciler().check { found.append($0.path) }
    #expect(found == [])
    let index = try IndexFile.open(bench.location, .writing)
    try index.write { database throws(SQLiteError) in
      try database.execute(
        """
        UPDATE asset SET last_materialized = 0 WHERE asset_name = 'history.full';
        UPDATE run SET result = 0 WHERE run_id = 'r2'
          AND asset_key = (SELECT asset_key FROM asset WHERE asset_name = 'history.failed_last')
        """)
    }
    try bench.reconciler().check { difference in
      #expect(difference.kind == .stale)
      found.append(difference.path)
    }
    #expect(found == ["\(TreePath.asset("history.failed_last", "a1"))", "\(Self.asset)"])
  }
}
