import CatalogIndex
import CatalogReconciler
import CatalogTestSupport
import ManifestModel
import ManifestStore
import ObjectStorage
import ObjectTree
import StoredTree
import Synchronization
import Testing

/// What a store of objects may do to one who writes, and what must not come of it.
@Suite("Writing into a store of objects") struct ObjectWritingTests {
  private static let time = WritingConformanceTests.time
  private let asset = AssetIdentifier(name: "a", id: "1")
  private let shelf = ObjectShelf(order: .components)
  private let bench: InterferedBench
  private let tree: ObjectTree

  init() throws {
    bench = InterferedBench(objects: ShelfBench(shelf: shelf))
    tree = ObjectTree(shelf, root: "s3://shelf/lake", metadataFolder: "_asset_metadata")
  }

  private func success(_ run: String) -> RunReport {
    RunReport(.succeeded, of: asset, runID: run, artifacts: [ArtifactFacts(path: "out/\(run)")])
  }

  private func write(
    _ reports: [RunReport], warning: @escaping @Sendable (String) -> Void = { _ in },
    ifAllowedBy permission: WritePermission? = nil
  ) -> WriteOutcome {
    AssetWriter(ObjectPublisher(tree, onWarning: warning), now: Self.time).write(reports, ifAllowedBy: permission)
  }

  private func failure(_ outcome: WriteOutcome) -> StoreError? {
    if case .failure(let error) = outcome.results[0] { error } else { nil }
  }

  private static func unlessRunning(_ asset: AssetIdentifier, _ look: AssetLook) throws(StoreError) {
    if look.runs.contains(where: { !$0.hasEnded }) { throw StoreError(.running, "a run is under way") }
  }

  private func manifest() throws -> Manifest? {
    try bench.read(.manifest, of: asset).map { try ManifestCodec.decodeManifest($0.bytes) }
  }

  // MARK: Requests

  @Test("asks no more than it must, and whether conditions count once")
  func requests() {
    #expect(failure(write([success("r1")])) == nil)
    // The question about conditions is one more.
    #expect(shelf.takeCounts() == ["get": 2, "put": 3, "look": 2])
    #expect(failure(write([success("r2")])) == nil)
    #expect(shelf.takeCounts() == ["get": 2, "put": 2, "look": 2])
    #expect(failure(write([RunReport(.started, of: asset, runID: "r3")])) == nil)
    #expect(shelf.takeCounts() == ["get": 1, "put": 1, "look": 1])
    #expect(failure(write([RunReport(.alive, of: asset, runID: "r3")])) == nil)
    #expect(shelf.takeCounts() == ["get": 1, "put": 1, "look": 1])
  }

  @Test("what was recorded is in the index, and the next reconcile reads nothing of it")
  func mirrored() throws {
    let bench = ShelfBench(shelf: shelf)
    let mirror = try StorageMirror(bench)
    _ = try mirror.reconciler.reconcile()
    let outcome = write([success("r1"), RunReport(.started, of: asset, runID: "r2")])
    _ = shelf.takeCounts()
    try RecordMirror(mirror.location).mirror(outcome.assets, in: tree, at: Self.time)
    #expect(shelf.takeCounts() == [:])
    let rows = try mirror.rows()
    #expect(rows.contains { $0.contains("r1") } && rows.contains { $0.contains("r2") })
    let report = try mirror.reconciler.reconcile()
    #expect(report.filesRead == 0)
    #expect(shelf.takeCounts() == ["list": 1])
    #expect(try mirror.differences() == [])
  }

  @Test("a run whose manifest was never written is found by the next reconcile")
  func withoutManifest() throws {
    let mirror = try StorageMirror(ShelfBench(shelf: shelf))
    #expect(failure(write([success("r1")])) == nil)
    _ = try mirror.reconciler.reconcile()
    // The writer dies after the run: as far as the store can tell, the manifest is never put.
    shelf.setTrouble { request in
      request == .put(ShelfBench.key(.manifest, of: asset)) ? ObjectError(.unavailable, "Gone.") : nil
    }
    #expect(failure(write([success("r2")]))?.code == .inputOutput)
    shelf.setTrouble { _ in nil }
    _ = try mirror.reconciler.reconcile()
    #expect(try mirror.rows().contains { $0.contains("r2") })
    #expect(try manifest()?.lastRun?.id == "r1")
    #expect(try mirror.differences() == [])
  }

  // MARK: Trouble

  @Test(
    "what the store does not do leaves what was there, says why in its own words, and may be repeated",
    arguments: [
      (ObjectError.Code.denied, StoreError.Code.cannotWrite), (.unknownCaller, .cannotWrite),
      (.noCredentials, .cannotWrite), (.unavailable, .inputOutput), (.malformed, .inputOutput),
      (.noSuchBucket, .noSuchRoot),
    ])
  func trouble(code: ObjectError.Code, expected: StoreError.Code) throws {
    #expect(failure(write([success("r1")])) == nil)
    let before = try bench.read(.manifest, of: asset)
    for file in [TreeFile.run("r2"), .manifest] {
      let key = ShelfBench.key(file, of: asset)
      shelf.setTrouble { $0 == .put(key) ? ObjectError(code, "The store says \(code).") : nil }
      let error = failure(write([success("r2")]))
      #expect(error?.code == expected && error?.message == "The store says \(code).")
      #expect(try bench.read(.manifest, of: asset) == before)
      #expect(try (bench.read(.run("r2"), of: asset) == nil) == (file != .manifest))
    }
    shelf.setTrouble { _ in nil }
    #expect(failure(write([success("r2")])) == nil)
    #expect(try manifest()?.lastRun?.id == "r2")
  }

  @Test("warns once of a store that ignores conditions, or has none, and goes on")
  func ignoredConditions() throws {
    let warnings = Mutex<[String]>([])
    shelf.setIgnoresConditions(true)
    for run in ["r1", "r2", "r3"] {
      #expect(failure(write([success(run)], warning: { text in warnings.withLock { $0.append(text) } })) == nil)
      #expect(try manifest()?.lastRun?.id == run)
    }
    #expect(warnings.withLock { $0.count } == 1)
    #expect(warnings.withLock { $0.first ?? "" }.contains("no conditional writes"))
    // A look is all that is left, and it still keeps the work of others where it can.
    let claim = write([RunReport(.started, of: asset, runID: "r4")], ifAllowedBy: Self.unlessRunning)
    #expect(failure(claim) == nil)
    let second = write([RunReport(.started, of: asset, runID: "r5")], ifAllowedBy: Self.unlessRunning)
    #expect(failure(second)?.code == .running)
  }

  @Test("what a store takes and does not keep is not recorded, and the caller is told")
  func forgotten() throws {
    shelf.setForgotten(["/metadata.json"])
    for report in [RunReport(.started, of: asset, runID: "r1"), success("r1")] {
      let outcome = write([report])
      #expect(failure(outcome)?.code == .inputOutput)
      #expect(failure(outcome)?.message.contains("asset_run_id=r1/metadata.json is not there") == true)
      #expect(outcome.assets.allSatisfy { $0.runs.isEmpty })
    }
    // Of an asset that has none yet: an old one in its place may be another writer's.
    shelf.setForgotten(["/manifest.json"])
    let other = AssetIdentifier(name: "b", id: "1")
    let end = RunReport(.succeeded, of: other, runID: "r2", artifacts: [])
    #expect(failure(write([RunReport(.started, of: other, runID: "r2")])) == nil)
    let ended = write([end])
    #expect(failure(ended)?.message.contains("manifest.json is not there") == true)
    #expect(ended.assets.allSatisfy { $0.manifest == nil })
    shelf.setForgotten([])
    #expect(failure(write([end])) == nil)
  }

  // MARK: Claims

  @Test("a claim keeps the rest of the manifest, and mad_prefect can read it")
  func claimInManifest() throws {
    #expect(failure(write([success("r1")])) == nil)
    let before = try manifest()
    let claim = write([RunReport(.started, of: asset, runID: "r2")], ifAllowedBy: Self.unlessRunning)
    #expect(failure(claim) == nil)
    var after = try #require(try manifest())
    #expect(after.unknownFields.map(\.key) == ["asset_catalog_claim"])
    after.unknownFields = []
    #expect(ManifestCodec.encode(after) == before.map { ManifestCodec.encode($0) })
    // The next end keeps it, the next claim replaces it.
    #expect(failure(write([success("r2")])) == nil)
    #expect(failure(write([RunReport(.started, of: asset, runID: "r3")], ifAllowedBy: Self.unlessRunning)) == nil)
    #expect(try manifest()?.unknownFields.count == 1)
    #expect(try manifest()?.lastRun?.id == "r2")
  }

  @Test("a run that was claimed by a writer who died is there for all who decide after it")
  func deadClaim() throws {
    let key = ShelfBench.key(.run("é\"\\1"), of: asset)
    shelf.setTrouble { $0 == .put(key) ? ObjectError(.unavailable, "Gone.") : nil }
    let start = RunReport(.started, of: asset, runID: "é\"\\1", parameters: "a\nb\u{1}")
    #expect(failure(write([start], ifAllowedBy: Self.unlessRunning))?.code == .inputOutput)
    #expect(try bench.read(.run("é\"\\1"), of: asset) == nil)
    shelf.setTrouble { _ in nil }
    let next = write([RunReport(.started, of: asset, runID: "r2")], ifAllowedBy: Self.unlessRunning)
    #expect(failure(next)?.code == .running)
    let found = try #require(try bench.read(.run("é\"\\1"), of: asset)).bytes
    #expect(found == ManifestCodec.encode(start.metadata(after: nil, at: Self.time)))
    #expect(try bench.read(.run("r2"), of: asset) == nil)
    // Its own writer, if it lives, ends it as any other.
    #expect(failure(write([success("é\"\\1")])) == nil)
    #expect(failure(write([RunReport(.started, of: asset, runID: "r2")], ifAllowedBy: Self.unlessRunning)) == nil)
  }

  /// How far the clock of a host is ahead of the store's, in seconds.
  private static let skews: [Int64] = [0, 120, -120, 600, -600, 7_200, -7_200]

  @Test(
    "a run that is alive keeps others away, and one that is not does not, whatever the clocks of hosts say",
    arguments: skews, skews)
  func skewedClocks(writer: Int64, reader: Int64) throws {
    let now = Self.time.advanced(byMilliseconds: reader * 1_000)
    shelf.setSecondsAhead(-reader)
    for (age, isAlive) in [(Int64(20), true), (900, false)] {
      let stamp = Self.time.advanced(byMilliseconds: -age * 1_000)
      var start = RunReport(.started, of: asset, runID: "r1")
      start.heartbeatSeconds = 60
      let metadata = start.metadata(after: nil, at: stamp.advanced(byMilliseconds: writer * 1_000))
      shelf.put(ManifestCodec.encode(metadata), at: ShelfBench.key(.run("r1"), of: asset), modified: stamp)
      var next = RunReport(.started, of: asset, runID: "r-\(age)")
      next.runningWindowMicroseconds = 86_400_000_000
      let outcome = AssetWriter(ObjectPublisher(tree, onWarning: { _ in }), now: now).write([next])
      #expect(failure(outcome)?.code == (isAlive ? .running : nil), "\(age) s ago")
      // Who asks for permission is told the same.
      var told: Timestamp?
      _ = AssetWriter(ObjectPublisher(tree, onWarning: { _ in }), now: now).write(
        [RunReport(.started, of: asset, runID: "p-\(age)")]
      ) { _, look throws(StoreError) in
        told = look.runs.first { $0.id == "r1" }?.metadata.heartbeatAt
        throw StoreError(.refused, "Only a look.")
      }
      let seen = try #require(told).microseconds - now.microseconds + age * 1_000_000
      #expect(seen == 0, "\(age) s ago")
    }
  }

  @Test("a run that is ahead of the clock in all that is known of it keeps others away")
  func slowClock() throws {
    let stamp = Self.time.advanced(byMilliseconds: 600_000)
    var start = RunReport(.started, of: asset, runID: "r1")
    start.heartbeatSeconds = 60
    shelf.put(
      ManifestCodec.encode(start.metadata(after: nil, at: stamp)), at: ShelfBench.key(.run("r1"), of: asset),
      modified: stamp)
    var next = RunReport(.started, of: asset, runID: "r2")
    next.runningWindowMicroseconds = 86_400_000_000
    #expect(failure(write([next]))?.code == .running)
  }

  @Test("a claim with which the manifest would be too large to be read is refused, and the manifest stays as it was")
  func largeClaim() throws {
    var text = Array(#"{"asset_id": "1", "asset_name": "a", "last_status": "unknown", "note": ""#.utf8)
    text += [UInt8](repeating: UInt8(ascii: "n"), count: TreeFile.mostBytes - text.count - 2) + Array("\"}".utf8)
    try bench.put(text, as: .manifest, of: asset)
    let error = failure(write([RunReport(.started, of: asset, runID: "r1")], ifAllowedBy: Self.unlessRunning))
    #expect(error?.code == .cannotWrite)
    #expect(error?.message.contains("16 MiB is the limit") == true, "\(error?.message ?? "none")")
    #expect(try bench.read(.manifest, of: asset)?.bytes == text)
    #expect(try bench.read(.run("r1"), of: asset) == nil)
  }

  @Test("a manifest with a text that cannot be written again as it stands holds no claim")
  func lossyManifest() throws {
    let text = #"{"asset_id": "1", "asset_name": "a", "last_status": "unknown", "last_error": "\ud800"}"#
    try bench.put(Array(text.utf8), as: .manifest, of: asset)
    let error = failure(write([RunReport(.started, of: asset, runID: "r1")], ifAllowedBy: Self.unlessRunning))
    #expect(error?.message.contains("surrogate") == true, "\(error?.message ?? "none")")
    #expect(try bench.read(.manifest, of: asset)?.bytes == Array(text.utf8))
  }

  @Test("a manifest that is damaged holds no claim, and says so")
  func damagedManifest() throws {
    try bench.put(Array("{".utf8), as: .manifest, of: asset)
    let error = failure(write([RunReport(.started, of: asset, runID: "r1")], ifAllowedBy: Self.unlessRunning))
    #expect(error?.message.contains("is damaged") == true, "\(String(describing: error))")
    #expect(try bench.read(.run("r1"), of: asset) == nil)
    #expect(try bench.read(.manifest, of: asset)?.bytes == Array("{".utf8))
  }

  // MARK: Bytes

  @Test("for the same reports, the same bytes are in a bucket and in a folder")
  func sameBytes() throws {
    let local = InterferedBench(tree: try ScratchTree())
    var random = SplitMix64(seed: 11)
    for step in 0..<30 {
      let time = Self.time.advanced(byMilliseconds: Int64(step) * 1_000)
      let run = "r\(Int.random(in: 0..<5, using: &random))"
      let report =
        switch Int.random(in: 0..<4, using: &random) {
        case 0: RunReport(.started, of: asset, runID: run, startedAt: time, parameters: "ü\n\(step)")
        case 1: RunReport(.failed(RunError(type: "E", message: "é \(step)", traceback: "t")), of: asset, runID: run)
        case 2: RunReport(.alive, of: asset, runID: run)
        default: success(run)
        }
      let here = AssetWriter(try local.publisher(), now: time).write([report])
      let there = AssetWriter(ObjectPublisher(tree) { _ in }, now: time).write([report])
      #expect(failure(here)?.code == failure(there)?.code)
    }
    for file in [TreeFile.manifest] + (0..<5).map({ .run("r\($0)") }) {
      #expect(try bench.read(file, of: asset)?.bytes == local.read(file, of: asset)?.bytes, "\(file)")
    }
  }
}
