import CatalogReconciler
import CatalogTestSupport
import ManifestModel
import ManifestStore
import SQLiteDatabase
import Synchronization
import Testing

@testable import CatalogIndex

#if canImport(Glibc)
  import Glibc
#endif

@Suite("A tree that changes while it is read")
struct MovingTreeTests {
  static let manifest: TreePath = .manifest("history.full", "a1")

  @Test("A file that is half-written is read again, and is found whole", arguments: 1...5)
  func torn(attempts: Int) throws {
    let bench = try ReconcilerBench.fixture()
    bench.fileSystem.secondsAhead = 0
    let whole = try #require(bench.tree.read(Self.manifest))
    try bench.tree.write(Array(whole.prefix(100)), to: Self.manifest)
    let reads = Mutex(0)
    let tree = bench.tree
    bench.fileSystem.before { event in
      guard event.call == .openFile, event.path == "manifest.json" else { return }
      // Other manifests are opened as well: only those looks count that come while this file is short.
      guard tree.read(Self.manifest)?.count == 100 else { return }
      if reads.withLock({ count in
        count += 1
        return count == attempts
      }) {
        do { try tree.write(whole, to: Self.manifest) } catch { Issue.record("\(error)") }
      }
    }
    _ = try bench.reconciler { $0.threads = .one }.reconcile()
    #expect(try bench.rows().contains { $0.hasPrefix("history.full|a1|a1|2024-01-04T00:00:02.000000Z|") })
    #expect(try !bench.rows().contains { $0.contains("history.full") && $0.contains("invalid_json") })
  }

  @Test("A file that stays half-written and fresh is unsettled; its last good values stay; once settled it is one")
  func tornForLong() throws {
    let bench = try ReconcilerBench.fixture()
    _ = try bench.reconciler().reconcile()
    let whole = try #require(bench.tree.read(Self.manifest))
    try bench.tree.write(Array(whole.prefix(100)), to: Self.manifest)
    bench.fileSystem.secondsAhead = 0
    _ = try bench.reconciler().reconcile()
    let row = try #require(try bench.rows().first { $0.hasPrefix("history.full|a1|a1|") })
    #expect(row.contains("2024-01-04T00:00:02.000000Z") && row.contains("damaged"))
    #expect(try !bench.rows().contains { $0.contains("history.full") && $0.contains("invalid_json") })
    #expect(try bench.rows().count { $0.contains("history.full") && $0.contains("|unsettled|") } == 1)
    #expect(bench.fileSystem.slept > 0)
    bench.fileSystem.secondsAhead = 10
    _ = try bench.reconciler().reconcile()
    #expect(try bench.rows().contains { $0.contains("history.full") && $0.contains("invalid_json") })
    #expect(try bench.rows().contains { $0.hasPrefix("history.full|a1|a1|2024-01-04T00:00:02.000000Z|") })
    bench.fileSystem.reset()
    _ = try bench.reconciler().reconcile()
    #expect(bench.fileSystem.count(.openFile) == 0, "a settled problem is not read again")
    try bench.tree.write(whole, to: Self.manifest)
    _ = try bench.reconciler().reconcile()
    #expect(try !bench.rows().contains { $0.contains("history.full") && $0.contains("invalid_json") })
    #expect(try bench.rows().contains { $0.hasPrefix("history.full|a1|") && $0.contains("current") })
  }

  @Test("A file read shortly after it was touched is read again, until its stamps prove something")
  func racy() throws {
    let bench = try ReconcilerBench.fixture()
    bench.fileSystem.secondsAhead = 0
    let first = try bench.reconciler().reconcile().filesRead
    #expect(try bench.reconciler().reconcile().filesRead >= first / 2)
    bench.fileSystem.secondsAhead = 10
    #expect(try bench.reconciler().reconcile().filesRead > 0)
    #expect(try bench.reconciler().reconcile().filesRead == 0)
  }

  @Test("A change of the same size within one tick of the clock is seen")
  func sameTick() throws {
    let bench = try ReconcilerBench.fixture()
    bench.fileSystem.secondsAhead = 0
    let whole = String(decoding: try #require(bench.tree.read(Self.manifest)), as: UTF8.self)
    for round in 0..<20 {
      let signature = "\(10 + round % 2)"
      let text = whole.replacing("\"asset_signature\": \"a1\"", with: "\"asset_signature\": \"\(signature)\"")
      try bench.tree.write(text, to: Self.manifest)
      _ = try bench.reconciler().reconcile()
      #expect(try bench.rows().contains { $0.hasPrefix("history.full|a1|\(signature)|") }, "round \(round)")
    }
  }

  /// Writes a newer state into the tree, and into the index as a record does, the moment the reconcile has read the old
  /// one.
  @Test("A record that lands between reading and writing is not overwritten by what was read before it")
  func recordInBetween() throws {
    let bench = try ReconcilerBench.fixture()
    _ = try bench.reconciler().reconcile()
    let tree = bench.tree
    let whole = String(decoding: try #require(tree.read(Self.manifest)), as: UTF8.self)
    let older = whole.replacing("\"asset_signature\": \"a1\"", with: "\"asset_signature\": \"older\"")
    let newer = whole.replacing("\"asset_signature\": \"a1\"", with: "\"asset_signature\": \"newer\"")
    try tree.write(older, to: Self.manifest)
    let isDone = Mutex(false)
    bench.fileSystem.before { event in
      // The run's metadata is read after the manifest: by then the older state has been taken in.
      guard event.call == .openFile, event.path == "asset_run_id=r4/metadata.json" else { return }
      let isFirst = isDone.withLock { done in
        defer { done = true }
        return !done
      }
      guard isFirst else { return }
      do { try tree.write(newer, to: Self.manifest) } catch { Issue.record("\(error)") }
    }
    _ = try bench.reconciler { $0.threads = .one }.reconcile()
    #expect(isDone.withLock { $0 })
    #expect(try bench.rows().contains { $0.hasPrefix("history.full|a1|newer|") })
    #expect(try !bench.rows().contains { $0.hasPrefix("history.full|a1|older|") })
  }

  @Test("A run that appears in the index and the tree after the folder was listed is not forgotten")
  func runInBetween() throws {
    let bench = try ReconcilerBench.fixture()
    _ = try bench.reconciler().reconcile()
    let tree = bench.tree
    let location = bench.location
    let metadata = try #require(tree.read(.run("history.full", "a1", "r1")))
    try bench.touchAgain()
    let isDone = Mutex(false)
    bench.fileSystem.before { event in
      // The next look after the listing of the asset's folder.
      guard event.call == .status, event.path == "manifest.json", !isDone.withLock({ $0 }) else { return }
      isDone.withLock { $0 = true }
      do {
        try tree.write(metadata, to: .run("history.full", "a1", "r5"))
        let index = try IndexFile.open(location, .writing)
        try index.write { database throws(SQLiteError) in
          try database.execute(
            """
            INSERT INTO run (asset_key, run_id, state, watched, size, mtime_ns, ctime_lag_ns, inode, trusted, result, newest)
            SELECT asset_key, 'r5', 1, 1, 0, 0, 0, 0, 0, 0, 0 FROM asset WHERE asset_name = 'history.full'
            """)
        }
      } catch {
        Issue.record("\(error)")
      }
    }
    _ = try bench.reconciler { $0.threads = .one }.reconcile()
    bench.fileSystem.before(nil)
    #expect(isDone.withLock { $0 })
    #expect(try bench.rows().contains { $0.hasPrefix("history.full|a1|r5|") })
  }

  @Test("Reconciles and rebuilds at once leave what one of them would")
  func manyAtOnce() throws {
    let bench = try ReconcilerBench.fixture()
    _ = try bench.reconciler().reconcile()
    let expected = try bench.rows()
    try OrderedPipeline.run(
      pieces: 0..<12, threads: .init(few: 4, many: 4),
      makeWorker: {
        { number in
          number % 3 == 0 ? try bench.reconciler().rebuild().added : try bench.reconciler().reconcile().unchanged
        }
      },
      consume: { (assets: Int) in #expect(assets == 31) })
    #expect(try bench.rows() == expected)
  }

  @Test("The last good values of a damaged file outlive a rebuild; a new index does not know them")
  func lastGoodAndRebuild() throws {
    let bench = try ReconcilerBench.fixture()
    _ = try bench.reconciler().reconcile()
    try bench.tree.write("{", to: Self.manifest)
    _ = try bench.reconciler().reconcile()
    let before = try bench.rows()
    #expect(before.contains { $0.hasPrefix("history.full|a1|a1|2024-01-04T00:00:02.000000Z|") })
    _ = try bench.reconciler().rebuild()
    #expect(try bench.rows() == before)
    try bench.tree.remove("_asset_metadata/.index")
    _ = try bench.reconciler().reconcile()
    // What is left is what the runs tell.
    #expect(
      try bench.rows().contains {
        $0.hasPrefix("history.full|a1|-|2024-01-04T00:00:02.000000Z|") && $0.contains("|runs|")
      })
  }

  @Test("A damaged index is rebuilt by the next reconcile, with a warning")
  func damagedIndex() throws {
    let bench = try ReconcilerBench.fixture()
    _ = try bench.reconciler().reconcile()
    let expected = try bench.rows()
    let generation: TreePath = "_asset_metadata/.index/catalog-1.sqlite"
    // Nobody has it open here, so that writing it by hand harms no lock.
    try bench.tree.write(String(repeating: "rubbish ", count: 4000), to: generation)
    let warnings = Mutex<[String]>([])
    _ = try bench.reconciler { $0.onWarning = { text in warnings.withLock { $0.append(text) } } }.reconcile()
    #expect(try bench.rows() == expected)
    #expect(warnings.withLock { $0 }.count == 1)
  }
}
