import CatalogIndex
import CatalogReconciler
import CatalogTestSupport
import ManifestModel
import ManifestStore
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

  @Test("Whatever call fails, no run and no artifact is lost", arguments: [EACCES, EIO])
  func everyCallFails(error: Int32) throws {
    let bench = try smallBench()
    _ = try bench.reconciler().reconcile()
    let exact = try bench.rows()
    let facts = try facts(bench)
    try #require(facts.count == 10)
    bench.fileSystem.reset()
    _ = try bench.reconciler { $0.threads = .one }.rebuild()
    for number in 1...bench.fileSystem.events.count {
      bench.fileSystem.reset()
      bench.fileSystem.fail { count, _ in count == number ? error : nil }
      _ = try? bench.reconciler { $0.threads = .one }.rebuild()
      bench.fileSystem.fail(nil)
      #expect(try self.facts(bench) == facts, "call \(number)")
    }
    _ = try bench.reconciler().reconcile()
    #expect(try bench.rows() == exact)
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
