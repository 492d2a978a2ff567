import AssetCatalog
import CatalogTestSupport
import Glibc
import ManifestModel
import Testing

@Suite("Recording where something stands in the way")
struct RecordingLimitsTests {
  private let scratch: ScratchTree
  private let asset = AssetIdentifier(name: "bronze.orders", id: "a1")
  private let warnings = Warnings()

  init() throws {
    scratch = try ScratchTree()
  }

  private func catalog(_ change: (inout Catalog.Options) -> Void = { _ in }) throws -> Catalog {
    var options = Catalog.Options()
    options.reconciling = .never
    options.onWarning = { [warnings] in warnings.add($0) }
    change(&options)
    return try Catalog(root: scratch.root, options: options)
  }

  private func metadata(_ run: String) throws -> RunMetadata {
    try ManifestCodec.decodeRunMetadata(try #require(scratch.read(.run(asset.name, asset.id, run))))
  }

  @Test("a time ahead of the clock is refused, with a way out that names no flag")
  func future() throws {
    let catalog = try catalog { $0.now = { Timestamp("2026-11-23T20:00:00Z")! } }
    let late = Timestamp("2026-11-23T20:05:00.000001Z")!
    let error = #expect(throws: CatalogError.self) { try catalog.startRun(of: asset, startedAt: late) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.remedies == [.allowTimesAhead])
    #expect(error?.message.contains("--") == false)
    _ = try catalog.startRun(of: asset, startedAt: Timestamp("2026-11-23T20:05:00Z")!)
  }

  // MARK: The index

  @Test("a place where no index can be fails questions, and not a record")
  func noPlace() throws {
    try scratch.makeFolder("folder")
    let path = scratch.root + "/folder"
    let catalog = try catalog { $0.indexPath = path }
    #expect(catalog.indexPath == path)
    try catalog.finishRun("r1", of: asset)
    #expect(try metadata("r1").status == .success)
    #expect(warnings.all.count == 1)
    #expect(warnings.all.first?.contains("The record is safe") == true)
    let expected = #expect(throws: CatalogError.self) { try catalog.assets() }
    #expect(expected?.code == .badData)
    #expect(throws: CatalogError.self) { try catalog.reconcile() }
    // It is looked for again.
    try scratch.remove("folder")
    _ = try catalog.reconcile()
    #expect(try catalog.assets().rows.map(\.lastRunID) == ["r1"])
  }

  @Test("where the index cannot be is told by the first question, by the kind of what stands in the way")
  func placeErrors() throws {
    try scratch.makeFolder("folder")
    for (path, code) in [("folder", "badData"), ("folder/..", "badData"), ("missing/index.sqlite", "cannotWrite")] {
      let catalog = try catalog {
        $0.indexPath = scratch.root + "/" + path
        $0.reconciling = .always
      }
      let error = #expect(throws: CatalogError.self) { try catalog.assets() }
      #expect(error.map { "\($0.code)" } == code, "\(path)")
    }
  }

  @Test("many threads record through one catalog, and the index has all of it")
  func threads() throws {
    let catalog = try catalog()
    _ = try catalog.reconcile()
    let group = ThreadGroup(count: 8) { [warnings] number in
      for record in 0..<6 {
        do throws(CatalogError) {
          try catalog.finishRun(
            "r\(number)-\(record)", of: AssetIdentifier(name: "n\(record % 3)", id: "\(number % 2)"))
        } catch {
          warnings.add(error.message)
        }
      }
    }
    group.wait()
    #expect(warnings.all == [])
    #expect(try catalog.check().rows.map(\.path) == [])
    #expect(try catalog.status(maxAge: .seconds(1)).runCount == 48)
  }

  @Test("threads that find the index busy wait side by side, not one after the other")
  func busyIndex() throws {
    let catalog = try catalog { $0.indexPatience = .milliseconds(300) }
    _ = try catalog.reconcile()
    try catalog.finishRun("r0", of: asset)
    let gate = open(scratch.absolute("_asset_metadata/.index/catalog.gate"), O_RDONLY)
    #expect(flock(gate, LOCK_EX) == 0)
    let begin = ContinuousClock.now
    let group = ThreadGroup(count: 8) { [warnings, asset] number in
      do throws(CatalogError) {
        try catalog.finishRun("r\(number + 1)", of: asset)
      } catch {
        warnings.add("not recorded: \(error.message)")
      }
    }
    group.wait()
    // One after the other they would take 2.4 s.
    #expect(ContinuousClock.now - begin < .milliseconds(1_500))
    #expect(warnings.all.count == 8)
    #expect(warnings.all.allSatisfy { $0.contains("The record is safe") })
    close(gate)
    try catalog.finishRun("last", of: asset)
    #expect(warnings.all.count == 8)
    #expect(try catalog.runs(of: asset).rows.contains { $0.runID == "last" })
    _ = try catalog.reconcile()
    #expect(try catalog.check().rows.map(\.path) == [])
    #expect(try catalog.runs(of: asset).rows.count == 10)
  }

  @Test("another writer of the asset is waited for as long as the options say")
  func lockPatience() throws {
    let catalog = try catalog { $0.lockPatience = .milliseconds(30) }
    try scratch.makeFolder(.asset(asset.name, asset.id))
    let other = open(scratch.absolute(.asset(asset.name, asset.id)), O_RDONLY | O_DIRECTORY)
    #expect(flock(other, LOCK_EX) == 0)
    let begin = ContinuousClock.now
    let error = #expect(throws: CatalogError.self) { try catalog.finishRun("r1", of: asset) }
    #expect(error?.code == .busy)
    #expect(ContinuousClock.now - begin > .milliseconds(30))
    close(other)
  }

  // MARK: Artifacts

  @Test("artifacts behind links are looked at, and nothing above the root is")
  func links() throws {
    let elsewhere = try ScratchTree()
    try elsewhere.write("a,b\n1,2\n", to: "orders.csv")
    #expect(symlink(elsewhere.root, scratch.absolute("bronze")) == 0)
    #expect(mkfifo(scratch.absolute("pipe"), 0o600) == 0)
    let name = scratch.root.split(separator: "/").last ?? ""
    let run = try catalog().finishRun(
      "r1", of: asset,
      artifacts: [
        "bronze/orders.csv", "/bronze/./orders.csv", "bronze/../bronze/orders.csv", "../\(name)/pipe", "pipe",
      ])
    // Two spellings of one artifact are one.
    #expect(run.metadata.artifacts?.map(\.rowCount) == [1, nil, nil, nil])
    #expect(try catalog().isCached(asset, ttl: .seconds(3600)))
  }

  // MARK: Runs

  @Test("a run that has succeeded cannot begin again, and a body is not called for it")
  func restart() throws {
    let catalog = try catalog()
    try catalog.run(asset, runID: "r1") { _ in }
    let error = #expect(throws: CatalogError.self) { try catalog.startRun(of: asset, runID: "r1") }
    #expect(error?.code == .invalidArgument)
    #expect(throws: CatalogError.self) { try catalog.run(asset, runID: "r1") { _ in Issue.record("called") } }
    #expect(try metadata("r1").status == .success)
  }

  @Test("a body that returns early because its task is cancelled has failed")
  func cancelled() async throws {
    let (catalog, asset) = (try catalog(), asset)
    let task = Task {
      try await catalog.run(asset, runID: "r1") { run in
        while !Task.isCancelled { await Task.yield() }
        run.addArtifact("half")
      }
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try metadata("r1").status == .failed)
    #expect(try metadata("r1").error?.type == "Cancelled")

    let blocking = Task {
      while !Task.isCancelled { await Task.yield() }
      try Self.work(catalog, asset)
    }
    blocking.cancel()
    await #expect(throws: CancellationError.self) { try await blocking.value }
    #expect(try metadata("r2").status == .failed)
  }

  private static func work(_ catalog: Catalog, _ asset: AssetIdentifier) throws {
    try catalog.run(asset, runID: "r2") { run in run.addArtifact("half") }
  }

  @Test("tasks record without blocking, one by one and together")
  func tasks() async throws {
    let catalog = try catalog()
    _ = try catalog.reconcile()
    try await catalog.recordRun(RunReport(.succeeded, of: asset, runID: "r1"))
    let asset = asset
    let results = try await catalog.recordRuns((0..<3).map { RunReport(.succeeded, of: asset, runID: "b\($0)") })
    #expect(try results.map { try $0.get().runID } == ["b0", "b1", "b2"])
    let error = await #expect(throws: CatalogError.self) {
      try await catalog.recordRun(RunReport(.started, of: asset, runID: "r1"))
    }
    #expect(error?.code == .invalidArgument)
    #expect(try catalog.check().rows.isEmpty)
  }

  @Test("the folder that a killed writer leaves is no run, and no problem, until something is said of the run")
  func emptyRunFolder() throws {
    try scratch.makeFolder(.runFolder(asset.name, asset.id, "r1"))
    try catalog().finishRun("r0", of: asset)
    let catalog = try catalog()
    _ = try catalog.reconcile()
    #expect(try catalog.runs(of: asset).rows.map(\.runID) == ["r0"])
    #expect(try catalog.problems().rows.isEmpty)
    // The next report of that run takes its place.
    try catalog.finishRun("r1", of: asset)
    #expect(try catalog.runs(of: asset).rows.map(\.runID).sorted() == ["r0", "r1"])
    #expect(try catalog.check().rows.isEmpty)
  }
}
