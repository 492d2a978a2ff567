import CatalogIndex
import CatalogReconciler
import CatalogTestSupport
import LinuxSystem
import LocalTree
import ManifestModel
import ManifestStore
import ObjectStorage
import ObjectTree
import StoredTree
import Testing

/// A storage with a way to change what is in it. Every storage runs the same tests.
protocol StorageBench: Sendable {
  func open() throws -> any TreeStorage
  func put(_ bytes: [UInt8], as file: TreeFile, of asset: AssetIdentifier) throws
  func remove(_ file: TreeFile, of asset: AssetIdentifier) throws
  func remove(_ asset: AssetIdentifier) throws
  /// After this, what was written before is old enough to be trusted.
  func settle() throws
}

/// Files below a folder of this machine.
struct LocalBench: StorageBench {
  let tree: ScratchTree

  func open() throws -> any TreeStorage {
    try MetadataTree(root: tree.root, metadataFolder: "_asset_metadata", fileSystem: SettledFileSystem())
  }

  private func path(_ file: TreeFile, of asset: AssetIdentifier) -> TreePath {
    switch file {
    case .manifest: .manifest(asset.name, asset.id)
    case .run(let run): .run(asset.name, asset.id, run)
    }
  }

  func put(_ bytes: [UInt8], as file: TreeFile, of asset: AssetIdentifier) throws {
    try tree.awaitTick()
    try tree.write(bytes, to: path(file, of: asset))
  }

  func remove(_ file: TreeFile, of asset: AssetIdentifier) throws {
    try tree.awaitTick()
    try tree.remove(file == .manifest ? path(file, of: asset) : path(file, of: asset).parent)
  }

  func remove(_ asset: AssetIdentifier) throws {
    try tree.awaitTick()
    try tree.remove(.asset(asset.name, asset.id))
    // A store of objects has no name without an asset.
    if ScratchTree.entries(tree.absolute(TreePath.asset(asset.name, asset.id).parent)).isEmpty {
      try tree.remove(TreePath.asset(asset.name, asset.id).parent)
    }
  }

  func settle() throws { try tree.awaitTick() }
}

/// Objects in memory.
struct MemoryBench: StorageBench {
  let tree: MemoryTree

  func open() throws -> any TreeStorage { tree }
  func put(_ bytes: [UInt8], as file: TreeFile, of asset: AssetIdentifier) throws {
    tree.put(bytes, as: file, of: asset)
  }
  func remove(_ file: TreeFile, of asset: AssetIdentifier) throws { tree.remove(file, of: asset) }
  func remove(_ asset: AssetIdentifier) throws { tree.remove(asset) }
  func settle() {}
}

/// Objects in a store that was made for tests.
struct ShelfBench: StorageBench {
  let shelf: ObjectShelf

  func open() throws -> any TreeStorage {
    ObjectTree(shelf, root: "s3://shelf/lake", metadataFolder: "_asset_metadata")
  }

  static func key(_ file: TreeFile, of asset: AssetIdentifier) -> [UInt8] {
    let layout = MetadataLayout()
    switch file {
    case .manifest: return Array(layout.manifestPath(asset).utf8)
    case .run(let run): return Array(layout.runMetadataPath(asset, runID: run).utf8)
    }
  }

  func put(_ bytes: [UInt8], as file: TreeFile, of asset: AssetIdentifier) throws {
    shelf.put(bytes, at: Self.key(file, of: asset))
  }

  func remove(_ file: TreeFile, of asset: AssetIdentifier) throws { shelf.remove(Self.key(file, of: asset)) }

  func remove(_ asset: AssetIdentifier) throws {
    let prefix = Array("\(MetadataLayout().assetPath(asset))/".utf8)
    for key in shelf.keys where key.starts(with: prefix) { shelf.remove(key) }
  }

  func settle() {}
}

/// Objects in a real store.
struct RealBench: StorageBench {
  let root: String
  let bucket: S3Bucket

  init() throws {
    root = try RealBucket.newRoot()
    bucket = try RealBucket.open(root)
  }

  func open() throws -> any TreeStorage { ObjectTree(bucket, root: root, metadataFolder: "_asset_metadata") }

  func put(_ bytes: [UInt8], as file: TreeFile, of asset: AssetIdentifier) throws {
    _ = try bucket.put(ShelfBench.key(file, of: asset), bytes, if: .always)
  }

  func remove(_ file: TreeFile, of asset: AssetIdentifier) throws { try bucket.remove(ShelfBench.key(file, of: asset)) }

  func remove(_ asset: AssetIdentifier) throws {
    let prefix = Array("\(MetadataLayout().assetPath(asset))/".utf8)
    for object in try bucket.list(prefix, from: .beginning).objects { try bucket.remove(object.key) }
  }

  func settle() {}
}

/// An index beside the storage, and what a reconcile makes of it.
struct StorageMirror {
  let scratch: ScratchTree
  let location: IndexLocation
  let reconciler: Reconciler

  init(_ bench: any StorageBench, acceptsRoot: Bool = true) throws {
    scratch = try ScratchTree()
    let storage = try bench.open()
    location =
      storage.isRemote
      ? try IndexLocation.resolve(
        explicit: scratch.outside("index.sqlite"), ofRemoteRoot: storage.root, identity: storage.identity,
        environment: [:])
      : try IndexLocation.resolve(
        explicit: scratch.outside("index.sqlite"), root: storage.root, metadataFolder: storage.metadataFolder,
        environment: [:])
    reconciler = try Self.reconciler(of: bench, at: location, acceptsRoot: acceptsRoot)
  }

  /// Reconciles the same index with a tree, which need not be the one that it is of.
  static func reconciler(
    of bench: any StorageBench, at location: IndexLocation, acceptsRoot: Bool, mostCollected: Int? = nil
  ) throws -> Reconciler {
    let storage = try bench.open()
    var options = ReconcileOptions(now: { Timestamp(microseconds: StorageConformanceTests.time) })
    options.acceptsRoot = acceptsRoot
    options.mostCollected = mostCollected ?? options.mostCollected
    return Reconciler(
      location: location, root: storage.root, metadataFolder: storage.metadataFolder, options: options
    ) { () throws(StoreError) in
      do { return try bench.open() } catch { throw StoreError(.noSuchRoot, "\(error)") }
    }
  }

  func differences() throws -> [String] {
    var found: [String] = []
    try reconciler.check { found.append("\($0.kind) \($0.path): \($0.message)") }
    return found
  }

  /// What the index tells of the tree.
  func rows() throws -> [String] { try location.rows() }
}

/// What the catalog relies on, whatever a tree lies in.
@Suite("A storage of a tree") struct StorageConformanceTests {
  enum Kind: String, CaseIterable, CustomTestStringConvertible {
    case local, memory
    // Stores of objects that list in one order and another.
    case byBytes, byComponents, shuffledNames, shuffled
    case real

    /// The last one is there where `Scripts/object_servers` runs the tests.
    static let allCases: [Kind] =
      [.local, .memory, .byBytes, .byComponents, .shuffledNames, .shuffled]
      + (RealBucket.endpoint == nil ? [] : [.real])

    var testDescription: String { rawValue }

    func makeBench() throws -> any StorageBench {
      switch self {
      case .local: LocalBench(tree: try ScratchTree())
      case .memory: MemoryBench(tree: MemoryTree(root: "memory://tree"))
      case .byBytes: ShelfBench(shelf: ObjectShelf(order: .bytes))
      case .byComponents: ShelfBench(shelf: ObjectShelf(order: .components, pageSize: 1))
      case .shuffledNames: ShelfBench(shelf: ObjectShelf(order: .shuffledNames(3)))
      case .shuffled: ShelfBench(shelf: ObjectShelf(order: .shuffled(5), pageSize: 1_000))
      case .real: try RealBench()
      }
    }
  }

  /// Names and ids that sort differently by bytes, by path and by letters.
  static let assets = [
    AssetIdentifier(name: "bronze", id: "1"), AssetIdentifier(name: "bronze", id: "1-2"),
    AssetIdentifier(name: "bronze", id: "10"), AssetIdentifier(name: "bronze-old", id: "1"),
    AssetIdentifier(name: "bronze.x", id: "1"), AssetIdentifier(name: "Zürich", id: "ß"),
    AssetIdentifier(name: "a b+c%20=d", id: "'\"#?&"), AssetIdentifier(name: "\u{1F600}", id: "\u{E9}"),
    AssetIdentifier(name: "\u{1F600}", id: "e\u{301}"), AssetIdentifier(name: "\u{FFFD}", id: "~"),
  ]
  static let time: Int64 = 1_790_000_000_000_000

  static func manifest(_ asset: AssetIdentifier, materialized: Int64 = time) -> [UInt8] {
    var text = ManifestText(name: asset.name, id: asset.id, signature: "s", updatedAt: materialized)
    text.lastMaterialized = materialized
    return Array(text.text.utf8)
  }

  static func fill(_ bench: any StorageBench) throws {
    for asset in assets {
      for run in ["r2", "r10", "r1"] { try bench.put(Array("{}".utf8), as: .run(run), of: asset) }
      try bench.put(manifest(asset), as: .manifest, of: asset)
    }
    try bench.settle()
  }

  private static func survey(
    _ storage: any TreeStorage, _ known: [KnownFolder] = [], runs: (Int64) throws -> [KnownRun] = { _ in [] },
    _ found: (SurveyFinding, any TreeSession) throws -> Void
  ) throws -> Int {
    let survey = try storage.beginSurvey(probingIn: "/tmp", stretchLength: 3)
    let surveyor = survey.makeSurveyor(nil)
    var unchanged = 0
    for number in 0..<survey.stretches.count {
      let stretch = survey.stretches[number]
      let part = known.filter { folder in
        (stretch.lower.map { $0.precedesInBytes(folder.name) } ?? true)
          && !(stretch.upper.map { $0.precedesInBytes(folder.name) } ?? false)
      }
      unchanged += try surveyor.survey(stretch.names, against: part, SurveyDepth(), runs: runs) {
        try found($0, surveyor.session)
      }
    }
    return unchanged
  }

  @Test("lists names, ids and runs whole, in the order of their bytes", arguments: Kind.allCases)
  func order(kind: Kind) throws {
    let bench = try kind.makeBench()
    try Self.fill(bench)
    let storage = try bench.open()
    let sorted = Self.assets.sorted {
      $0.name.hasSameBytes(as: $1.name) ? $0.id.precedesInBytes($1.id) : $0.name.precedesInBytes($1.name)
    }
    var found: [[UInt8]] = []
    var listed: [[UInt8]] = []
    let unchanged = try Self.survey(storage) { finding, _ in
      switch finding {
      case .listed(let name, _, let oddities):
        listed.append(Array(name.utf8))
        #expect(oddities.isEmpty)
      case .asset(let surveyed):
        found.append(Array("\(surveyed.disk.asset.name)/\(surveyed.disk.asset.id)".utf8))
        #expect(surveyed.disk.listedRuns == ["r1", "r10", "r2"])
        #expect(surveyed.known == nil)
      default: Issue.record("\(finding)")
      }
    }
    #expect(unchanged == 0)
    #expect(found == sorted.map { Array("\($0.name)/\($0.id)".utf8) })
    #expect(listed == listed.sorted { $0.lexicographicallyPrecedes($1) })
    let session = storage.makeSession(nil)
    #expect(try Array(session.assets(of: "bronze")) == ["1", "1-2", "10"])
    #expect(try Array(session.runs(of: Self.assets[0])) == ["r1", "r10", "r2"])
    #expect(try session.others(besidesRun: "r1", of: Self.assets[0]) == [])
  }

  @Test("gives a file with the revision that a look gives, and tells what is not there", arguments: Kind.allCases)
  func reading(kind: Kind) throws {
    let bench = try kind.makeBench()
    try Self.fill(bench)
    let asset = Self.assets[6]
    let session = try bench.open().makeSession(nil)
    func read(_ file: TreeFile) -> ([UInt8], Revision)? {
      var result: ([UInt8], Revision)?
      session.read(file, of: asset) {
        if case .bytes(let bytes, let revision) = $0 { result = (Array(bytes), revision) }
      }
      return result
    }
    let first = try #require(read(.manifest))
    #expect(first.0 == Self.manifest(asset))
    #expect(session.look(at: .manifest, of: asset) == .present(first.1))
    #expect(session.filesRead == 1)
    try session.visit(asset) { #expect(read(.run("r2")).map { $0.0 } == Array("{}".utf8)) }
    // Another one, as long as the first.
    try bench.put(Self.manifest(asset, materialized: Self.time + 1_000_000), as: .manifest, of: asset)
    let second = try #require(read(.manifest))
    #expect(second.0 != first.0 && second.1 != first.1)
    #expect(second.1.writtenAt >= first.1.writtenAt)
    for file in [TreeFile.run("r3"), .run("r")] {
      #expect(session.look(at: file, of: asset) == .absent)
      #expect(read(file) == nil)
    }
    #expect(session.hasRun("r2", of: asset) && !session.hasRun("r3", of: asset))
    #expect(session.isGone(run: "r3", of: asset) && !session.isGone(run: "r2", of: asset))
    #expect(session.isGone(AssetIdentifier(name: asset.name, id: "no")) && !session.isGone(asset))
    #expect(session.isGone(name: "bron") && !session.isGone(name: "bronze"))
    #expect(throws: TreeFault.self) {
      try session.visit(AssetIdentifier(name: "no", id: "no")) { Issue.record("there") }
    }
    try bench.put([UInt8](repeating: 0x20, count: TreeFile.mostBytes + 1), as: .run("big"), of: asset)
    session.read(.run("big"), of: asset) { loaded in
      if case .tooLarge = loaded { return }
      Issue.record("\(loaded)")
    }
  }

  @Test("takes a revision for a proof, or none where none is to be taken", arguments: Kind.allCases)
  func trust(kind: Kind) throws {
    let bench = try kind.makeBench()
    try Self.fill(bench)
    let storage = try bench.open()
    let surveyors = [
      try storage.beginSurvey(probingIn: "/tmp", stretchLength: 3).makeSurveyor(nil),
      storage.makeSurveyorTrustingNothing(nil),
    ]
    for (surveyor, isTrusted) in zip(surveyors, [true, false]) {
      for asset in Self.assets {
        guard case .present(let revision) = surveyor.session.look(at: .manifest, of: asset) else {
          Issue.record("\(asset)")
          continue
        }
        #expect(surveyor.session.isTrustworthy(revision) == isTrusted)
        #expect(surveyor.session.isSettled(revision) == isTrusted || kind != .local)
      }
      try surveyor.survey(AssetIdentifier(name: "bronze", id: "2")) { Issue.record("\($0)") }
    }
  }

  @Test(
    "is mirrored: after each of many edits, reconcile, rebuild and check agree", arguments: Kind.allCases, [1, 2, 3])
  func edits(kind: Kind, seed: UInt64) throws {
    let bench = try kind.makeBench()
    try Self.fill(bench)
    let mirror = try StorageMirror(bench)
    _ = try mirror.reconciler.reconcile()
    #expect(try mirror.differences() == [])
    var random = SplitMix64(seed: seed)
    for step in 0..<20 {
      let asset = Self.assets.randomElement(using: &random)!
      let run = ["r1", "r2", "r3", "x"].randomElement(using: &random)!
      let story = "step \(step)"
      switch Int.random(in: 0..<6, using: &random) {
      case 0: try? bench.remove(asset)
      case 1: try? bench.remove(.run(run), of: asset)
      case 2: try? bench.remove(.manifest, of: asset)
      case 3: try bench.put(Array("{".utf8), as: .run(run), of: asset)
      case 4:
        let text = "{\"asset_run_id\": \"\(run)\", \"runtime\": {\"start_time\": null}}"
        try bench.put(Array(text.utf8), as: .run(run), of: asset)
      default:
        try bench.put(
          Self.manifest(asset, materialized: Self.time + Int64(step) * 1_000_000), as: .manifest, of: asset)
      }
      try bench.settle()
      let report = try mirror.reconciler.reconcile()
      #expect(try mirror.differences() == [], "\(story)")
      // What did not change is not read again.
      #expect(report.filesRead <= 8, "\(story)")
      let again = try mirror.reconciler.reconcile()
      #expect(again.filesRead == 0 && again.added + again.changed + again.removed == 0, "\(story): \(again)")
    }
    let rows = try mirror.rows()
    _ = try mirror.reconciler.rebuild()
    #expect(try mirror.rows() == rows)
  }

  @Test("keeps what was good of an asset that cannot be looked into") func unreachable() throws {
    let tree = MemoryTree(root: "memory://tree")
    let bench = MemoryBench(tree: tree)
    try Self.fill(bench)
    let mirror = try StorageMirror(bench)
    _ = try mirror.reconciler.reconcile()
    let before = try mirror.rows().filter { !$0.hasPrefix("_asset_metadata") }
    tree.setReachable(false, Self.assets[0])
    let report = try mirror.reconciler.reconcile()
    #expect(report.removed == 0 && report.problems == 1)
    tree.setReachable(true, Self.assets[0])
    _ = try mirror.reconciler.reconcile()
    #expect(try mirror.rows() == before)
  }
}
