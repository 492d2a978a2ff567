import CatalogTestSupport
import Dispatch
import ManifestModel
import ObjectStorage
import StoredTree
import Synchronization
import Testing

@testable import CatalogReconciler
@testable import ObjectTree

/// A tree that is read while it is listed: what comes of it is what comes of one that was listed before.
@Suite("Reading while listing") struct GrowingListingTests {
  private static let orders: [ObjectShelf.Order] = [
    .bytes, .components, .shuffledNames(3), .shuffled(5), .returning,
  ]

  private static func fill(_ benches: [ShelfBench], _ random: inout SplitMix64) throws {
    for _ in 0..<Int.random(in: 1...40, using: &random) {
      let asset = AssetIdentifier(name: OddNames.word(&random), id: OddNames.word(&random))
      let isGood = random.chance(4, in: 5)
      let runs = (0..<Int.random(in: 0...3, using: &random)).map { _ in OddNames.word(&random) }
      for bench in benches {
        if isGood { try bench.put(StorageConformanceTests.manifest(asset), as: .manifest, of: asset) }
        for run in runs { try bench.put(Array((isGood ? "{}" : "{").utf8), as: .run(run), of: asset) }
        // Folders that look like an asset's or a run's, and cannot be any.
        let folder = ShelfBench.key(.manifest, of: asset).dropLast("manifest.json".utf8.count)
        if runs.count == 1 { bench.shelf.put([], at: folder + Array("asset_run_id=/metadata.json".utf8)) }
        if runs.count == 2 {
          let name = folder.prefix(folder.count - "asset_id=/".utf8.count - asset.id.utf8.count)
          bench.shelf.put([], at: name + Array("asset_id=\u{0}/manifest.json".utf8))
        }
      }
    }
  }

  @Test("fills an index with the same rows in whatever order and however small the pages", arguments: 0..<5)
  func sameRows(_ number: Int) throws {
    for seed in UInt64(0)..<25 {
      var random = SplitMix64(seed: seed)
      let growing = ShelfBench(
        shelf: ObjectShelf(order: Self.orders[number], pageSize: Int.random(in: 1...9, using: &random)))
      let whole = ShelfBench(shelf: ObjectShelf(pageSize: 10_000))
      try Self.fill([growing, whole], &random)
      let (mirror, expected) = (try StorageMirror(growing), try StorageMirror(whole))
      let report = try mirror.reconciler.rebuild()
      let other = try expected.reconciler.rebuild()
      #expect(try mirror.rows() == expected.rows(), "seed \(seed)")
      #expect(report.problems == other.problems, "seed \(seed)")
      #expect(try mirror.differences() == [], "seed \(seed)")
      #expect(try mirror.reconciler.reconcile().changed == 0, "seed \(seed)")
    }
  }

  /// An asset for each number, with a manifest, and a run where one is named.
  private static func bench(_ shelf: ObjectShelf, assets: Range<Int>, run: String? = nil) throws -> ShelfBench {
    let bench = ShelfBench(shelf: shelf)
    for number in assets {
      let asset = AssetIdentifier(name: "a\(number)", id: "1")
      try bench.put(StorageConformanceTests.manifest(asset), as: .manifest, of: asset)
      if let run { try bench.put(Array("{}".utf8), as: .run(run), of: asset) }
    }
    return bench
  }

  @Test("asks for files before the listing has ended")
  func overlap() throws {
    let bench = try Self.bench(ObjectShelf(pageSize: 4), assets: 100..<200)
    let asked = DispatchSemaphore(value: 0)
    let cameFirst = Mutex(false)
    bench.shelf.setTrouble { request in
      switch request {
      case .get: asked.signal()
      // The listing does not go on without a file that was asked for.
      case .list(_, page: 20):
        let came = asked.wait(timeout: .now() + 60) == .success
        cameFirst.withLock { $0 = came }
      default: break
      }
      return nil
    }
    let mirror = try StorageMirror(bench)
    #expect(try mirror.reconciler.rebuild().added == 100)
    #expect(cameFirst.withLock { $0 })
  }

  /// A listing whose second page waits for a signal.
  private static func begun(_ order: ObjectShelf.Order) throws -> (
    shelf: ObjectShelf, survey: any GrowingSurvey, goOn: DispatchSemaphore
  ) {
    let bench = try Self.bench(ObjectShelf(order: order, pageSize: 10), assets: 100..<200, run: "r")
    let goOn = DispatchSemaphore(value: 0)
    bench.shelf.setTrouble { request in
      if case .list(_, page: 1) = request { goOn.wait() }
      return nil
    }
    let listing = try bench.open().beginReading(
      probingIn: "/tmp", stretchLength: 64, recalling: nil, landmarks: { _ in [] })
    guard case .growing(let survey) = listing else { throw ObjectError(.malformed, "It does not grow.") }
    return (bench.shelf, survey, goOn)
  }

  @Test("gives out the names of the first page while the second is under way, but for the last one")
  func firstPage() throws {
    let (shelf, survey, goOn) = try Self.begun(.bytes)
    for number in 0..<4 {
      #expect(survey.hasStretch(number))
      #expect(survey.names(ofStretch: number) == ["a10\(number)"])
    }
    #expect(shelf.takeCounts()["list"] ?? 0 <= 2)
    goOn.signal()
    #expect(survey.hasStretch(99))
    #expect(!survey.hasStretch(100))
    let grown = try survey.finish()
    #expect(grown.survey.stretches.names.count == 100)
    #expect(grown.unread.names.isEmpty)
    #expect(grown.grown == [])
  }

  @Test("has each name whole, in the file, beside it, or over its end, however much was listed before it is read")
  func readLate() throws {
    let runs = (0..<40).map { "\($0 + 100)-" + String(repeating: "x", count: 240) }
    var spool = ListingSpool(in: "/tmp")
    let count = ListingSpool.capacity / 8_000
    for number in 0..<count {
      for run in runs {
        let key = Array("_asset_metadata/asset_name=a\(number)/asset_id=1/asset_run_id=\(run)/metadata.json".utf8)
        try spool.append(
          ObjectFacts(key: key, version: ObjectVersion(bytes: [1]), size: 2, modified: Timestamp(microseconds: 0)),
          below: "_asset_metadata/".utf8.count)
      }
    }
    #expect(spool.extentCount == count)
    var places: Set<String> = []
    for extent in 0..<count {
      let content = spool.content(ofExtent: extent)
      places.insert("\(content.inFile > 0) \(!content.rest.isEmpty)")
      var bytes = try content.file?.read(content.inFile, at: content.offset) ?? []
      bytes += content.rest
      var objects: [ListedObject] = []
      ListedObject.read(bytes[...], into: &objects)
      #expect(objects.map { String(decoding: $0.run, as: UTF8.self) } == runs, "\(extent)")
    }
    #expect(places == ["true false", "true true", "false true"])
  }

  @Test("gives out nothing of a listing without an order")
  func noOrder() throws {
    let (_, survey, goOn) = try Self.begun(.shuffled(5))
    #expect(!survey.hasStretch(0))
    goOn.signal()
    let grown = try survey.finish()
    #expect(grown.unread.names.count == 100)
    #expect(grown.grown == [])
  }

  @Test("says which names have come again, and which have not been given out")
  func returning() throws {
    let (_, survey, goOn) = try Self.begun(.returning)
    goOn.signal()
    var number = 0
    while survey.hasStretch(number) { number += 1 }
    let grown = try survey.finish()
    #expect(number > 90)
    #expect(grown.grown == (100..<100 + number).map { "a\($0)" })
    #expect(grown.unread.names.map(\.self) == (100 + number..<200).map { "a\($0)" })
  }

  @Test("ends with the page that is under way when nobody wants the rest, and is not taken for a whole one then")
  func stop() throws {
    let (shelf, survey, goOn) = try Self.begun(.bytes)
    survey.stop()
    #expect(!survey.hasStretch(50))
    goOn.signal()
    #expect(throws: StoreError.self) { try survey.finish() }
    #expect(shelf.takeCounts()["list"] == 2)
  }

  @Test("a page that fails lets nobody wait, and is told at the end")
  func failure() throws {
    let (shelf, survey, goOn) = try Self.begun(.bytes)
    shelf.setTrouble { request in
      if case .list(_, page: 5) = request { return ObjectError(.unavailable, "No.") }
      return nil
    }
    goOn.signal()
    var number = 0
    while survey.hasStretch(number) { number += 1 }
    #expect(number == 24)
    #expect(throws: StoreError.self) { try survey.finish() }
  }

  @Test("a page that fails ends the reading of what was listed before it")
  func failureWhileReading() throws {
    let bench = try Self.bench(ObjectShelf(pageSize: 10), assets: 100..<300)
    let failed = DispatchSemaphore(value: 0)
    bench.shelf.setTrouble { request in
      switch request {
      // The files wait for the page, and the next one for no more.
      case .get:
        failed.wait()
        failed.signal()
      case .list(_, page: 15):
        failed.signal()
        return ObjectError(.unavailable, "No.")
      default: break
      }
      return nil
    }
    let mirror = try StorageMirror(bench)
    var options = ReconcileOptions(now: { Timestamp(microseconds: StorageConformanceTests.time) })
    options.threads = OrderedPipeline.Threads.one
    let reconciler = Reconciler(
      location: mirror.location, root: "s3://shelf/lake", metadataFolder: "_asset_metadata", options: options
    ) { () throws(StoreError) in
      do { return try bench.open() } catch { throw StoreError(.noSuchRoot, "\(error)") }
    }
    #expect(throws: StoreError.self) { try reconciler.rebuild() }
    #expect(bench.shelf.takeCounts()["get"] ?? 0 < 100)
  }
}
