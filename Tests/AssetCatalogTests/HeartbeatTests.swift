import AssetCatalog
import CatalogTestSupport
import Glibc
import ManifestModel
import Testing

@Suite("Signs of life")
struct HeartbeatTests {
  private let scratch: ScratchTree
  private let asset = AssetIdentifier(name: "bronze.orders", id: "a1")
  /// 2026-11-25T12:00:00Z
  private static let noon = Timestamp(microseconds: 1_795_608_000_000_000)

  init() throws {
    scratch = try ScratchTree()
  }

  private func catalog(
    at now: Timestamp? = nil, _ change: (inout Catalog.Options) -> Void = { _ in }
  ) throws -> Catalog {
    var options = Catalog.Options()
    options.reconciling = .never
    if let now { options.now = { now } }
    change(&options)
    return try Catalog(root: scratch.root, options: options)
  }

  private func metadata(_ run: String) throws -> RunMetadata {
    try ManifestCodec.decodeRunMetadata(try #require(scratch.read(.run(asset.name, asset.id, run))))
  }

  @Test(
    "bear the time of the file system where the clock of the writer is minutes off", arguments: [-400.0, 400, -7200])
  func wrongClock(seconds: Double) throws {
    func wrong() -> Timestamp {
      var time = timespec()
      clock_gettime(CLOCK_REALTIME, &time)
      return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000).advanced(byMilliseconds: Int64(seconds * 1000))
    }
    let catalog = try catalog(at: wrong()) {
      $0.beatsByFileClock = true
      $0.allowsFutureTimes = true
    }
    func difference() throws -> Int64 {
      let status = try #require(scratch.status(.run(asset.name, asset.id, "r1")))
      let beat = try #require(metadata("r1").heartbeatAt)
      return abs(beat.microseconds - Int64(status.st_mtim.tv_sec) * 1_000_000)
    }
    _ = try catalog.startRun(of: asset, runID: "r1", heartbeatEvery: .seconds(60))
    #expect(try difference() < 60_000_000)
    _ = try catalog.heartbeat("r1", of: asset)
    #expect(try difference() < 60_000_000)
  }

  @Test("begin with the start that promises them, follow each other, and are gone from the run that has ended")
  func life() throws {
    _ = try catalog(at: Self.noon).startRun(of: asset, runID: "r1", heartbeatEvery: .milliseconds(29_001))
    #expect(try metadata("r1").heartbeatAt == Self.noon)
    #expect(try metadata("r1").heartbeatSeconds == 30)
    let later = Self.noon.advanced(byMilliseconds: 30_000)
    let beat = try catalog(at: later).heartbeat("r1", of: asset)
    #expect(beat.isSignOfLife && beat.manifestPath == nil)
    #expect(try metadata("r1").heartbeatAt == later)
    #expect(try metadata("r1").heartbeatSeconds == 30)
    #expect(try metadata("r1").startedAt == Self.noon)
    // One that was overtaken on its way changes nothing.
    try catalog(at: later).heartbeat("r1", of: asset, every: .seconds(90), at: Self.noon)
    #expect(try metadata("r1").heartbeatAt == later)
    #expect(try metadata("r1").heartbeatSeconds == 90)
    #expect(!scratch.isFile(.manifest(asset.name, asset.id)))
    try catalog(at: later).finishRun("r1", of: asset)
    #expect(try metadata("r1").heartbeatAt == nil)
  }

  @Test("of a run that nobody promised any for come every minute")
  func usual() throws {
    let catalog = try catalog(at: Self.noon)
    try catalog.startRun(of: asset, runID: "r1")
    #expect(try metadata("r1").heartbeatAt == nil)
    try catalog.heartbeat("r1", of: asset)
    #expect(try metadata("r1").heartbeatSeconds == 60)
  }

  @Test("of a run that has ended or never began are refused, and leave nothing behind")
  func refused() throws {
    let catalog = try catalog()
    let unknown = #expect(throws: CatalogError.self) { try catalog.heartbeat("r1", of: asset) }
    #expect(unknown?.code == .noSuchRun)
    #expect(unknown?.message.contains("no run r1 has begun") == true)
    #expect(ScratchTree.entries(scratch.absolute(.metadata)).isEmpty)
    try catalog.finishRun("r1", of: asset)
    try catalog.finishRun("r2", of: asset, error: RunError(message: "m"))
    for run in ["r1", "r2"] {
      let before = scratch.read(.run(asset.name, asset.id, run))
      let ended = #expect(throws: CatalogError.self) { try catalog.heartbeat(run, of: asset) }
      #expect(ended?.code == .noSuchRun)
      #expect(ended?.message.contains("the run \(run) has ended") == true)
      #expect(scratch.read(.run(asset.name, asset.id, run)) == before)
    }
  }

  @Test(
    "are refused with an interval that makes no sense", arguments: [Duration.zero, .seconds(-1), .seconds(31_536_001)])
  func intervals(interval: Duration) throws {
    let error = #expect(throws: CatalogError.self) { try catalog().startRun(of: asset, heartbeatEvery: interval) }
    #expect(error?.code == .invalidArgument)
  }

  @Test("keep the fields of the run that nobody here knows, and the run's bytes are those of a rebuild")
  func unknownFields() throws {
    try scratch.write(
      #"{"id": "r1", "runtime": "2026-11-25T11:00:00Z", "materialized": null, "host": "w7"}"#,
      to: .run(asset.name, asset.id, "r1"))
    let catalog = try catalog(at: Self.noon)
    _ = try catalog.reconcile()
    try catalog.heartbeat("r1", of: asset)
    #expect(try metadata("r1").unknownFields.map(\.key) == ["host"])
    #expect(try catalog.check().rows.isEmpty)
  }

  @Test("are written by the scoped form while it runs, and end with it")
  func scoped() async throws {
    let catalog = try catalog()
    try await catalog.run(asset, runID: "r1", heartbeat: .seconds(1)) { _ in
      let first = try metadata("r1").heartbeatAt
      #expect(first != nil)
      #expect(try metadata("r1").heartbeatSeconds == 1)
      let deadline = ContinuousClock.now + .seconds(30)
      while try metadata("r1").heartbeatAt == first, ContinuousClock.now < deadline {
        try await Task.sleep(for: .milliseconds(20))
      }
      #expect(try metadata("r1").heartbeatAt != first)
    }
    #expect(try metadata("r1").materialized != nil)
    #expect(try metadata("r1").heartbeatAt == nil)
    let without = try catalog.run(asset, runID: "r2", heartbeat: nil) { _ in try metadata("r2").heartbeatAt }
    #expect(without == nil)
    let usual = try catalog.run(asset, runID: "r3") { _ in try metadata("r3").heartbeatSeconds }
    #expect(usual == 60)
  }

  @Test("that cannot be written are one warning, and the run goes on")
  func warning() async throws {
    let warnings = Warnings()
    let catalog = try catalog { $0.onWarning = warnings.add }
    var unwritten: [String] { warnings.all.filter { $0.contains("is alive was not recorded") } }
    await #expect(throws: CatalogError.self) {
      try await catalog.run(asset, runID: "r1", heartbeat: .seconds(1)) { _ in
        // A folder in the place of the file: no beat can be written, nor the end.
        try scratch.remove(.run(asset.name, asset.id, "r1"))
        try scratch.makeFolder(.run(asset.name, asset.id, "r1"))
        let deadline = ContinuousClock.now + .seconds(30)
        while unwritten.isEmpty, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
        // Time for two more, of which nothing is said.
        try await Task.sleep(for: .milliseconds(2_200))
      }
    }
    #expect(unwritten.count == 1)
  }
}
