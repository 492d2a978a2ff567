import CatalogIndex
import CatalogReconciler
import CatalogTestSupport
import Glibc
import LocalTree
import ManifestModel
import ManifestStore
import SQLiteDatabase
import Testing

@Suite("Mirroring a record")
struct RecordMirrorTests {
  private static let time = Timestamp(microseconds: 1_800_000_000_000_000)
  private let bench: ReconcilerBench
  private let asset = AssetIdentifier(name: "a", id: "1")

  init() throws {
    bench = try ReconcilerBench(try ScratchTree())
  }

  private var tree: MetadataTree {
    get throws { try MetadataTree(root: bench.tree.root, metadataFolder: "_asset_metadata") }
  }

  private func write(_ run: String) throws -> [WrittenAsset] {
    AssetWriter(try LocalPublisher(tree, through: LinuxFileSystem()), now: Self.time)
      .write([RunReport(.succeeded, of: asset, runID: run, artifacts: [ArtifactFacts(path: run)])]).assets
  }

  private func expectIndexEqualsRebuild() throws {
    let found = try bench.rows()
    _ = try bench.reconciler().rebuild()
    #expect(try bench.rows() == found)
    #expect(!found.isEmpty)
  }

  @Test(
    "in any order never puts an older state in the place of a newer one",
    arguments: [[0, 1, 2], [2, 1, 0], [1, 0, 2]])
  func order(_ order: [Int]) throws {
    _ = try bench.reconciler().reconcile()
    let mirror = RecordMirror(bench.location)
    let written = try (0..<3).map { try write("r\($0)") }
    for index in order { try mirror.mirror(written[index], in: try tree, at: Self.time) }
    try expectIndexEqualsRebuild()
  }

  // MARK: Histories

  /// Two of them are equal as texts and differ as bytes.
  private static let runs = ["r0", "r1", "r2", "r3", "\u{E9}", "e\u{301}"]

  /// What others do to an asset without telling the index.
  private enum Intrusion: CaseIterable {
    case removesManifest, tearsManifest, tellsOfFailure, forgetsMaterialization, tearsRun, removesMetadata, removesRun
  }

  private func intrude(_ intrusion: Intrusion, upon asset: AssetIdentifier, run: String) throws {
    let tree = bench.tree
    let manifest = TreePath.manifest(asset.name, asset.id)
    let folder = TreePath.runFolder(asset.name, asset.id, run)
    let metadata = TreePath.run(asset.name, asset.id, run)
    /// A manifest that tells of the run as its last one.
    func write(_ fields: String) throws {
      let identity = #""asset_name": "\#(asset.name)", "asset_id": "\#(asset.id)""#
      let last = #"{"id": "\#(run)", "metadata_path": "m", "materialized": null, "artifact_paths": []}"#
      try tree.write(#"{\#(identity), "last_run": \#(last), \#(fields)}"#, to: manifest)
    }
    try tree.awaitTick()
    switch intrusion {
    case .removesManifest: if tree.isFile(manifest) { try tree.remove(manifest) }
    case .tearsManifest: try tree.write("{", to: manifest)
    case .tellsOfFailure:
      try write(#""last_materialized": "2027-01-15T07:59:50Z", "last_status": "failed", "last_error": "theirs""#)
    case .forgetsMaterialization: try write(#""last_status": "success""#)
    case .tearsRun: if tree.isFile(metadata) { try tree.write("{", to: metadata) }
    case .removesMetadata: if tree.isFile(metadata) { try tree.remove(metadata) }
    case .removesRun: if tree.status(folder) != nil { try tree.remove(folder) }
    }
  }

  @Test(
    "leaves the rows that a rebuild makes, after every record of any history", arguments: 1...8 as ClosedRange<UInt64>)
  func histories(seed: UInt64) throws {
    var chance = SplitMix64(seed: seed)
    func pick(_ count: Int) -> Int { Int(chance.next() % UInt64(count)) }
    // A second index of the same tree, made anew each time.
    let other = try ReconcilerBench(bench.tree, indexPath: bench.tree.root + "/other.sqlite")
    _ = try bench.reconciler().reconcile()
    let mirror = RecordMirror(bench.location)
    for _ in 0..<40 {
      let asset = AssetIdentifier(name: "a", id: "\(pick(2))")
      let event: RunReport.Event =
        switch pick(4) {
        case 0: .started
        case 1: .failed(RunError(type: "E", message: "m", traceback: String(repeating: "t", count: pick(3) * 1000)))
        default: .succeeded
        }
      // Few times, so that equal ones occur and starts move back and forth.
      let start = pick(3) == 0 ? nil : Timestamp(microseconds: Self.time.microseconds - Int64(pick(6)) * 1_000_000)
      let report = RunReport(
        event, of: asset, runID: Self.runs[pick(Self.runs.count)], startedAt: start,
        artifacts: pick(2) == 0 ? nil : [ArtifactFacts(path: "p\(pick(3))")])
      let outcome = AssetWriter(try LocalPublisher(tree, through: LinuxFileSystem()), now: Self.time).write([report])
      try mirror.mirror(outcome.assets, in: try tree, at: Self.time)
      try requireRows(of: other, after: "\(report)")
      guard pick(3) == 0, let intrusion = Intrusion.allCases.randomElement(using: &chance) else { continue }
      try intrude(intrusion, upon: asset, run: Self.runs[pick(Self.runs.count)])
      _ = try bench.reconciler { $0.isFull = true }.reconcile()
      try requireRows(of: other, after: "one who \(intrusion)")
    }
  }

  private func requireRows(of other: ReconcilerBench, after step: String) throws {
    _ = try other.reconciler().rebuild()
    let (found, wanted) = (try bench.rows(), try other.rows())
    try #require(found == wanted, "after \(step)")
  }

  // MARK: Others at work

  @Test("takes in what another program wrote over the record meanwhile")
  func overwritten() throws {
    _ = try bench.reconciler().reconcile()
    let written = try write("r1")
    try bench.tree.write(
      """
      {"asset_name": "a", "asset_id": "1", "last_status": "failed", "last_error": "theirs",
       "updated_at": "2999-01-01T00:00:00Z"}
      """, to: .manifest("a", "1"))
    try bench.tree.remove(.runFolder("a", "1", "r1"))
    try RecordMirror(bench.location).mirror(written, in: try tree, at: Self.time)
    #expect(try bench.rows().contains { $0.contains("theirs") })
    _ = try bench.reconciler().reconcile()
    try expectIndexEqualsRebuild()
  }

  @Test("reads what has no revision, since somebody else has changed it")
  func withoutRevision() throws {
    _ = try bench.reconciler().reconcile()
    var written = try write("r1")
    try bench.tree.write(
      """
      {"asset_name": "a", "asset_id": "1", "last_status": "failed", "last_error": "theirs",
       "updated_at": "2999-01-01T00:00:00Z"}
      """, to: .manifest("a", "1"))
    written[0].manifest?.revision = nil
    written[0].runs[0].revision = nil
    try RecordMirror(bench.location).mirror(written, in: try tree, at: Self.time)
    #expect(try bench.rows().contains { $0.contains("theirs") })
    #expect(try bench.rows().contains { $0.contains("|r1|") })
    try expectIndexEqualsRebuild()
  }

  @Test("lifts the problem of a file that it wrote anew")
  func problem() throws {
    try bench.tree.write("{", to: .manifest("a", "1"))
    var times = [timeval(), timeval()]
    gettimeofday(&times[0], nil)
    times[0].tv_sec -= 60
    times[1] = times[0]
    utimes(bench.tree.absolute(.manifest("a", "1")), times)
    _ = try bench.reconciler().reconcile()
    try RecordMirror(bench.location).mirror(try write("r1"), in: try tree, at: Self.time)
    #expect(!(try bench.rows()).contains { $0.contains("invalid_json") })
    try expectIndexEqualsRebuild()
  }

  @Test("does nothing without an index, and to one that no reconcile has filled")
  func noIndex() throws {
    let mirror = RecordMirror(bench.location)
    try mirror.mirror(try write("r1"), in: try tree, at: Self.time)
    #expect(bench.tree.status("_asset_metadata/.index") == nil)
    _ = try IndexFile.open(bench.location, .writing)
    try mirror.mirror(try write("r2"), in: try tree, at: Self.time)
    #expect(try bench.rows() == [])
    _ = try bench.reconciler().reconcile()
    try expectIndexEqualsRebuild()
  }

  @Test("leaves the index of another tree as it is")
  func otherTree() throws {
    _ = try bench.reconciler().reconcile()
    let written = try write("r1")
    let other = try ScratchTree()
    let otherTree = try MetadataTree(root: other.root, metadataFolder: "_asset_metadata")
    let error = #expect(throws: IndexError.self) {
      try RecordMirror(bench.location).mirror(written, in: otherTree, at: Self.time)
    }
    #expect(error?.code == .foreign)
    #expect(try bench.rows() == [])
  }

  @Test("gives up soon when others write the index, and finds the index that took the place of the one it had open")
  func busyAndReplaced() throws {
    _ = try bench.reconciler().reconcile()
    let mirror = RecordMirror(bench.location, patienceMilliseconds: 20)
    try mirror.mirror(try write("r1"), in: try tree, at: Self.time)
    let gate = open(bench.location.gatePath, O_RDONLY)
    #expect(flock(gate, LOCK_EX) == 0)
    let written = try write("r2")
    let error = #expect(throws: IndexError.self) { try mirror.mirror(written, in: try tree, at: Self.time) }
    #expect(error?.code == .busy)
    close(gate)

    for entry in ScratchTree.entries(bench.tree.absolute("_asset_metadata/.index")) {
      try bench.tree.remove("_asset_metadata/.index/\(String(decoding: entry, as: UTF8.self))")
    }
    _ = try bench.reconciler().reconcile()
    try mirror.mirror(try write("r3"), in: try tree, at: Self.time)
    #expect(try bench.rows().contains { $0.contains("|r3|") })
    try expectIndexEqualsRebuild()
  }

  @Test("shares one patience among all that it waits for: the gate, and a program that locks without it")
  func onePatience() throws {
    _ = try bench.reconciler().reconcile()
    let mirror = RecordMirror(bench.location, patienceMilliseconds: 1_000)
    try mirror.mirror(try write("r1"), in: try tree, at: Self.time)
    let written = try write("r2")
    let stranger = try Connection(path: bench.location.path, mode: .readWrite)
    try stranger.execute("BEGIN IMMEDIATE")
    let gate = open(bench.location.gatePath, O_RDONLY)
    #expect(flock(gate, LOCK_EX) == 0)
    let holder = ThreadGroup(count: 1) { _ in
      usleep(800_000)
      close(gate)
    }
    let begin = ContinuousClock.now
    let error = #expect(throws: IndexError.self) { try mirror.mirror(written, in: try tree, at: Self.time) }
    let waited = ContinuousClock.now - begin
    holder.wait()
    #expect(error?.code == .busy)
    #expect(waited > .milliseconds(900) && waited < .milliseconds(1_600), "\(waited)")
    try stranger.execute("ROLLBACK")
    try mirror.mirror(written, in: try tree, at: Self.time)
    try expectIndexEqualsRebuild()
  }

  @Test("spends its patience on the way to the index as well, where a program has the file to itself")
  func exclusive() throws {
    _ = try bench.reconciler().reconcile()
    let mirror = RecordMirror(bench.location, patienceMilliseconds: 100)
    let written = try write("r1")
    do {
      let stranger = try Connection(path: bench.location.path, mode: .readWrite)
      try stranger.execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE")
      let begin = ContinuousClock.now
      let error = #expect(throws: IndexError.self) { try mirror.mirror(written, in: try tree, at: Self.time) }
      #expect(error?.code == .busy)
      #expect(ContinuousClock.now - begin < .seconds(3))
      try stranger.execute("ROLLBACK")
    }
    try mirror.mirror(written, in: try tree, at: Self.time)
    try expectIndexEqualsRebuild()
  }
}
