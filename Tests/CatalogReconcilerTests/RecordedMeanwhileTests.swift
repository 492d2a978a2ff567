import CatalogIndex
import CatalogReconciler
import CatalogTestSupport
import LocalTree
import ManifestModel
import ManifestStore
import Synchronization
import Testing

@Suite("What is recorded while a rebuild reads")
struct RecordedMeanwhileTests {
  private static let time = Timestamp(microseconds: 1_800_000_000_000_000)

  /// Records a run as another process does: the tree, then the index.
  private static func record(_ name: String, _ run: String, _ root: String, _ mirror: RecordMirror) throws {
    let tree = try MetadataTree(root: root, metadataFolder: "_asset_metadata")
    let written = AssetWriter(LocalPublisher(tree, through: LinuxFileSystem()), now: time)
      .write([RunReport(.succeeded, of: AssetIdentifier(name: name, id: "1"), runID: run)])
    try mirror.mirror(written.assets, in: tree, at: time)
  }

  @Test(
    "is in the index afterwards, whatever call it comes before, new names included",
    arguments: [true, false], ["new", "b", "zzz"])
  func everyMoment(hasIndex: Bool, name: String) throws {
    let bench = try ReconcilerBench(ScratchTree())
    for name in ["a", "b", "c"] {
      try bench.tree.write(#"{"asset_name": "\#(name)", "asset_id": "1"}"#, to: .manifest(name, "1"))
    }
    if hasIndex { _ = try bench.reconciler().reconcile() }
    bench.fileSystem.reset()
    _ = try bench.reconciler { $0.threads = .one }.rebuild()
    let calls = bench.fileSystem.events.count
    try #require(calls > 20)
    let mirror = RecordMirror(bench.location)
    for call in 1...calls {
      if !hasIndex { try bench.tree.remove("_asset_metadata/.index") }
      let count = Mutex(0)
      let failure = Mutex<String?>(nil)
      let root = bench.tree.root
      bench.fileSystem.before { _ in
        let isChosen = count.withLock {
          $0 += 1
          return $0 == call
        }
        guard isChosen else { return }
        do { try Self.record(name, "r\(call)", root, mirror) } catch { failure.withLock { $0 = "\(error)" } }
      }
      _ = try bench.reconciler { $0.threads = .one }.rebuild()
      bench.fileSystem.before(nil)
      #expect(failure.withLock { $0 } == nil)
      #expect(try bench.rows().contains { $0.contains("|r\(call)|") }, "call \(call)")
      #expect(bench.tree.status("_asset_metadata/.index/catalog.news") == nil)
    }
    let found = try bench.rows()
    _ = try bench.reconciler().rebuild()
    #expect(try bench.rows() == found)
    try bench.reconciler().check { Issue.record("\($0)") }
  }

  @Test("is no difference to a check, whatever call it comes before", arguments: ["new", "b"])
  func check(name: String) throws {
    let bench = try ReconcilerBench(ScratchTree())
    for name in ["a", "b", "c"] {
      try bench.tree.write(#"{"asset_name": "\#(name)", "asset_id": "1"}"#, to: .manifest(name, "1"))
    }
    _ = try bench.reconciler().reconcile()
    bench.fileSystem.reset()
    try bench.reconciler { $0.threads = .one }.check { Issue.record("\($0)") }
    let calls = bench.fileSystem.events.count
    try #require(calls > 10)
    let mirror = RecordMirror(bench.location)
    for call in 1...calls {
      let count = Mutex(0)
      let failure = Mutex<String?>("never recorded")
      let root = bench.tree.root
      bench.fileSystem.before { _ in
        let isChosen = count.withLock {
          $0 += 1
          return $0 == call
        }
        guard isChosen else { return }
        do {
          try Self.record(name == "new" ? "new-\(call)" : name, "r\(call)", root, mirror)
          failure.withLock { $0 = nil }
        } catch {
          failure.withLock { $0 = "\(error)" }
        }
      }
      try bench.reconciler { $0.threads = .one }.check { Issue.record("call \(call): \($0)") }
      bench.fileSystem.before(nil)
      #expect(failure.withLock { $0 } == nil, "call \(call)")
    }
    // What does differ is found all the same.
    try bench.tree.write(#"{"asset_name": "d", "asset_id": "1"}"#, to: .manifest("d", "1"))
    try bench.tree.remove(.manifest("a", "1"))
    var found: [String] = []
    try bench.reconciler().check { found.append("\($0.kind) \($0.path)") }
    #expect(
      found.sorted() == [
        "extra _asset_metadata/asset_name=a/asset_id=1/manifest.json",
        "missing _asset_metadata/asset_name=d/asset_id=1/manifest.json",
      ])
  }

  @Test("A rebuild that failed takes no notes any more, and one that was killed leaves them to the next")
  func leftovers() throws {
    let bench = try ReconcilerBench(ScratchTree())
    _ = try bench.reconciler().reconcile()
    bench.fileSystem.fail { _, event in event.call == .list ? 24 : nil }
    #expect(throws: (any Error).self) { try bench.reconciler().rebuild() }
    bench.fileSystem.fail(nil)
    #expect(bench.tree.status("_asset_metadata/.index/catalog.news") == nil)
    try bench.tree.write("half a na", to: "_asset_metadata/.index/catalog.news")
    try Self.record("a", "r", bench.tree.root, RecordMirror(bench.location))
    #expect(try bench.reconciler().rebuild().added == 1)
    #expect(bench.tree.status("_asset_metadata/.index/catalog.news") == nil)
  }
}
