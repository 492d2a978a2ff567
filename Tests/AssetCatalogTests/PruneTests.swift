import AssetCatalog
import CatalogTestSupport
import Glibc
import ManifestModel
import Testing

@Suite("Thinning out runs")
struct PruneTests {
  private static let now: Int64 = 1_700_000_000_000_000
  private static let day: Int64 = 86_400_000_000

  private func catalog(_ tree: ScratchTree) throws -> Catalog {
    try CatalogUnderTest(tree, now: Self.now, reconciling: .never).catalog
  }

  private struct Found {
    var runs: [String] = []
    var left: [String] = []
    var failures: [CatalogError] = []
  }

  private func prune(
    _ tree: ScratchTree, _ retention: Retention, _ selection: AssetSelection = .all, delete: Bool = false,
    store: ObjectShelf? = nil
  ) throws -> Found {
    let catalog = try CatalogUnderTest(tree, now: Self.now, reconciling: .never, store: store).catalog
    var work = try catalog.prune(retention, of: selection, delete: delete)
    var found = Found()
    while let findings = try work.next() {
      for finding in findings {
        switch finding {
        case .run(let run):
          #expect(run.isRemoved == delete)
          found.runs.append(run.path)
        case .left(_, let path, let reason): found.left.append("\(path): \(reason)")
        case .failure(let failure): found.failures.append(failure.error)
        }
      }
    }
    return found
  }

  /// Daily runs, the oldest with the number 0, written long ago.
  private func write(_ count: Int, _ name: String, _ id: String, in tree: ScratchTree) throws {
    for number in 0..<count {
      var run = RunText(
        id: "r\(number)", name: name, assetID: id, startedAt: Self.now - Int64(count - number) * Self.day)
      run.materialized = run.startedAt + 1_000_000
      try tree.write(run.text, to: .run(name, id, run.id))
    }
    var manifest = ManifestText(name: name, id: id, updatedAt: Self.now)
    manifest.lastRun = ManifestText.Run(id: "r\(count - 1)", materialized: Self.now - Self.day, artifacts: [])
    try tree.write(manifest.text, to: .manifest(name, id))
  }

  private func runs(_ name: String, _ id: String, in tree: ScratchTree) -> [String] {
    ScratchTree.entries(tree.absolute(.asset(name, id))).map { String(decoding: $0, as: UTF8.self) }
      .filter { $0 != "manifest.json" }
  }

  private static func path(_ name: String, _ id: String, _ run: String) -> String {
    "\(TreePath.runFolder(name, id, run))"
  }

  @Test("in a bucket the same runs are listed as in a folder, and nothing is removed")
  func bucket() throws {
    let tree = try ScratchTree()
    try write(5, "n", "a", in: tree)
    try write(4, "m", "b", in: tree)
    try tree.write("x", to: .runFolder("m", "b", "r0") / "mine.txt")
    let shelf = ObjectShelf(order: .components)
    try BucketEditTests.put(tree, on: shelf)
    let keys = shelf.keys
    let inFolder = try prune(tree, Retention(keepLast: 2))
    let inBucket = try prune(tree, Retention(keepLast: 2), store: shelf)
    #expect(inBucket.runs == inFolder.runs && inBucket.runs.count == 4, "\(inBucket.runs)")
    #expect(inBucket.left == inFolder.left && inBucket.left.count == 1)
    #expect(throws: CatalogError.self) { try prune(tree, Retention(keepLast: 2), delete: true, store: shelf) }
    #expect(shelf.keys == keys)
  }

  @Test("what is listed is what is removed, and nothing else")
  func removes() throws {
    let tree = try ScratchTree()
    try write(5, "n", "a", in: tree)
    try write(2, "n", "b", in: tree)
    let catalog = try catalog(tree)
    _ = try catalog.reconcile()
    let expected = ["r0", "r1", "r2"].map { Self.path("n", "a", $0) }
    #expect(try prune(tree, Retention(keepLast: 2)).runs == expected)
    #expect(runs("n", "a", in: tree).count == 5)
    let done = try prune(tree, Retention(keepLast: 2), delete: true)
    #expect(done.runs == expected && done.left.isEmpty && done.failures.isEmpty)
    #expect(runs("n", "a", in: tree) == ["asset_run_id=r3", "asset_run_id=r4"])
    #expect(runs("n", "b", in: tree).count == 2)
    #expect(try prune(tree, Retention(keepLast: 2), delete: true).runs == [])
    // The index learns of it with the next reconcile.
    _ = try catalog.reconcile()
    #expect(try catalog.check().rows.map(\.path) == [])
    #expect(try catalog.status(maxAge: .seconds(1)).runCount == 4)
  }

  @Test("an asset whose manifest cannot be read keeps all its runs, and one without a manifest does not")
  func manifests() throws {
    let tree = try ScratchTree()
    try write(4, "bad", "a", in: tree)
    try write(4, "deep", "a", in: tree)
    try write(4, "none", "a", in: tree)
    try tree.write("{", to: .manifest("bad", "a"))
    let deep = String(repeating: "[", count: 2_000) + String(repeating: "]", count: 2_000)
    try tree.write(#"{"asset_name": "deep", "asset_id": "a", "x": \#(deep)}"#, to: .manifest("deep", "a"))
    try tree.remove(.manifest("none", "a"))
    let found = try prune(tree, Retention(keepLast: 1), delete: true)
    #expect(found.runs == ["r0", "r1", "r2"].map { Self.path("none", "a", $0) })
    #expect(found.left.count == 2)
    #expect(found.left.allSatisfy { $0.contains("manifest.json") })
    #expect(runs("bad", "a", in: tree).count == 4)
    #expect(runs("deep", "a", in: tree).count == 4)
  }

  @Test("a folder that holds anything but the run's metadata is left and named, and no link is followed")
  func foreign() throws {
    let tree = try ScratchTree()
    try write(8, "n", "a", in: tree)
    let folder = { (run: String) in TreePath.runFolder("n", "a", run) }
    try tree.write("x", to: folder("r0") / "notes.txt")
    try tree.makeFolder(folder("r1") / "logs")
    try tree.write("keep", to: "precious.json")
    symlink(tree.root + "/precious.json", tree.absolute(folder("r2") / "link"))
    // A link in the place of the metadata, and one in the place of the folder.
    try tree.remove(.run("n", "a", "r3"))
    symlink(tree.root + "/precious.json", tree.absolute(.run("n", "a", "r3")))
    try tree.rename(folder("r4"), to: "moved")
    symlink(tree.root + "/moved", tree.absolute(folder("r4")))
    // A draft of ours does not keep it.
    try tree.write("half", to: folder("r5") / ".m.1.ab.tmp")
    try tree.write("{", to: .run("n", "a", "r6"))
    let found = try prune(tree, Retention(keepLast: 1), delete: true)
    #expect(found.runs == [Self.path("n", "a", "r5")])
    #expect(found.failures.isEmpty)
    #expect(found.left.count == 5)
    for (name, path) in [("r0", "notes.txt"), ("r1", "logs"), ("r2", "link")] {
      #expect(found.left.contains("\(Self.path("n", "a", name)): The folder also holds '\(path)'."))
    }
    #expect(tree.read("precious.json") == Array("keep".utf8))
    #expect(tree.isFile("moved" / "metadata.json"))
    #expect(runs("n", "a", in: tree).count == 7)
  }

  @Test("a retention that says nothing, or less than nothing, is refused")
  func refused() throws {
    let tree = try ScratchTree()
    let retentions = [Retention(), Retention(keepLast: -1), Retention(keepWithin: .seconds(-1))]
    for retention in retentions {
      let catalog = try catalog(tree)
      let error = #expect(throws: CatalogError.self) { _ = try catalog.prune(retention, delete: true) }
      #expect(error?.code == .invalidArgument)
    }
  }

  @Test(
    "random histories are thinned as the rule reads, and a repair finds nothing to do afterwards", arguments: 0..<20)
  func oracle(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let tree = try ScratchTree()
    let keepLast = Int.random(in: 0...4, using: &random)
    let keepDays = Int64.random(in: 0...8, using: &random)
    var expected: [String] = []
    for asset in 0..<6 {
      let count = Int.random(in: 1...9, using: &random)
      var kinds: [Int] = []
      for number in 0..<count {
        var run = RunText(
          id: "r\(number)", name: "n", assetID: "\(asset)", startedAt: Self.now - Int64(count - number) * Self.day)
        kinds.append(Int.random(in: 0...2, using: &random))
        switch kinds[number] {
        case 0: run.materialized = run.startedAt + 1_000_000
        case 1: (run.status, run.durationMilliseconds) = ("failed", 5)
        default: break
        }
        try tree.write(run.text, to: .run("n", "\(asset)", run.id))
      }
      // The files were written just now by another clock, so that no unfinished run is too old to be running.
      for number in 0..<count {
        let isNewest = number == count - 1 || number == kinds.lastIndex { $0 != 2 } || number == kinds.lastIndex(of: 0)
        let isKept = count - number <= keepLast || Int64(count - number) <= keepDays || kinds[number] == 2
        if !isNewest && !isKept { expected.append(Self.path("n", "\(asset)", "r\(number)")) }
      }
    }
    var repairs = try catalog(tree).repair()
    while let findings = try repairs.next() {
      for case .failure(let failure) in findings { Issue.record("\(failure.error)") }
    }
    let before = try manifests(tree)
    let retention = Retention(keepLast: keepLast, keepWithin: .microseconds(keepDays * Self.day))
    #expect(try prune(tree, retention, delete: true).runs == expected)
    for path in expected { #expect(tree.status(TreePath(path)) == nil) }
    repairs = try catalog(tree).repair()
    #expect(try repairs.next() == nil)
    #expect(try manifests(tree) == before)
  }

  private func manifests(_ tree: ScratchTree) throws -> [[UInt8]?] {
    (0..<6).map { tree.read(.manifest("n", "\($0)")) }
  }
}
