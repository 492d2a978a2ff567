import CatalogIndex
import CatalogReconciler
import CatalogTestSupport
import ManifestModel
import ManifestStore
import SQLiteDatabase
import StoredTree
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite("Rebuilding")
struct RebuildTests {
  /// A few assets, so that failing at every call takes few rebuilds.
  private func smallBench() throws -> ReconcilerBench {
    let tree = try ScratchTree.fixture()
    let kept = ["drift.variants", "history.full", "never.no_manifest"].map { Array("asset_name=\($0)".utf8) }
    for entry in ScratchTree.entries(tree.absolute(.metadata)) where !kept.contains(entry) {
      try tree.remove(TreePath.metadata.appending(entry))
    }
    return try ReconcilerBench(tree)
  }

  /// Runs have 17 columns and artifacts 4; the others tell whether a manifest can be read at present.
  private func facts(_ bench: ReconcilerBench) throws -> [String] {
    try bench.rows().filter { row in
      let columns = row.split(separator: "|", omittingEmptySubsequences: false).count
      return columns == 4 || columns > 15
    }
  }

  @Test("Whatever call fails, no run and no artifact is lost", arguments: errorsOfTheTree)
  func everyCallFails(error: Int32) throws {
    let bench = try smallBench()
    _ = try bench.reconciler().reconcile()
    let exact = try bench.rows()
    let facts = try facts(bench)
    try #require(facts.count == 10)
    bench.fileSystem.reset()
    _ = try bench.reconciler { $0.threads = .one }.rebuild()
    for number in try bench.placesToFail(error, of: bench.fileSystem.events.count) {
      bench.fileSystem.reset()
      bench.fileSystem.fail { count, _ in count == number ? error : nil }
      do { _ = try bench.reconciler { $0.threads = .one }.rebuild() } catch let failure as StoreError {
        #expect([.inputOutput, .denied, .noSuchRoot].contains(failure.code), "call \(number): \(failure)")
      }
      bench.fileSystem.fail(nil)
      // That a file is not there may well be true.
      if error != ENOENT, error != ENOTDIR { #expect(try self.facts(bench) == facts, "call \(number)") }
    }
    _ = try bench.reconciler().reconcile()
    #expect(try bench.rows() == exact)
  }

  @Test("Runs and artifacts stand under their own assets, also behind stretches that have none")
  func manyStretches() throws {
    let bench = try ReconcilerBench(ScratchTree())
    // A stretch is 64 names: the second to the fourth have no asset in them.
    for number in 0..<400 {
      let name = "n\(1000 + number)"
      guard number < 60 || number >= 260 else {
        try bench.tree.makeFolder(TreePath.metadata.appending(Array("asset_name=\(name)".utf8)))
        continue
      }
      try bench.tree.write(
        #"{"asset_name": "\#(name)", "asset_id": "1", "last_artifacts": ["\#(name)-a", "\#(name)-b"]}"#,
        to: .manifest(name, "1"))
      for run in 0..<number % 3 {
        let id = "\(name)-\(run)"
        try bench.tree.write(
          #"{"id": "\#(id)", "asset_path": "\#(name)", "artifacts": [{"path": "\#(id)"}]}"#, to: .run(name, "1", id))
      }
    }
    _ = try bench.reconciler().rebuild()
    try bench.reconciler().check { Issue.record("\($0)") }
    let index = try IndexFile.open(bench.location, .reading)
    func number(_ sql: String) throws -> SQLValue? {
      try index.query("SELECT count(*) FROM \(sql)", timeoutNanoseconds: 60_000_000_000).rows.first?.first
    }
    #expect(try number("assets") == .integer(200))
    #expect(try number("runs WHERE run_id LIKE asset_name || '-%'") == .integer(200))
    #expect(try number("runs") == .integer(200))
    #expect(try number("artifacts WHERE path LIKE asset_name || '-%'") == .integer(400))
    #expect(try number("artifacts") == .integer(400))
    #expect(try number("run_artifacts WHERE path = run_id AND path LIKE asset_name || '-%'") == .integer(200))
    #expect(try number("run_artifacts") == .integer(200))
  }

  @Test(
    "A check passes over what cannot be read, and finds nothing beside it",
    arguments: ["asset_name=b", "asset_id=1"], [EACCES, EIO])
  func checkOfUnreadable(path: String, error: Int32) throws {
    let bench = try ReconcilerBench(ScratchTree())
    for name in ["a", "b", "c"] {
      for id in ["1", "2"] {
        try bench.tree.write(#"{"asset_name": "\#(name)", "asset_id": "\#(id)"}"#, to: .manifest(name, id))
      }
    }
    _ = try bench.reconciler().rebuild()
    bench.fileSystem.fail { _, event in event.call == .openFolder && event.path == path ? error : nil }
    try bench.reconciler().check { Issue.record("\($0)") }
  }

  @Test("A file that is damaged now keeps its last good values, also from an index of an older schema")
  func lastGoodOfOlderSchema() throws {
    let bench = try ReconcilerBench(ScratchTree())
    try bench.tree.write(#"{"asset_name": "a", "asset_id": "1", "asset_signature": "good"}"#, to: .manifest("a", "1"))
    _ = try IndexFile.open(
      bench.location, .writing, migrator: Migrator(steps: [Migrator.standard.steps[0]]))
    do {
      let raw = try Connection(path: bench.location.path, mode: .readWrite)
      try raw.execute(
        """
        INSERT INTO folder VALUES ('a', 1, 1, 1, 1);
        INSERT INTO asset (
          asset_name, asset_id, known, folder_inode, folder_mtime_ns, folder_ctime_ns, folder_trusted, manifest_state,
          manifest_size, manifest_mtime_ns, manifest_ctime_ns, manifest_inode, manifest_trusted, asset_signature,
          last_status, lossy, run_count, watched_runs)
        VALUES ('a', '1', 1, 1, 1, 1, 1, 1, 7, 1, 1, 1, 1, 'good', 'success', 0, 0, 0);
        """)
    }
    try bench.tree.write("damaged", to: .manifest("a", "1"))
    _ = try bench.reconciler().rebuild()
    let index = try IndexFile.open(bench.location, .reading)
    let rows = try index.query("SELECT asset_signature FROM assets", timeoutNanoseconds: 60_000_000_000).rows
    #expect(rows == [[.text("good")]])
  }

  @Test("The tree is listed under the lock: what another process indexed while this one waited stays")
  func listsUnderTheLock() throws {
    let bench = try ReconcilerBench.fixture()
    _ = try bench.reconciler().reconcile()
    let location = bench.location
    let wasFree = Mutex(false)
    bench.fileSystem.before { event in
      guard event.call == .list else { return }
      if (try? ReconcileLock(location, isWaiting: false)) != nil { wasFree.withLock { $0 = true } }
    }
    _ = try bench.reconciler { $0.threads = .one }.rebuild()
    #expect(wasFree.withLock { !$0 })
  }

  @Test("A root that is not there is an error, and makes no index")
  func missingRoot() throws {
    let bench = try ReconcilerBench(ScratchTree())
    try bench.tree.remove(.metadata)
    #expect(try #require(throws: StoreError.self) { try bench.reconciler().rebuild() }.code == .noSuchRoot)
    #expect(bench.tree.status(.metadata) == nil)
  }

  @Test("A process without descriptors fails; no folder is blamed for it", arguments: [EMFILE, ENFILE, ENOMEM])
  func exhaustion(error: Int32) throws {
    let bench = try smallBench()
    _ = try bench.reconciler().reconcile()
    let before = try bench.rows()
    try bench.tree.awaitTick()
    try bench.tree.makeFolder(.runFolder("history.full", "a1", "r9"))
    try bench.tree.makeFolder(.asset("drift.variants", "cfg9"))
    let opened = Mutex(0)
    var failures = 0
    while true {
      let chosen = failures + 1
      opened.withLock { $0 = 0 }
      bench.fileSystem.fail { _, event in
        guard event.call == .openFolder || event.call == .list else { return nil }
        return opened.withLock { count in
          count += 1
          return count == chosen ? error : nil
        }
      }
      do {
        _ = try bench.reconciler { $0.threads = .one }.reconcile()
        break
      } catch let failure as StoreError {
        #expect(failure.code == .inputOutput)
        failures += 1
        #expect(try bench.rows() == before)
      }
    }
    // The tree twice, and the folders of two names and two assets: each is opened, and listed by two calls or more.
    #expect(failures > 12)
    #expect(try bench.rows() == before)
  }
}
