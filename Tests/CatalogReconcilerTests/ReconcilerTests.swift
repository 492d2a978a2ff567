import CatalogReconciler
import CatalogTestSupport
import LocalTree
import ManifestModel
import ManifestStore
import SQLiteDatabase
import StoredTree
import Testing

@testable import CatalogIndex

#if canImport(Glibc)
  import Glibc
#endif

/// A scratch tree, its index, and what is done to both.
struct ReconcilerBench {
  let tree: ScratchTree
  let fileSystem = ScriptedFileSystem()
  let location: IndexLocation

  init(_ tree: ScratchTree, indexPath: String? = nil) throws {
    self.tree = tree
    location = try IndexLocation.resolve(
      explicit: indexPath, root: tree.root, metadataFolder: "_asset_metadata", environment: [:])
  }

  static func fixture() throws -> ReconcilerBench { try ReconcilerBench(.fixture()) }

  func reconciler(_ change: (inout ReconcileOptions) -> Void = { _ in }) -> Reconciler {
    var options = ReconcileOptions(now: { Timestamp(microseconds: 1_800_000_000_000_000) })
    change(&options)
    return Reconciler(
      location: location, root: tree.root, metadataFolder: "_asset_metadata", fileSystem: fileSystem, options: options)
  }

  /// All rows that anybody may rely on, as text.
  func rows() throws -> [String] { try location.rows() }

  func assetCount() throws -> Int {
    try rows().count { $0.hasSuffix("/manifest.json") && !$0.contains("metadata.json") }
  }
}

extension Statement {
  fileprivate borrowing func anyText(_ column: Int32) throws(SQLiteError) -> String {
    switch columnType(column) {
    case .null: "-"
    case .integer: String(try int64(column))
    case .text: try text(column)
    default: "?"
    }
  }
}

@Suite("Reconciling")
struct ReconcilerTests {
  @Test("a run that was recorded again while the index could not be told is found by the next reconcile")
  func recordedAgain() throws {
    let bench = try ReconcilerBench(try ScratchTree())
    let asset = AssetIdentifier(name: "a", id: "1")
    func write(_ event: RunReport.Event) throws {
      let tree = try MetadataTree.openForWriting(
        root: bench.tree.root, metadataFolder: "_asset_metadata", fileSystem: LinuxFileSystem())
      let writer = AssetWriter(
        LocalPublisher(tree, through: LinuxFileSystem()), now: Timestamp(microseconds: 1_800_000_000_000_000))
      _ = try writer.write([RunReport(event, of: asset, runID: "r1")]).results[0].get()
    }
    try write(.failed(RunError(type: nil, message: "first")))
    for _ in 0..<2 { _ = try bench.reconciler().reconcile() }
    #expect(try bench.reconciler().reconcile().filesRead == 0)
    // The manifest goes on to tell of the failure.
    try write(.started)
    _ = try bench.reconciler().reconcile()
    let found = try bench.rows()
    _ = try bench.reconciler().rebuild()
    #expect(try bench.rows() == found)
  }

  @Test("another spelling of the same letters is a change")
  func normalization() throws {
    let bench = try ReconcilerBench(try ScratchTree())
    func write(_ text: String) throws {
      try bench.tree.write(
        #"{"asset_name": "a", "asset_id": "1", "asset_signature": "\#(text)", "last_artifacts": ["\#(text)"]}"#,
        to: .manifest("a", "1"))
      try bench.tree.write(
        #"{"id": "r", "asset_path": "\#(text)", "artifacts": [{"path": "\#(text)"}]}"#, to: .run("a", "1", "r"))
    }
    try write("\u{E9}")
    _ = try bench.reconciler().reconcile()
    try write("e\u{301}")
    var stale: [String] = []
    try bench.reconciler().check { if $0.kind == .stale { stale.append($0.path) } }
    #expect(stale.map { String($0.suffix(13)) } == ["manifest.json", "metadata.json"])
    #expect(try bench.reconciler().reconcile().changed == 1)
    try bench.reconciler().check { Issue.record("\($0)") }
  }

  @Test("a large change leaves no log that the next one to open the index would have to read")
  func logIsEmptied() throws {
    let bench = try ReconcilerBench(try ScratchTree())
    let names = (0..<6000).map { "asset_\($0)" }
    for name in names {
      try bench.tree.write(#"{"asset_name": "\#(name)", "asset_id": "1"}"#, to: .manifest(name, "1"))
    }
    // Nothing is trusted, so that the second one writes every row again.
    bench.fileSystem.secondsAhead = -10
    _ = try bench.reconciler().reconcile()
    bench.fileSystem.secondsAhead = 10
    _ = try bench.reconciler().reconcile()
    let log = try #require(bench.tree.status("_asset_metadata/.index/catalog-1.sqlite-wal"))
    #expect(log.st_size < 4 << 20)
    #expect(try bench.assetCount() == names.count)
  }

  @Test("An unchanged tree: no file is opened, no folder but the tree itself is opened or listed")
  func unchanged() throws {
    let bench = try ReconcilerBench.fixture()
    #expect(try bench.reconciler().reconcile().added == 31)
    bench.fileSystem.reset()
    let report = try bench.reconciler().reconcile()
    #expect(report.unchanged == 31)
    #expect(report.filesRead == 0)
    #expect(bench.fileSystem.count(.openFile) == 0)
    #expect(bench.fileSystem.count(.read) == 0)
    let opened = bench.fileSystem.events.filter { $0.call == .openFolder }.compactMap(\.path)
    #expect(opened.allSatisfy { $0 == "_asset_metadata" || $0 == "." })
    #expect(bench.fileSystem.count(.list) <= 2)
    let looks = bench.fileSystem.events.filter { $0.call == .status }.compactMap(\.path)
    #expect(!looks.contains { $0.contains("history.full") && $0.contains("asset_run_id=r4") })
    #expect(looks.contains { $0.contains("history.full") && $0.contains("asset_run_id=r3") })
  }

  @Test("Only the changed manifest and its last run are read")
  func oneChange() throws {
    let bench = try ReconcilerBench.fixture()
    _ = try bench.reconciler().reconcile()
    let path: TreePath = "_asset_metadata/asset_name=history.full/asset_id=a1/manifest.json"
    let bytes = try #require(bench.tree.read(path))
    try bench.tree.write(bytes + [UInt8(ascii: "\n")], to: path)
    bench.fileSystem.reset()
    let report = try bench.reconciler().reconcile()
    #expect(
      bench.fileSystem.events.filter { $0.call == .openFile }.compactMap(\.path) == [
        "manifest.json", "asset_run_id=r4/metadata.json",
      ])
    #expect(report.filesRead == 2)
    #expect(report.unchanged == 31)
  }

  @Test("A full reconcile sees a finished run that was edited by hand; a plain one does not look")
  func full() throws {
    let bench = try ReconcilerBench.fixture()
    _ = try bench.reconciler().reconcile()
    let path: TreePath = "_asset_metadata/asset_name=history.full/asset_id=a1/asset_run_id=r1/metadata.json"
    let text = String(decoding: try #require(bench.tree.read(path)), as: UTF8.self)
    try bench.tree.write(text.replacing("61000", with: "62000"), to: path)
    #expect(try bench.reconciler().reconcile().changed == 0)
    #expect(try bench.reconciler { $0.isFull = true }.reconcile().changed == 1)
    #expect(try bench.rows().contains { $0.contains("history.full|a1|r1|succeeded") && $0.contains("|62000|") })
  }

  @Test("A dry run names what would be done, writes nothing, and makes no index")
  func dryRun() throws {
    let bench = try ReconcilerBench.fixture()
    let first = try bench.reconciler { $0.isDryRun = true }.reconcile()
    #expect(
      first.planned.contains {
        $0.action == .add
          && $0.path.hasSuffix("asset_name=gold.kpi/asset_id=2a53426aa5d0df5108503ee1d3bb043b/manifest.json")
      })
    #expect(bench.tree.status("_asset_metadata/.index") == nil)
    _ = try bench.reconciler().reconcile()
    let before = try bench.rows()
    try bench.tree.remove("_asset_metadata/asset_name=gold.kpi")
    let second = try bench.reconciler { $0.isDryRun = true }.reconcile()
    #expect(second.planned.map(\.action) == [.remove])
    #expect(second.planned.map(\.path) == ["_asset_metadata/asset_name=gold.kpi"])
    #expect(try bench.rows() == before)
  }

  @Test(
    "Whatever call fails, no row is lost; once it works again, one reconcile makes the index exact",
    arguments: errorsOfTheTree)
  func everyCallFails(error: Int32) throws {
    let bench = try ReconcilerBench.fixture()
    _ = try bench.reconciler().reconcile()
    let whole = try bench.facts()
    // Something to find, so that every kind of call is made.
    try bench.tree.write(
      "{", to: "_asset_metadata/asset_name=gold.kpi/asset_id=2a53426aa5d0df5108503ee1d3bb043b/manifest.json")
    try bench.tree.makeFolder("_asset_metadata/asset_name=history.full/asset_id=a1/asset_run_id=r9")
    try bench.tree.makeFolder("_asset_metadata/asset_name=drift.variants/asset_id=new")
    bench.fileSystem.reset()
    _ = try bench.reconciler { $0.threads = .one }.reconcile()
    let calls = bench.fileSystem.events.count
    let exact = try bench.rows()
    for number in try bench.placesToFail(error, of: calls) {
      // Back to before, without the help of the index.
      _ = try bench.reconciler { $0.threads = .one }.rebuild()
      try bench.touchAgain()
      bench.fileSystem.reset()
      bench.fileSystem.fail { count, event in
        count == number && (error != ENOENT || event.call != .status) ? error : nil
      }
      do {
        let failed = try bench.reconciler { $0.threads = .one }.reconcile()
        if error != ENOENT, error != ENOTDIR { #expect(failed.removed == 0, "call \(number)") }
      } catch let failure as StoreError {
        // The tree itself could not be reached, or the process has no descriptors.
        #expect([.inputOutput, .denied, .noSuchRoot].contains(failure.code), "call \(number): \(failure)")
      }
      bench.fileSystem.fail(nil)
      if error != ENOENT, error != ENOTDIR {
        #expect(try bench.facts() == whole, "after call \(number) of \(calls) failed with \(error)")
      }
      _ = try bench.reconciler { $0.threads = .one }.reconcile()
      let healed = try bench.rows()
      #expect(healed == exact, "after call \(number) of \(calls) failed with \(error)")
      if healed != exact { return }
    }
  }
}

/// What a call on the tree may fail with.
let errorsOfTheTree = [
  EACCES, EIO, ESTALE, ENOTDIR, ENOENT, ENOSPC, EDQUOT, EMFILE, EINTR, ENOMEM, ENOLCK, EAGAIN, ENOSYS,
]

extension ReconcilerBench {
  /// All rows but those of problems, without whether a manifest can be read at present: what was known once stays.
  func facts() throws -> [String] {
    try rows().filter { $0.split(separator: "|", omittingEmptySubsequences: false).count != 5 }
      .map { $0.replacing("|damaged|", with: "|current|") }
  }

  /// The numbers of the calls that are to fail: all for one error, a few for each of the others, by the day others.
  func placesToFail(_ error: Int32, of calls: Int) throws -> [Int] {
    let place = try #require(errorsOfTheTree.firstIndex(of: error))
    if place == 0 || FaultBench.isLong { return Array(1...calls) }
    return Array(stride(from: 1 + (place + FaultBench.firstCall) % 13, through: calls, by: 13))
  }

  /// Gives every folder that the scan would skip a reason to be looked at.
  func touchAgain() throws {
    try tree.awaitTick()
    for path: TreePath in [
      "_asset_metadata/asset_name=history.full/asset_id=a1", "_asset_metadata/asset_name=drift.variants",
      "_asset_metadata/asset_name=gold.kpi/asset_id=2a53426aa5d0df5108503ee1d3bb043b",
    ] {
      try tree.makeFolder(path / "touch")
      try tree.remove(path / "touch")
    }
  }
}

extension Reconciler {
  /// Of a tree in a file system that the test chooses.
  init(
    location: IndexLocation, root: String, metadataFolder: String, fileSystem: any FileSystem,
    options: ReconcileOptions
  ) {
    self.init(location: location, root: root, metadataFolder: metadataFolder, options: options) {
      () throws(StoreError) in
      try MetadataTree(root: root, metadataFolder: metadataFolder, fileSystem: fileSystem)
    }
  }
}

extension IndexLocation {
  /// All rows that anybody may rely on, as text.
  func rows() throws -> [String] {
    let index = try IndexFile.open(self, .reading)
    var rows: [String] = []
    for sql in [
      "SELECT * FROM assets ORDER BY asset_name, asset_id",
      "SELECT * FROM runs ORDER BY asset_name, asset_id, run_id",
      "SELECT * FROM artifacts ORDER BY asset_name, asset_id, position",
      "SELECT path, kind, message, asset_name, asset_id FROM problems ORDER BY path, kind",
    ] {
      try index.read { database throws(SQLiteError) in
        let statement = try database.prepare(sql)
        while try statement.step() {
          var cells: [String] = []
          for column in 0..<statement.columnCount { cells.append(try statement.anyText(column)) }
          rows.append(cells.joined(separator: "|"))
        }
      }
    }
    return rows
  }
}
