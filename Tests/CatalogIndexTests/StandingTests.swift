import CatalogIndex
import ManifestModel
import StoredTree
import Testing

/// Who tells how an asset stands: the newest run that ended, from whichever file tells more.
@Suite struct StandingTests {
  private static let asset = AssetIdentifier(name: "n", id: "i")

  private func derive(
    _ manifest: (status: ManifestStatus, run: String?, materialized: Int64?, error: String?, updated: Int64?)?,
    _ runs: [RunMetadata], bad: [String] = []
  ) -> IndexedAsset {
    var change = AssetChange(Self.asset)
    let seen = SeenFile(
      Revision(size: 1, modifiedNanoseconds: 1, changedNanoseconds: 1, inode: 1), isTrusted: true)
    if let manifest {
      let time = manifest.materialized.map { Timestamp(microseconds: $0) }
      let value = Manifest(
        asset: Self.asset, lastMaterialized: time,
        lastRun: manifest.run.map { ManifestRun(id: $0, metadataPath: "", materialized: time, artifactPaths: []) },
        lastStatus: manifest.status, lastError: manifest.error,
        updatedAt: manifest.updated.map { Timestamp(microseconds: $0) })
      change.manifest = .current(AssetChange.Manifest(value, of: Self.asset, metadataFolder: "m"), seen)
    }
    change.runs = runs.map { ($0.id!, .current(AssetChange.Run($0), seen)) } + bad.map { ($0, .bad(seen)) }
    var asset = IndexedAsset(Self.asset)
    asset.apply(change)
    return asset
  }

  private func success(_ id: String, _ start: Int64) -> RunMetadata {
    RunMetadata(
      id: id, startedAt: Timestamp(microseconds: start), materialized: Timestamp(microseconds: start + 5))
  }

  private func failure(_ id: String, _ start: Int64, _ error: String? = nil) -> RunMetadata {
    RunMetadata(
      id: id, startedAt: Timestamp(microseconds: start), durationMilliseconds: 0, status: .failed,
      error: error.map { RunError(message: $0) })
  }

  @Test("a failure of an older run that was recorded late does not hide the newer success")
  func lateFailure() {
    let asset = derive((.failed, "a", 105, "boom", 900), [failure("a", 10, "boom"), success("b", 100)])
    #expect(asset.toldByRun == "b" && asset.toldStatus == .success)
  }

  @Test("a replay of an old run does not hide the newer materialization")
  func replay() {
    let asset = derive((.success, "a", 15, nil, 900), [success("a", 10), success("b", 100)])
    #expect(asset.lastMaterialized == 105 && asset.source == "runs")
    #expect(asset.toldByRun == "b" && asset.toldStatus == .success)
  }

  @Test("the manifest tells where it names the newest run that ended, or one of which nothing is left")
  func manifestTells() {
    #expect(derive((.success, "b", 105, nil, 106), [failure("a", 10), success("b", 100)]).toldByRun == nil)
    #expect(derive((.failed, "gone", nil, "boom", 500), [success("b", 100)]).toldByRun == nil)
    #expect(derive((.success, "pruned", 400, nil, 400), [success("b", 100)]).toldByRun == nil)
    #expect(derive((.success, nil, 50, nil, nil), []).toldByRun == nil)
  }

  @Test("a run tells where the manifest does not know how it ended, or is missing")
  func runTells() {
    #expect(derive((.unknown, "b", nil, nil, 500), [success("b", 100)]).toldStatus == .success)
    #expect(derive((.failed, "b", nil, nil, 500), [failure("b", 100, "boom")]).toldByRun == "b")
    #expect(derive(nil, [success("a", 10), failure("b", 100)]).toldStatus == .failed)
    #expect(derive((.success, "pruned", 50, nil, 50), [failure("b", 100)]).toldStatus == .failed)
    #expect(derive((.success, "a", 15, nil, 20), [success("a", 10), failure("b", 100)]).toldStatus == .failed)
  }

  @Test("a run whose file was never good does not take the word from the manifest that tells of it")
  func badFile() {
    let asset = derive((.failed, "r2", nil, "it broke", 900), [success("r1", 10)], bad: ["r2"])
    #expect(asset.toldByRun == nil)
    let late = derive((.failed, "r2", nil, "it broke", 9), [success("r1", 10)], bad: ["r2"])
    #expect(late.toldByRun == "r1")
  }

  @Test("two runs of one asset at once: the one that began first ends with the other, unless it says that it lives")
  func beside() {
    var slow = RunMetadata(id: "slow", startedAt: Timestamp(microseconds: 10))
    let quick = success("quick", 100)
    func end() -> Int64? { derive(nil, [quick, slow]).runs.last?.failedAt }
    #expect(end() == 105)
    slow.heartbeatAt = Timestamp(microseconds: 1000)
    slow.heartbeatSeconds = 60
    #expect(end() == 180_001_000)
  }

  @Test("a heartbeat that is older than its run says no more than that the run began")
  func heartbeatBeforeStart() {
    var run = RunMetadata(id: "r", startedAt: Timestamp(microseconds: 500_000_000))
    run.heartbeatAt = Timestamp(microseconds: 7)
    run.heartbeatSeconds = 60
    #expect(derive(nil, [run]).runs.first?.failedAt == 680_000_000)
  }

  @Test("a failed run that begins again under its id runs, whatever the manifest says of the attempt before")
  func beginsAgain() {
    let again = RunMetadata(id: "r", startedAt: Timestamp(microseconds: 900))
    #expect(derive((.failed, "r", nil, "boom", 500), [again]).runs.map(\.result) == [.unfinished])
    // The manifest of an end is written after the start.
    let ended = RunMetadata(id: "r", startedAt: Timestamp(microseconds: 400))
    #expect(derive((.failed, "r", nil, "boom", 500), [ended]).runs.map(\.result) == [.failed])
  }
}
