import CatalogIndex
import CatalogReconciler
import CatalogTestSupport
import ManifestModel
import ObjectStorage
import ObjectTree
import StoredTree
import Synchronization
import Testing

@testable import ManifestStore

/// What a store of objects may do to a reconcile, and what must not come of it.
@Suite("A tree in a store of objects") struct ObjectTreeTests {
  typealias Conformance = StorageConformanceTests

  /// A filled store, and an index that knows it.
  private struct Scene {
    let shelf: ObjectShelf
    let bench: ShelfBench
    let mirror: StorageMirror

    init(_ order: ObjectShelf.Order = .components, acceptsRoot: Bool = true) throws {
      shelf = ObjectShelf(order: order)
      bench = ShelfBench(shelf: shelf)
      try Conformance.fill(bench)
      mirror = try StorageMirror(bench, acceptsRoot: acceptsRoot)
      _ = try mirror.reconciler.reconcile()
      _ = shelf.takeCounts()
    }

    var pages: Int { (shelf.keys.count + shelf.pageSize - 1) / shelf.pageSize }
  }

  private static let trouble = ObjectError(.unavailable, "s3://shelf/lake: the store answers with status 503.")
  private static let denial = ObjectError(.denied, "s3://shelf/lake: the store refuses it (AccessDenied).")

  private static func isManifest(_ request: ObjectShelf.Request, of asset: AssetIdentifier) -> Bool {
    request == .get(ShelfBench.key(.manifest, of: asset))
  }

  @Test("a listing that fails at any page changes nothing, whatever is gone, and none is missed afterwards")
  func pages() throws {
    let scene = try Scene()
    let before = try scene.mirror.rows()
    try scene.bench.remove(Conformance.assets[0])
    try scene.bench.remove(.manifest, of: Conformance.assets[5])
    try scene.bench.put(Array("{".utf8), as: .manifest, of: Conformance.assets[7])
    #expect(scene.pages > 4)
    for page in 0..<scene.pages {
      for error in [Self.trouble, Self.denial, ObjectError(.malformed, "It is cut off."), .init(.unknownCaller, "x")] {
        scene.shelf.setTrouble { request in
          if case .list(_, page) = request { error } else { nil }
        }
        #expect(throws: StoreError.self) { try scene.mirror.reconciler.reconcile() }
        #expect(throws: StoreError.self) { try scene.mirror.reconciler.rebuild() }
        #expect(throws: StoreError.self) { try scene.mirror.differences() }
        #expect(try scene.mirror.rows() == before, "page \(page)")
      }
    }
    scene.shelf.setTrouble { _ in nil }
    let report = try scene.mirror.reconciler.reconcile()
    #expect(report.removed == 1)
    #expect(try scene.mirror.differences() == [])
  }

  @Test("asks for a listing and nothing else where nothing changed, and for each change once")
  func requests() throws {
    let scene = try Scene()
    _ = try scene.mirror.reconciler.reconcile()
    #expect(scene.shelf.takeCounts() == ["list": scene.pages])
    try scene.bench.put(Array("{}".utf8), as: .run("r9"), of: Conformance.assets[1])
    _ = try scene.mirror.reconciler.reconcile()
    #expect(scene.shelf.takeCounts() == ["list": scene.pages, "get": 1])
    // One look for each object that is no longer listed.
    try scene.bench.remove(.run("r9"), of: Conformance.assets[1])
    try scene.bench.remove(Conformance.assets[2])
    let report = try scene.mirror.reconciler.reconcile()
    #expect(report.removed == 1)
    #expect(scene.shelf.takeCounts() == ["list": scene.pages, "look": 5])
  }

  @Test("what the store does not give, for whatever reason but a refusal, ends the work and changes nothing")
  func unavailable() throws {
    let scene = try Scene()
    let before = try scene.mirror.rows()
    let asset = Conformance.assets[3]
    try scene.bench.put(
      Conformance.manifest(asset, materialized: Conformance.time + 1_000_000), as: .manifest, of: asset)
    for code in [ObjectError.Code.unavailable, .unknownCaller, .malformed, .untrusted, .noCredentials, .noSuchBucket] {
      scene.shelf.setTrouble { Self.isManifest($0, of: asset) ? ObjectError(code, "\(code).") : nil }
      #expect { try scene.mirror.reconciler.reconcile() } throws: { "\($0)" == "\(code)." }
      #expect(try scene.mirror.rows() == before, "\(code)")
    }
    scene.shelf.setTrouble { _ in nil }
    #expect(try scene.mirror.reconciler.reconcile().changed == 1)
  }

  @Test("a refusal of one object is a problem of that object, whose last good values stay")
  func denied() throws {
    let scene = try Scene()
    let asset = Conformance.assets[3]
    let before = try scene.mirror.rows().filter { !$0.hasPrefix("_asset_metadata") }
    try scene.bench.put(
      Conformance.manifest(asset, materialized: Conformance.time + 1_000_000), as: .manifest, of: asset)
    scene.shelf.setTrouble { Self.isManifest($0, of: asset) ? Self.denial : nil }
    var report = try scene.mirror.reconciler.reconcile()
    #expect(report.removed == 0 && report.problems == 1)
    _ = try scene.mirror.reconciler.rebuild()
    // It is asked for again each time, though nothing changes.
    report = try scene.mirror.reconciler.reconcile()
    #expect(report.problems == 1)
    scene.shelf.setTrouble { _ in nil }
    try scene.bench.put(Conformance.manifest(asset), as: .manifest, of: asset)
    report = try scene.mirror.reconciler.reconcile()
    #expect(report.problems == 0)
    #expect(try scene.mirror.rows() == before)
  }

  @Test("a hole in a listing removes nothing: not an object, nor an asset, nor a name, nor all")
  func holes() throws {
    let scene = try Scene()
    let before = try scene.mirror.rows()
    let asset = Conformance.assets[0]
    let keys = scene.shelf.keys
    let ofAsset = keys.filter { $0.starts(with: Array("\(MetadataLayout().assetPath(asset))/".utf8)) }
    let ofName = keys.filter { $0.starts(with: Array("_asset_metadata/asset_name=bronze/".utf8)) }
    for holes in [
      [ShelfBench.key(.run("r1"), of: asset)], [ShelfBench.key(.manifest, of: asset)], ofAsset, ofName, keys,
    ] {
      scene.shelf.setHoles(Set(holes))
      let report = try scene.mirror.reconciler.reconcile()
      #expect(report.removed == 0)
      #expect(try scene.mirror.rows() == before, "\(holes.count) holes")
      // A refusal is no absence.
      scene.shelf.setTrouble { if case .look = $0 { Self.denial } else { nil } }
      #expect(try scene.mirror.reconciler.reconcile().removed == 0)
      #expect(try scene.mirror.rows() == before, "\(holes.count) holes, denied")
      scene.shelf.setTrouble { if case .look = $0 { Self.trouble } else { nil } }
      if holes.count > 1 {
        #expect(throws: StoreError.self) { try scene.mirror.reconciler.reconcile() }
      }
      scene.shelf.setTrouble { _ in nil }
      #expect(try scene.mirror.rows() == before, "\(holes.count) holes, no answer")
    }
    scene.shelf.setHoles([])
    #expect(try scene.mirror.reconciler.reconcile().changed == 0)
    #expect(try scene.mirror.differences() == [])
  }

  @Test("a rebuild takes no hole in a listing for an absence, and what is gone does not keep it from its end")
  func rebuiltHoles() throws {
    let scene = try Scene()
    let before = try scene.mirror.rows()
    let asset = Conformance.assets[0]
    let keys = scene.shelf.keys
    for holes in [
      [ShelfBench.key(.run("r1"), of: asset)],
      keys.filter { $0.starts(with: Array("\(MetadataLayout().assetPath(asset))/".utf8)) },
      keys.filter { $0.starts(with: Array("_asset_metadata/asset_name=bronze/".utf8)) },
    ] {
      scene.shelf.setHoles(Set(holes))
      #expect {
        try scene.mirror.reconciler.rebuild()
      } throws: { "\($0)".contains("out of its listing") && ($0 as? StoreError)?.code == .inputOutput }
      #expect(try scene.mirror.rows() == before, "\(holes.count) holes")
    }
    // That of an asset of which anything is listed is read in any case.
    scene.shelf.setHoles([ShelfBench.key(.manifest, of: asset)])
    _ = try scene.mirror.reconciler.rebuild()
    #expect(try scene.mirror.rows() == before)
    scene.shelf.setHoles([])
    try scene.bench.remove(.run("r1"), of: asset)
    try scene.bench.remove(Conformance.assets[2])
    _ = try scene.mirror.reconciler.rebuild()
    #expect(try scene.mirror.rows() != before)
    #expect(try scene.mirror.differences() == [])
  }

  @Test("a listing that is suddenly empty is refused")
  func empty() throws {
    let scene = try Scene(acceptsRoot: false)
    let before = try scene.mirror.rows()
    for key in scene.shelf.keys { scene.shelf.remove(key) }
    #expect { try scene.mirror.reconciler.reconcile() } throws: { ($0 as? ReconcileError)?.code == .noSuchRoot }
    #expect(try scene.mirror.rows() == before)
    // Who says that it is right is believed.
    let believing = try StorageMirror.reconciler(of: scene.bench, at: scene.mirror.location, acceptsRoot: true)
    #expect(try believing.reconcile().removed == Conformance.assets.count)
  }

  @Test("a root with nothing in it is refused before there is an index, and by a rebuild")
  func nothing() throws {
    let mirror = try StorageMirror(ShelfBench(shelf: ObjectShelf()), acceptsRoot: false)
    for work in [{ try mirror.reconciler.reconcile() }, { try mirror.reconciler.rebuild() }] {
      #expect { try work() } throws: { ($0 as? ReconcileError)?.code == .noSuchRoot }
      #expect(throws: IndexError.self) { try mirror.rows() }
    }
  }

  @Test("a bucket of the same name in another store is another tree")
  func otherStore() throws {
    let scene = try Scene(acceptsRoot: false)
    let other = ShelfBench(shelf: ObjectShelf("https://elsewhere/bucket"))
    try Conformance.fill(other)
    let before = try scene.mirror.rows()
    let reconciler = try StorageMirror.reconciler(of: other, at: scene.mirror.location, acceptsRoot: false)
    #expect { try reconciler.reconcile() } throws: { ($0 as? ReconcileError)?.code == .noSuchRoot }
    #expect(try scene.mirror.rows() == before)
  }

  @Test("a listing that lags behind loses nothing, and what it lacks comes with the next", arguments: [1, 2, 3])
  func stale(seed: UInt64) throws {
    let scene = try Scene(.shuffled(seed))
    var random = SplitMix64(seed: seed)
    for step in 0..<10 {
      scene.shelf.setStale(true)
      for _ in 0..<3 {
        let asset = Conformance.assets.randomElement(using: &random)!
        switch Int.random(in: 0..<3, using: &random) {
        case 0: try scene.bench.remove(.run("r1"), of: asset)
        case 1: try scene.bench.put(Array("{}".utf8), as: .run("r\(step)"), of: asset)
        default:
          let manifest = Conformance.manifest(asset, materialized: Conformance.time + Int64(step) * 1_000_000)
          try scene.bench.put(manifest, as: .manifest, of: asset)
        }
      }
      _ = try scene.mirror.reconciler.reconcile()
      scene.shelf.setStale(false)
      _ = try scene.mirror.reconciler.reconcile()
      #expect(try scene.mirror.differences() == [], "step \(step)")
    }
  }

  @Test("content that comes back in the same second is seen, also where it changed while it was read")
  func backAndForth() throws {
    let scene = try Scene()
    let (asset, run) = (Conformance.assets[0], TreeFile.run("r1"))
    func text(_ start: String) -> [UInt8] {
      Array("{\"asset_run_id\": \"r1\", \"runtime\": {\"start_time\": \"\(start)\", \"end_time\": null}}".utf8)
    }
    let (listed, read) = (text("2026-01-01T00:00:00Z"), text("2026-01-02T00:00:00Z"))
    try scene.bench.put(listed, as: run, of: asset)
    // The listing has one content, the reading finds another, and then the first is there again.
    let done = Atomic(false)
    scene.shelf.setTrouble { [bench = scene.bench] request in
      if request == .get(ShelfBench.key(run, of: asset)), !done.exchange(true, ordering: .relaxed) {
        try? bench.put(read, as: run, of: asset)
      }
      return nil
    }
    _ = try scene.mirror.reconciler.reconcile()
    let hasChanged = done.load(ordering: .relaxed)
    #expect(hasChanged)
    try scene.bench.put(listed, as: run, of: asset)
    _ = try scene.mirror.reconciler.reconcile()
    #expect(try scene.mirror.differences() == [])
  }

  @Test("what was listed and is gone when it is read is an absence")
  func goneSince() throws {
    let scene = try Scene()
    let asset = AssetIdentifier(name: "new", id: "1")
    try scene.bench.put(Conformance.manifest(asset), as: .manifest, of: asset)
    try scene.bench.put(Array("{}".utf8), as: .run("r"), of: asset)
    scene.shelf.setTrouble { [bench = scene.bench] request in
      if Self.isManifest(request, of: asset) { try? bench.remove(asset) }
      return nil
    }
    _ = try scene.mirror.reconciler.reconcile()
    scene.shelf.setTrouble { _ in nil }
    _ = try scene.mirror.reconciler.reconcile()
    #expect(try scene.mirror.differences() == [])
    #expect(try !scene.mirror.rows().contains { $0.contains("new") })
  }

  @Test(
    "what this host records while a reconcile is at work is in the index afterwards",
    arguments: ["list", "get", "look"])
  func recordedMeanwhile(moment: String) throws {
    let scene = try Scene()
    let (changed, gone) = (Conformance.assets[0], Conformance.assets[4])
    let new = AssetIdentifier(name: "new", id: "1")
    try scene.bench.put(Conformance.manifest(changed, materialized: Conformance.time + 1), as: .manifest, of: changed)
    try scene.bench.remove(gone)
    let recorded = Atomic(false)
    let mirror = RecordMirror(scene.mirror.location)
    scene.shelf.setTrouble { [bench = scene.bench] request in
      let isMoment =
        switch request {
        case .list(_, let page): moment == "list" && page == 1
        case .get: moment == "get"
        case .look: moment == "look"
        case .put: false
        }
      guard isMoment, !recorded.exchange(true, ordering: .relaxed) else { return nil }
      // A new asset, one that the reconcile found changed, and one that it finds gone.
      do {
        var written: [WrittenAsset] = []
        for (asset, time) in [(new, 5), (changed, 6), (gone, 7)] as [(AssetIdentifier, Int64)] {
          try bench.put(Conformance.manifest(asset, materialized: Conformance.time + time), as: .manifest, of: asset)
          written.append(try Self.written(asset, in: bench))
        }
        try mirror.mirror(written, in: bench.open(), at: Timestamp(microseconds: Conformance.time))
      } catch {
        Issue.record("\(error)")
      }
      return nil
    }
    _ = try scene.mirror.reconciler.reconcile()
    scene.shelf.setTrouble { _ in nil }
    let hasRecorded = recorded.load(ordering: .relaxed)
    #expect(hasRecorded)
    #expect(try scene.mirror.differences() == [])
  }

  @Test("a record that comes to the index late, after what was written over it, does not stay there")
  func lateRecord() throws {
    let scene = try Scene()
    let asset = Conformance.assets[1]
    func put(_ materialized: String) throws {
      let text = "{\"id\": \"r1\", \"runtime\": \"2026-01-01T00:00:00Z\", \"materialized\": \"\(materialized)\"}"
      try scene.bench.put(Array(text.utf8), as: .run("r1"), of: asset)
    }
    try put("2026-01-01T00:00:05Z")
    let storage = try scene.bench.open()
    guard case .good(let metadata, let revision) = try TreeReader(storage).readRun("r1", of: asset) else {
      Issue.record("the run cannot be read")
      return
    }
    var late = WrittenAsset(asset: asset)
    late.runs = [("r1", metadata, revision)]
    // Another host ends the run again, and a reconcile sees that, before the first one comes to the index.
    try put("2026-01-01T00:00:09Z")
    _ = try scene.mirror.reconciler.reconcile()
    let after = try scene.mirror.rows()
    try RecordMirror(scene.mirror.location).mirror([late], in: storage, at: Timestamp(microseconds: Conformance.time))
    #expect(try scene.mirror.rows() != after)
    _ = try scene.mirror.reconciler.reconcile()
    #expect(try scene.mirror.rows() == after)
    #expect(try scene.mirror.differences() == [])
  }

  @Test("where much changed, nothing is asked while others wait to write, and what they write meanwhile is not lost")
  func muchChanged() throws {
    let scene = try Scene()
    let assets = (0..<40).map { AssetIdentifier(name: "much-\($0 / 2)", id: "\($0 % 2)") }
    for asset in assets { try scene.bench.put(Conformance.manifest(asset), as: .manifest, of: asset) }
    let reconciler = try StorageMirror.reconciler(
      of: scene.bench, at: scene.mirror.location, acceptsRoot: false, mostCollected: 5)
    _ = try reconciler.reconcile()
    #expect(try scene.mirror.differences() == [])
    // Everything changes, some go, and one that goes is recorded again.
    for asset in assets[..<30] {
      try scene.bench.put(Conformance.manifest(asset, materialized: Conformance.time + 9), as: .manifest, of: asset)
    }
    for asset in assets[30...] { try scene.bench.remove(asset) }
    let mirror = RecordMirror(scene.mirror.location)
    let requests = Atomic(0)
    let recorded = Mutex<[AssetIdentifier]>([])
    let chosen = [assets[0], assets[29], assets[39], AssetIdentifier(name: "new", id: "1")]
    scene.shelf.setTrouble { [bench = scene.bench, location = scene.mirror.location] request in
      guard case .get = request else { return nil }
      let number = requests.wrappingAdd(1, ordering: .relaxed).newValue
      do {
        // Who waits for the index in vain waits for this very answer.
        let index = try IndexFile.openIfSound(location, until: Deadline(milliseconds: 5_000))
        try index?.edit(until: Deadline(milliseconds: 5_000), orThrow: { $0 }) { (_) throws(IndexError) in }
        guard number.isMultiple(of: 7),
          let asset = recorded.withLock({ done -> AssetIdentifier? in
            guard done.count < chosen.count else { return nil }
            done.append(chosen[done.count])
            return done.last
          })
        else { return nil }
        try bench.put(Conformance.manifest(asset, materialized: Conformance.time + 20), as: .manifest, of: asset)
        try mirror.mirror(
          [try Self.written(asset, in: bench)], in: bench.open(), at: Timestamp(microseconds: Conformance.time))
      } catch {
        Issue.record("request \(number): \(error)")
      }
      return nil
    }
    _ = try reconciler.reconcile()
    scene.shelf.setTrouble { _ in nil }
    #expect(recorded.withLock { $0.count } == chosen.count)
    #expect(try scene.mirror.differences() == [])
    _ = scene.shelf.takeCounts()
    _ = try reconciler.reconcile()
    #expect(try scene.mirror.differences() == [])
    let count = requests.load(ordering: .relaxed)
    #expect(count > 40)
  }

  private static func written(_ asset: AssetIdentifier, in bench: ShelfBench) throws -> WrittenAsset {
    let storage = try bench.open()
    guard case .good(let manifest, let revision) = try TreeReader(storage).readWholeManifest(of: asset) else {
      throw StoreError(.inputOutput, "\(asset)")
    }
    var written = WrittenAsset(asset: asset)
    written.manifest = (manifest, revision)
    return written
  }

  @Test("keys of other shapes are passed over, and names that are none are problems")
  func keys() throws {
    let scene = try Scene()
    let good = "_asset_metadata/asset_name=n/asset_id=1/"
    let before = try scene.mirror.rows()
    for key in [
      "_asset_metadata/", "_asset_metadata/asset_name=n/", good, "\(good)asset_run_id=r/", "\(good)manifest.json/",
      "\(good)manifest.json.bak", "\(good)asset_run_id=r/data.csv", "\(good)x/asset_run_id=r/metadata.json",
      "\(good)asset_run_id=r/x/metadata.json", "_asset_metadata/asset_name=n",
      "_asset_metadata/asset_name=n/manifest.json",
      "_asset_metadata/asset_id=1/manifest.json", "_asset_metadata/asset_name", "x",
      "_asset_metadataX/asset_name=n/asset_id=1/manifest.json",
    ] { scene.shelf.put([1], at: Array(key.utf8)) }
    _ = try scene.mirror.reconciler.reconcile()
    #expect(try scene.mirror.rows() == before)
    let odd: [[UInt8]] = [
      Array("_asset_metadata/asset_name=".utf8) + [0xFF] + Array("/asset_id=1/manifest.json".utf8),
      Array("_asset_metadata/asset_name=/asset_id=1/manifest.json".utf8),
      Array("_asset_metadata/asset_name=../asset_id=1/manifest.json".utf8),
      Array("_asset_metadata/asset_name=bronze/asset_id=".utf8) + [0xC3, 0x28] + Array("/manifest.json".utf8),
      Array("_asset_metadata/asset_name=bronze/asset_id=1/asset_run_id=".utf8) + [0xFE] + Array("/metadata.json".utf8),
    ]
    for key in odd { scene.shelf.put([1], at: key) }
    #expect(try scene.mirror.reconciler.reconcile().problems == odd.count)
    #expect(try scene.mirror.differences() == [])
    _ = try scene.mirror.reconciler.rebuild()
    #expect(try scene.mirror.differences() == [])
    for key in odd { scene.shelf.remove(key) }
    #expect(try scene.mirror.reconciler.reconcile().problems == 0)
    #expect(try scene.mirror.rows() == before)
  }

  @Test("pages that go in a circle come to an end")
  func circle() throws {
    let stores = [
      CircleStore(), CircleStore(isWithoutTokensTwice: true), CircleStore(isWithoutTokensTwice: true, hasObject: true),
    ]
    for store in stores {
      let tree = ObjectTree(store, root: "s3://circle", metadataFolder: "m")
      #expect { try tree.beginSurvey(probingIn: "/tmp", stretchLength: 64) } throws: { "\($0)".contains("circle") }
    }
  }

  @Test("a listing of more than fits into memory is kept in a file, and read back whole")
  func spool() throws {
    let shelf = ObjectShelf(order: .shuffled(1), pageSize: 50_000)
    for number in 0..<40_000 {
      let name = "asset with a long name \(number % 3_000)"
      shelf.put(
        [], at: ShelfBench.key(.run("a run id of a certain length \(number)"), of: AssetIdentifier(name: name, id: "1"))
      )
    }
    let tree = ObjectTree(shelf, root: "s3://shelf", metadataFolder: "_asset_metadata")
    let survey = try tree.beginSurvey(probingIn: "/no such folder", stretchLength: 64)
    #expect(survey.stretches.names.count == 3_000)
    var runs = 0
    let surveyor = survey.makeSurveyor(nil)
    for number in 0..<survey.stretches.count {
      _ = try surveyor.survey(
        survey.stretches[number].names, against: [], SurveyDepth(), runs: { _ in [] }
      ) { if case .asset(let found) = $0 { runs += found.disk.listedRuns?.count ?? 0 } }
    }
    #expect(runs == 40_000)
  }
}

/// A store whose pages follow each other for ever.
private struct CircleStore: ObjectStore {
  var identity: String { "circle" }
  var ordersByBytes: Bool? { nil }

  /// Whether no token comes a second time.
  var isWithoutTokensTwice = false
  /// Whether each page has the same object.
  var hasObject = false

  func list(_ prefix: [UInt8], from start: ListStart) throws(ObjectError) -> ObjectPage {
    let facts = ObjectFacts(
      key: prefix + Array("a/asset_id=1/manifest.json".utf8), version: ObjectVersion(bytes: [1]), size: 1,
      modified: Timestamp(seconds: 1)!)
    let objects = hasObject ? [facts] : []
    guard case .token(let token) = start, let number = Int(String(decoding: token, as: UTF8.self)) else {
      return ObjectPage(objects: objects, next: [0x30])
    }
    let next = isWithoutTokensTwice ? number + 1 : (number + 1) % 5
    return ObjectPage(objects: objects, next: Array("\(next)".utf8))
  }

  func get(_ key: [UInt8], atMost limit: Int) throws(ObjectError) -> Object? { nil }
  func get(_ key: [UInt8], _ range: ByteRange, of version: ObjectVersion?) throws(ObjectError) -> Object? { nil }
  func look(_ key: [UInt8]) throws(ObjectError) -> ObjectFacts? { nil }
  func put(_ key: [UInt8], _ bytes: [UInt8], if condition: PutCondition) throws(ObjectError) -> PutResult { .conflict }
  func honoursConditions(rewriting key: [UInt8], _ bytes: [UInt8]) throws(ObjectError) -> Bool { true }
}
