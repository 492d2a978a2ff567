import AssetCatalog
import CatalogTestSupport
import Glibc
import ManifestModel
import Testing

@Suite("Recording runs")
struct RecordingTests {
  private let scratch: ScratchTree
  private let asset = AssetIdentifier(name: "bronze.orders", id: "a1")

  init() throws {
    scratch = try ScratchTree()
  }

  private func catalog(_ change: (inout Catalog.Options) -> Void = { _ in }) throws -> Catalog {
    var options = Catalog.Options()
    options.reconciling = .never
    change(&options)
    return try Catalog(root: scratch.root, options: options)
  }

  private func manifest(of asset: AssetIdentifier) throws -> Manifest {
    try ManifestCodec.decodeManifest(try #require(scratch.read(.manifest(asset.name, asset.id))))
  }

  private func metadata(_ run: String, of asset: AssetIdentifier) throws -> RunMetadata {
    try ManifestCodec.decodeRunMetadata(try #require(scratch.read(.run(asset.name, asset.id, run))))
  }

  private func hasDrafts() -> Bool {
    func walk(_ path: TreePath) -> Bool {
      ScratchTree.entries(scratch.absolute(path)).contains { entry in
        String(decoding: entry, as: UTF8.self).hasSuffix(".tmp") || walk(path.appending(entry))
      }
    }
    return walk(.metadata)
  }

  // MARK: The mirror

  @Test("a run that began, succeeded and failed is in the index at once, as a rebuild would have it")
  func mirror() throws {
    try scratch.write("a,b\n1,2\n3,4\n", to: "bronze/orders.csv")
    let catalog = try catalog()
    _ = try catalog.reconcile()
    let started = try catalog.startRun(of: asset, assetPath: "bronze/orders.csv", parameters: "{}")
    #expect(started.manifestPath == nil)
    #expect(try catalog.runs(of: asset).rows.map(\.outcome) == [.running])
    #expect(try catalog.check().rows.isEmpty)

    let finished = try catalog.finishRun(started.runID, of: asset, artifacts: ["bronze/orders.csv"], signature: "s")
    #expect(finished.metadata.artifacts?.first?.rowCount == 2)
    #expect(finished.metadata.assetPath == "bronze/orders.csv")
    #expect(try catalog.runs(of: asset).rows.map(\.outcome) == [.succeeded])
    #expect(try catalog.assets().rows.first?.signature == "s")
    #expect(try catalog.producers(of: "bronze/orders.csv").rows.map(\.asset) == [asset])
    #expect(try catalog.isCached(asset, ttl: .seconds(3600)))
    #expect(try catalog.check().rows.isEmpty)

    try catalog.recordRun(
      RunReport(
        .failed(RunError(type: "TimeoutError", message: "30 s", traceback: "at 3")), of: asset, runID: "r2",
        startedAt: finished.metadata.materialized))
    let failure = try #require(try catalog.failures(since: Timestamp(microseconds: 0)).rows.first)
    #expect(failure.error == "TimeoutError: 30 s")
    #expect(try catalog.assets().rows.first?.lastMaterialized == finished.metadata.materialized)
    #expect(try catalog.check().rows.isEmpty)

    let summary = try catalog.reconcile()
    #expect(summary.changed == 0)
    #expect(try catalog.check().rows.isEmpty)
    #expect(!hasDrafts())
  }

  @Test("recording on the tree that mad_prefect wrote leaves the index as a rebuild would have it")
  func mirrorOfFixture() throws {
    let tree = try ScratchTree.fixture()
    var options = Catalog.Options()
    options.reconciling = .never
    let catalog = try Catalog(root: tree.root, options: options)
    _ = try catalog.reconcile()
    let assets = try catalog.assets().rows.map(\.asset)
    #expect(assets.count > 20)
    let reports = assets.enumerated().map { index, asset in
      RunReport(
        index % 3 == 0 ? .started : index % 3 == 1 ? .succeeded : .failed(RunError(message: "no")), of: asset,
        runID: index % 3 != 0 && index % 2 == 0 ? "r1" : "new",
        artifacts: index % 4 == 1 ? [ArtifactFacts(path: "x")] : nil)
    }
    for (report, result) in zip(reports, try catalog.recordRuns(reports)) {
      // A manifest of another version is somebody's, and is left alone.
      if report.asset.name == "hand.version2" {
        #expect(throws: CatalogError.self) { try result.get() }
      } else if case .failure(let error) = result {
        Issue.record("\(report.asset): \(error)")
      }
    }
    #expect(try catalog.check().rows.map(\.path) == [])
  }

  @Test("where no reconcile has made an index, none is made")
  func noIndex() throws {
    let warnings = Warnings()
    let catalog = try catalog { $0.onWarning = { warnings.add($0) } }
    try catalog.finishRun("r1", of: asset)
    #expect(scratch.status("_asset_metadata/.index") == nil)
    #expect(warnings.all.isEmpty)
    _ = try catalog.reconcile()
    #expect(try catalog.assets().rows.map(\.lastRunID) == ["r1"])
  }

  @Test("an index that cannot be written does not fail a record, and the next reconcile makes it good")
  func damagedIndex() throws {
    let warnings = Warnings()
    let catalog = try catalog { $0.onWarning = { warnings.add($0) } }
    _ = try catalog.reconcile()
    try scratch.write("this is no database, whatever it is called", to: "_asset_metadata/.index/catalog-1.sqlite")
    try catalog.finishRun("r1", of: asset)
    #expect(warnings.all.count == 1)
    #expect(warnings.all.first?.contains("catalog.sqlite") == true)
    #expect(try manifest(of: asset).lastRun?.id == "r1")
    _ = try catalog.reconcile()
    #expect(try catalog.assets().rows.map(\.lastRunID) == ["r1"])
    #expect(try catalog.check().rows.isEmpty)
  }

  @Test("a root that has no metadata folder yet gets one; a root that is missing is an error and is not made")
  func folders() throws {
    try scratch.remove(.metadata)
    try catalog().finishRun("r1", of: asset)
    #expect(scratch.isFile(.manifest(asset.name, asset.id)))

    let missing = try Catalog(root: scratch.outside("nowhere"))
    let error = #expect(throws: CatalogError.self) { try missing.finishRun("r1", of: asset) }
    #expect(error?.code == .noSuchRoot)
    #expect(access(scratch.outside("nowhere"), F_OK) != 0)
  }

  @Test("many reports at once are recorded each for itself")
  func batch() throws {
    let catalog = try catalog()
    _ = try catalog.reconcile()
    var reports: [RunReport] = []
    for number in 0..<600 {
      let asset = AssetIdentifier(name: "n\(number % 250)", id: "\(number % 3)")
      reports.append(RunReport(.succeeded, of: asset, runID: "r\(number)", artifacts: []))
    }
    reports[7].asset = AssetIdentifier(name: "no/name", id: "1")
    reports[11].runID = ".."
    reports[13].endedAt = Timestamp(microseconds: .max)
    let results = try catalog.recordRuns(reports)
    #expect(results.count == 600)
    for (index, result) in results.enumerated() {
      switch result {
      case .success(let run): #expect(run.runID == reports[index].runID)
      case .failure(let error):
        #expect([7, 11, 13].contains(index))
        #expect(error.code == .invalidArgument)
      }
    }
    #expect(try catalog.check().rows.isEmpty)
    #expect(try catalog.status(maxAge: .seconds(1)).runCount == 597)
    #expect(!hasDrafts())
    #expect(try catalog.recordRuns([]).isEmpty)
  }

  // MARK: Texts

  private static let texts = [
    "plain", "with space", #"quote"'`\"#, "line\nbreak\r\n", "tab\t", "\u{1B}[31mred", "\u{7F}\u{80}\u{9F}", "é",
    "e\u{301}",
    "中文", "😀👨‍👩‍👧", "\u{2028}\u{202E}", "-", "...", "a=b", "%s%n", "*?[a]", "$(rm -rf)", "CON", ".hidden", "\u{FEFF}",
    String(repeating: "x", count: 200),
  ]

  @Test("names, ids, run ids, artifacts, signatures and errors come back byte for byte", arguments: texts)
  func roundTrip(text: String) throws {
    let catalog = try catalog()
    _ = try catalog.reconcile()
    let asset = AssetIdentifier(name: text, id: text)
    let artifact = "out/\(text)"
    try catalog.recordRun(
      RunReport(
        .succeeded, of: asset, runID: text, artifacts: [ArtifactFacts(path: artifact)], signature: text,
        assetPath: text, parameters: text))
    #expect(try manifest(of: asset).asset == asset)
    #expect(Array(try manifest(of: asset).lastArtifacts[0].utf8) == Array(artifact.utf8))
    let row = try #require(try catalog.assets().rows.first)
    #expect(row.asset == asset)
    #expect(Array((row.signature ?? "").utf8) == Array(text.utf8))

    let second = "2" + text
    try catalog.finishRun(second, of: asset, error: RunError(type: text, message: text, traceback: text))
    let run = try metadata(second, of: asset)
    // Only what would colour an error on a terminal is taken out of it.
    let words = text.replacing("\u{1B}[31m", with: "")
    #expect(Array((run.error?.message ?? "").utf8) == Array(words.utf8))
    let failure = try #require(try catalog.failures(since: .earliest).rows.first)
    #expect(Array((failure.error ?? "").utf8) == Array("\(words): \(words)".utf8))
    #expect(Array(failure.runID.utf8) == Array(second.utf8))
    #expect(try catalog.check().rows.isEmpty)
    // What mad_prefect reads: its own reader is compared in Scripts/interop.
  }

  @Test(
    "errors with NUL and of a MiB come back whole", arguments: [("a\0b", 1), ("é\0😀\n\"", 100_000), ("x", 1 << 20)])
  func longErrors(unit: String, count: Int) throws {
    let text = String(repeating: unit, count: count)
    let catalog = try catalog()
    _ = try catalog.reconcile()
    try catalog.finishRun("r1", of: asset, error: RunError(message: text, traceback: text))
    #expect(try metadata("r1", of: asset).error?.traceback?.utf8.elementsEqual(text.utf8) == true)
    #expect(try manifest(of: asset).lastError?.utf8.elementsEqual(text.utf8) == true)
    #expect(try catalog.assets().rows.first?.lastError?.utf8.elementsEqual(text.utf8) == true)
    #expect(try catalog.check().rows.isEmpty)
  }

  @Test(
    "what has no place in the tree is refused by name, and nothing is written",
    arguments: [
      "", ".", "..", "a/b", "/", "a\0", "{asset_id}", "a{", "}", String(repeating: "x", count: 245),
      String(repeating: "é", count: 123),
    ])
  func refused(text: String) throws {
    let catalog = try catalog()
    for asset in [AssetIdentifier(name: text, id: "1"), AssetIdentifier(name: "n", id: text)] {
      // 244 bytes go into a name, 246 into an id.
      if asset.id == text, text.utf8.count > 244 { continue }
      let error = #expect(throws: CatalogError.self) { try catalog.finishRun("r", of: asset) }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains("'\(text)'") == true)
      #expect(error?.message.contains("\n") == false)
    }
    if !text.contains("{"), !text.contains("}"), text.utf8.count < 244 {
      let error = #expect(throws: CatalogError.self) { try catalog.finishRun(text, of: asset) }
      #expect(error?.code == .invalidArgument)
    }
    #expect(ScratchTree.entries(scratch.absolute(.metadata)).isEmpty)
  }

  // MARK: Around a closure

  private struct Broken: Error { let code: Int }

  @Test("a body that returns is a success with its artifacts")
  func scopedSuccess() throws {
    try scratch.write("[1]", to: "out.json")
    let catalog = try catalog()
    let value = try catalog.run(asset, runID: "r1", assetPath: "out.json", signature: "s") { run in
      let begun = try metadata("r1", of: asset)
      #expect(begun.materialized == nil)
      run.addArtifact("out.json")
      run.addArtifact(ArtifactFacts(path: "elsewhere", rowCount: 7))
      return run.runID
    }
    #expect(value == "r1")
    let run = try metadata("r1", of: asset)
    #expect(run.status == .success)
    #expect(run.artifacts?.map(\.bytes) == [3, nil])
    #expect(run.artifacts?.map(\.rowCount) == [1, 7])
    #expect(try manifest(of: asset).lastArtifacts == ["out.json", "elsewhere"])
    #expect(try manifest(of: asset).signature == "s")
  }

  @Test("a body that throws is a failure with type, message and details, and its error is thrown on")
  func scopedFailure() throws {
    let catalog = try catalog()
    let error = #expect(throws: Broken.self) {
      try catalog.run(asset, runID: "r1") { _ in throw Broken(code: 5) }
    }
    #expect(error?.code == 5)
    let run = try metadata("r1", of: asset)
    #expect(run.status == .failed)
    #expect(run.error?.type == "Broken")
    #expect(run.error?.message == "Broken(code: 5)")
    #expect(run.error?.traceback?.contains("Broken") == true)
    #expect(try manifest(of: asset).lastError == "Broken: Broken(code: 5)")
  }

  @Test("a body that throws in a task that is cancelled fails with the type of its error", arguments: [false, true])
  func scopedCancellation(throwsAnother: Bool) async throws {
    let (catalog, asset) = (try catalog(), asset)
    let task = Task {
      try await catalog.run(asset, runID: "r1") { _ in
        do {
          try await Task.sleep(for: .seconds(3600))
        } catch {
          throw throwsAnother ? Broken(code: 1) : error
        }
      }
    }
    task.cancel()
    await #expect(throws: (any Error).self) { try await task.value }
    let run = try metadata("r1", of: asset)
    #expect(run.error?.type == (throwsAnother ? "Broken" : "Cancelled"))
    let message = throwsAnother ? "Broken(code: 1) (the task was cancelled)" : "The task was cancelled."
    #expect(run.error?.message == message)
    #expect(try manifest(of: asset).lastError == run.error.map { "\($0.type ?? ""): \($0.message)" })
  }

  @Test("a body is not called where its beginning cannot be recorded")
  func scopedRefusal() throws {
    let catalog = try catalog()
    #expect(throws: CatalogError.self) {
      try catalog.run(AssetIdentifier(name: "a/b", id: "1")) { _ in Issue.record("called") }
    }
  }
}
