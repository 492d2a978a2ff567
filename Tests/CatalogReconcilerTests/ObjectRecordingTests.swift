import CatalogIndex
import CatalogReconciler
import CatalogTestSupport
import LinuxSystem
import ManifestModel
import ObjectStorage
import ObjectTree
import StoredTree
import Synchronization
import Testing

@testable import ManifestStore

/// What this host records in a bucket while a reconcile of it is at work.
@Suite("Records during a reconcile of a store of objects") struct ObjectRecordingTests {
  typealias Conformance = StorageConformanceTests

  /// A store that tells of each request before it is made.
  final class WatchedStore: ObjectStore {
    private let store: any ObjectStore
    private let watcher = Mutex<(@Sendable () -> Void)?>(nil)

    init(_ store: any ObjectStore) { self.store = store }

    func watch(_ body: (@Sendable () -> Void)?) { watcher.withLock { $0 = body } }
    private func tell() { watcher.withLock { $0 }?() }

    var identity: String { store.identity }
    var ordersByBytes: Bool? { store.ordersByBytes }
    var secondsAhead: Int64? { store.secondsAhead }

    func list(_ prefix: [UInt8], from start: ListStart) throws(ObjectError) -> ObjectPage {
      tell()
      return try store.list(prefix, from: start)
    }

    func get(_ key: [UInt8], atMost limit: Int) throws(ObjectError) -> Object? {
      tell()
      return try store.get(key, atMost: limit)
    }

    func get(_ key: [UInt8], _ range: ByteRange, of version: ObjectVersion?) throws(ObjectError) -> Object? {
      tell()
      return try store.get(key, range, of: version)
    }

    func look(_ key: [UInt8]) throws(ObjectError) -> ObjectFacts? {
      tell()
      return try store.look(key)
    }

    func put(_ key: [UInt8], _ bytes: [UInt8], if condition: PutCondition) throws(ObjectError) -> PutResult {
      tell()
      return try store.put(key, bytes, if: condition)
    }

    func honoursConditions(rewriting key: [UInt8], _ bytes: [UInt8]) throws(ObjectError) -> Bool {
      tell()
      return try store.honoursConditions(rewriting: key, bytes)
    }
  }

  /// Opens a tree whose requests are watched, and edits it as other hosts do, unwatched.
  struct WatchedBench: StorageBench {
    let store: WatchedStore
    let root: String
    let bench: any StorageBench

    func open() throws -> any TreeStorage { ObjectTree(store, root: root, metadataFolder: "_asset_metadata") }
    func put(_ bytes: [UInt8], as file: TreeFile, of asset: AssetIdentifier) throws {
      try bench.put(bytes, as: file, of: asset)
    }
    func remove(_ file: TreeFile, of asset: AssetIdentifier) throws { try bench.remove(file, of: asset) }
    func remove(_ asset: AssetIdentifier) throws { try bench.remove(asset) }
    func settle() throws { try bench.settle() }
  }

  enum Store: String, CaseIterable {
    case memory, real

    func bench() throws -> WatchedBench {
      switch self {
      case .memory:
        let bench = ShelfBench(shelf: ObjectShelf())
        return WatchedBench(store: WatchedStore(bench.shelf), root: "s3://shelf/lake", bench: bench)
      case .real:
        let bench = try RealBench()
        return WatchedBench(store: WatchedStore(bench.bucket), root: bench.root, bench: bench)
      }
    }

    static var present: [Store] { RealBucket.endpoint == nil ? [.memory] : allCases }
  }

  /// What is brought up to date.
  enum Work: CaseIterable { case all, hints }

  private static let (changed, gone) = (Conformance.assets[0], Conformance.assets[4])
  private static let (goneRun, new) = (Conformance.assets[6], AssetIdentifier(name: "new", id: "1"))

  @Test(
    "ask nothing while the index is locked, and are in it afterwards as they are in the store",
    arguments: Store.present,
    Work.allCases)
  func noRequests(_ store: Store, _ work: Work) throws {
    let bench = try store.bench()
    try Conformance.fill(bench)
    let scene = try StorageMirror(bench)
    _ = try scene.reconciler.reconcile()
    // What others did.
    try bench.put(
      Conformance.manifest(Self.changed, materialized: Conformance.time + 1), as: .manifest, of: Self.changed)
    try bench.remove(Self.gone)
    try bench.remove(.run("r10"), of: Self.goneRun)
    let mirror = RecordMirror(scene.location)
    // More than once, so that some are recorded while what was recorded before is read again; and one that was removed.
    let records = Mutex(
      [Self.changed, Self.gone, Self.new, Self.changed, Self.goneRun, Self.changed, Self.gone, Self.goneRun]
        .enumerated().map { (asset: $1, time: Int64($0) + 2) })
    let requests = Atomic(0)
    bench.store.watch { [location = scene.location] in
      let number = requests.wrappingAdd(1, ordering: .relaxed).newValue
      do {
        // Who waits for the index in vain waits for this very answer.
        let index = try IndexFile.openIfSound(location, until: Deadline(milliseconds: 5_000))
        try index?.edit(until: Deadline(milliseconds: 5_000), orThrow: { $0 }) { (_) throws(IndexError) in }
        // Not before the tree was listed, so that each of them is news.
        guard number > 1, let next = records.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return }
        let text = Conformance.manifest(next.asset, materialized: Conformance.time + next.time)
        try bench.put(text, as: .manifest, of: next.asset)
        try bench.put(Array("{}".utf8), as: .run("recorded"), of: next.asset)
        try mirror.mirror(
          [try Self.written(next.asset, in: bench.bench)], in: bench.bench.open(),
          at: Timestamp(microseconds: Conformance.time))
      } catch {
        Issue.record("request \(number): \(error)")
      }
    }
    switch work {
    case .all: _ = try scene.reconciler.reconcile()
    case .hints:
      let files: [TreeFile] = [.manifest, .run("r1"), .run("r10"), .run("recorded")]
      let assets = [Self.changed, Self.gone, Self.goneRun]
      _ = try scene.reconciler.reconcile(
        hints: assets.flatMap { asset in files.map { TreeHint($0, of: asset) } })
    }
    bench.store.watch(nil)
    #expect(records.withLock { $0.isEmpty })
    if work == .all {
      #expect(try scene.differences() == [])
    } else {
      // Nobody told of what else became of the one that is gone.
      let differences = try scene.differences()
      #expect(differences.allSatisfy { $0.contains("asset_name=\(Self.gone.name)") }, "\(differences)")
    }
    let rows = try scene.rows()
    _ = try scene.reconciler.reconcile()
    if work == .all { #expect(try scene.rows() == rows) }
    #expect(try scene.differences() == [])
  }

  @Test("keep the runs of their assets that a listing leaves out, and lose those that are gone")
  func holes() throws {
    let bench = try Store.memory.bench()
    let shelf = try #require((bench.bench as? ShelfBench)?.shelf)
    try Conformance.fill(bench)
    let scene = try StorageMirror(bench)
    _ = try scene.reconciler.reconcile()
    try bench.put(
      Conformance.manifest(Self.changed, materialized: Conformance.time + 1), as: .manifest, of: Self.changed)
    try bench.remove(.run("r2"), of: Self.changed)
    shelf.setHoles([ShelfBench.key(.run("r1"), of: Self.changed)])
    let mirror = RecordMirror(scene.location)
    let requests = Atomic(0)
    bench.store.watch {
      guard requests.wrappingAdd(1, ordering: .relaxed).newValue == 2 else { return }
      do {
        try bench.put(Array("{}".utf8), as: .run("recorded"), of: Self.changed)
        try mirror.mirror(
          [try Self.written(Self.changed, in: bench.bench)], in: bench.bench.open(),
          at: Timestamp(microseconds: Conformance.time))
      } catch {
        Issue.record("\(error)")
      }
    }
    _ = try scene.reconciler.reconcile()
    bench.store.watch(nil)
    let known = try KnownFolders.Reader(scene.location).wholeAsset(Self.changed)
    #expect(known?.runs.map(\.id) == ["r1", "r10", "recorded"])
    shelf.setHoles([])
    #expect(try scene.differences() == [])
  }

  /// What a record of this host has put there.
  private static func written(_ asset: AssetIdentifier, in bench: any StorageBench) throws -> WrittenAsset {
    let reader = TreeReader(try bench.open())
    guard case .good(let manifest, let revision) = try reader.readWholeManifest(of: asset),
      case .good(let metadata, let ofRun) = try reader.readRun("recorded", of: asset)
    else { throw StoreError(.inputOutput, "\(asset)") }
    var written = WrittenAsset(asset: asset)
    written.manifest = (manifest, revision)
    written.runs = [("recorded", metadata, ofRun)]
    return written
  }
}
