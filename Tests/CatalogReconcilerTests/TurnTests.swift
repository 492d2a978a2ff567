import CatalogReconciler
import CatalogTestSupport
import Foundation
import ManifestModel
import SQLiteDatabase
import Testing

@testable import CatalogIndex

@Suite("A reconcile that waited for others")
struct TurnTests {
  /// Lets a reconcile wait for the lock, ends so many others meanwhile, and lets it go on.
  ///
  /// - Returns: whether it looked at the tree.
  private func looks(afterOthers count: Int64, _ bench: ReconcilerBench, change: String = "") throws -> Bool {
    let isWaiting = DispatchSemaphore(value: 0)
    let isDone = DispatchSemaphore(value: 0)
    var held: ReconcileLock? = try ReconcileLock(bench.location, isWaiting: false)
    bench.fileSystem.reset()
    let location = bench.location
    let waiter = bench.reconciler {
      $0.takesWorkOfOthers = true
      $0.onLongWait = { _ in isWaiting.signal() }
    }
    Thread.detachNewThread {
      do { _ = try waiter.reconcile() } catch { Issue.record("\(error)") }
      isDone.signal()
    }
    // By then it has read the number and waits.
    isWaiting.wait()
    do {
      let index = try IndexFile.open(location, .writing)
      try index.write { database throws(SQLiteError) in
        try database.execute("UPDATE catalog_state SET reconcile_number = reconcile_number + \(count) \(change)")
      }
    }
    bench.fileSystem.reset()
    if held != nil { held = nil }
    isDone.wait()
    return bench.fileSystem.count(.list) > 0
  }

  @Test(
    "takes the work of the second that ended, which began after it was asked for, and not of the first, which may not have",
    arguments: [(0, true), (1, true), (2, false), (3, false)] as [(Int64, Bool)])
  func others(count: Int64, looks: Bool) throws {
    let bench = try ReconcilerBench.fixture()
    _ = try bench.reconciler().reconcile()
    #expect(try self.looks(afterOthers: count, bench) == looks)
  }

  @Test("believes no number in a file that was copied or restored meanwhile")
  func copied() throws {
    let bench = try ReconcilerBench.fixture()
    _ = try bench.reconciler().reconcile()
    #expect(try looks(afterOthers: 5, bench, change: ", file_inode = file_inode + 1"))
  }

  @Test("Every reconcile and rebuild counts, in an index that was made anew too")
  func number() throws {
    let bench = try ReconcilerBench.fixture()
    func number() throws -> Int64? { try KnownFolders.Reader(bench.location).state()?.number }
    _ = try bench.reconciler().reconcile()
    #expect(try number() == 1)
    _ = try bench.reconciler().reconcile()
    #expect(try number() == 2)
    _ = try bench.reconciler().rebuild()
    #expect(try number() == 3)
    _ = try bench.reconciler().reconcile()
    #expect(try number() == 4)
  }

  @Test(
    "A file that is another than the one last used is looked at once, and rebuilt if it is damaged",
    arguments: [false, true])
  func unknownFile(isDamaged: Bool) throws {
    let bench = try ReconcilerBench.fixture()
    _ = try bench.reconciler().reconcile()
    let exact = try bench.rows()
    let folder = bench.tree.root + "/_asset_metadata/.index/"
    do {
      let index = try IndexFile.open(bench.location, .writing)
      try index.checkpoint()
    }
    // As a backup that is restored to its place.
    let manager = FileManager.default
    var bytes = try Data(contentsOf: URL(filePath: folder + "catalog-1.sqlite"))
    if isDamaged {
      // A page of another time in the middle, as a copy of a file in use has it: here one that holds nothing.
      let size = Int(bytes[16]) << 8 | Int(bytes[17])
      let page = (3..<bytes.count / size).first { bytes[$0 * size] == 13 && bytes[$0 * size + 4] > 3 }
      let start = try #require(page) * size
      bytes.replaceSubrange((start + 8)..<(start + 12), with: [0, 0, 0, 0])
    }
    try bytes.write(to: URL(filePath: folder + "copy"))
    for name in ["catalog-1.sqlite", "catalog-1.sqlite-wal", "catalog-1.sqlite-shm"] {
      try? manager.removeItem(atPath: folder + name)
    }
    try manager.moveItem(atPath: folder + "copy", toPath: folder + "catalog-1.sqlite")
    let warnings = Warned()
    _ = try bench.reconciler { $0.onWarning = { warnings.add($0) } }.reconcile()
    #expect(warnings.count == (isDamaged ? 1 : 0), "\(warnings.all)")
    #expect(try bench.rows() == exact)
    _ = try bench.reconciler { $0.onWarning = { warnings.add($0) } }.reconcile()
    #expect(warnings.count == (isDamaged ? 1 : 0))
  }

  private final class Warned: @unchecked Sendable {
    private let lock = NSLock()
    private var sentences: [String] = []
    func add(_ sentence: String) { lock.withLock { sentences.append(sentence) } }
    var all: [String] { lock.withLock { sentences } }
    var count: Int { lock.withLock { sentences.count } }
  }
}
