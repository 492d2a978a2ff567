import ManifestModel
internal import StoredTree
import Testing

@testable import CatalogIndex

@Suite("What follows from the facts of an asset")
struct DerivationTests {
  static let seen = SeenFile(
    Revision(size: 1, modifiedNanoseconds: 1, changedNanoseconds: 1, inode: 1), isTrusted: true)

  static func manifest(
    materialized: Int64? = nil, status: ManifestStatus = .unknown, error: String? = nil, lastRun: String? = nil,
    lastRunMaterialized: Int64? = nil, updatedAt: Int64? = nil
  ) -> FileChange<AssetChange.Manifest> {
    .current(
      AssetChange.Manifest(
        facts: ManifestFacts(
          signature: nil, lastMaterialized: materialized, lastStatus: status, lastError: error, lastRunID: lastRun,
          lastRunMaterialized: lastRunMaterialized, lastRunMetadataPath: nil, updatedAt: updatedAt, isLossy: false),
        artifacts: []), seen)
  }

  static func run(
    _ id: String, started: Int64?, materialized: Int64? = nil, milliseconds: Int64? = nil, status: ManifestStatus? = nil
  ) -> (id: String, change: FileChange<AssetChange.Run>) {
    let facts = RunFacts(
      startedAt: started, materialized: materialized, durationMilliseconds: milliseconds, status: status, error: nil,
      traceback: nil, assetPath: nil, parameters: nil)
    return (id, .current(AssetChange.Run(facts: facts, artifacts: []), seen))
  }

  static func asset(
    _ manifest: FileChange<AssetChange.Manifest>?, _ runs: [(id: String, change: FileChange<AssetChange.Run>)]
  ) -> IndexedAsset {
    var change = AssetChange(AssetIdentifier(name: "n", id: "i"))
    change.folder = seen
    change.listedRuns = runs.map(\.id)
    change.manifest = manifest ?? .absent
    change.runs = runs
    var asset = IndexedAsset(change.asset)
    asset.apply(change)
    return asset
  }

  @Test("A run that materialized succeeded, whatever the manifest says of it")
  func succeeded() {
    let asset = Self.asset(
      Self.manifest(status: .failed, lastRun: "r"), [Self.run("r", started: 1, materialized: 2)])
    #expect(asset.runs.map(\.result) == [.succeeded])
    #expect(asset.runs[0].failedAt == nil)
    #expect(!asset.runs[0].isWatched)
  }

  @Test("A failed last run fails when the manifest was updated; an earlier one is unfinished until then")
  func failedByManifest() {
    let asset = Self.asset(
      Self.manifest(status: .failed, lastRun: "b", updatedAt: 77),
      [Self.run("a", started: 10), Self.run("b", started: 20)])
    #expect(asset.runs.map(\.result) == [.unfinished, .failed])
    // The later one has ended: that is when the earlier one counts as interrupted.
    #expect(asset.runs.map(\.failedAt) == [77, 77])
    #expect(asset.runs.map(\.isNewest) == [false, true])
    #expect(asset.runs.map(\.isWatched) == [true, true])
  }

  @Test("A run whose own metadata says failed fails at its end, and is done")
  func failedByMetadata() {
    let asset = Self.asset(
      Self.manifest(status: .failed, lastRun: "a", updatedAt: 77),
      [Self.run("a", started: 1_000_000, milliseconds: 5, status: .failed)])
    #expect(asset.runs[0].result == .failed)
    #expect(asset.runs[0].failedAt == 1_005_000)
    #expect(!asset.runs[0].isWatched)
  }

  @Test("A failed last run without metadata is kept; one that succeeded is not invented")
  func manifestOnly() {
    let failed = Self.asset(Self.manifest(status: .failed, lastRun: "gone", updatedAt: 5), [])
    #expect(failed.runs.map(\.id) == ["gone"])
    #expect(failed.runs[0].state == .manifestOnly)
    #expect(failed.runs[0].failedAt == 5)
    #expect(failed.runCount == 1)
    let succeeded = Self.asset(Self.manifest(status: .success, lastRun: "gone", lastRunMaterialized: 4), [])
    #expect(succeeded.runs.isEmpty)
  }

  @Test("The row of a failure without metadata goes once the manifest says otherwise")
  func manifestOnlyGoes() {
    var asset = Self.asset(Self.manifest(status: .failed, lastRun: "gone", updatedAt: 5), [])
    var change = AssetChange(asset.asset)
    change.manifest = Self.manifest(materialized: 9, status: .success, lastRun: "next", lastRunMaterialized: 9)
    asset.apply(change)
    #expect(asset.runs.isEmpty)
    #expect(asset.lastMaterialized == 9)
  }

  @Test("The newest run is the one that started last; of equals the greater id")
  func newest() {
    let asset = Self.asset(
      nil,
      [Self.run("a", started: 5), Self.run("b", started: 9), Self.run("c", started: 9), Self.run("d", started: nil)])
    #expect(asset.newestRunID == "c")
    #expect(asset.runs.map(\.isNewest) == [false, false, true, false])
  }

  @Test("The last materialization is the newest that the manifest or a run tells")
  func source() {
    let runs = [Self.run("a", started: 1, materialized: 30), Self.run("b", started: 2, materialized: 40)]
    let both = Self.asset(Self.manifest(materialized: 20), runs)
    #expect(both.lastMaterialized == 40)
    #expect(both.source == "runs")
    let equal = Self.asset(Self.manifest(materialized: 40), runs)
    #expect(equal.lastMaterialized == 40)
    #expect(equal.source == "manifest")
    let silent = Self.asset(Self.manifest(), runs)
    #expect(silent.lastMaterialized == 40)
    #expect(silent.source == "runs")
    let none = Self.asset(nil, [])
    #expect(none.lastMaterialized == nil)
    #expect(none.source == nil)
    #expect(!none.isKnown)
  }

  @Test("A manifest that cannot be read any more keeps its last good values, marked; it comes back when it is whole")
  func lastGood() {
    var asset = Self.asset(Self.manifest(materialized: 20), [])
    var change = AssetChange(asset.asset)
    change.manifest = .bad(.unseen)
    asset.apply(change)
    #expect(asset.manifestState == .lastGood)
    #expect(asset.lastMaterialized == 20)
    #expect(asset.isKnown)
    change.manifest = Self.manifest(materialized: 50)
    asset.apply(change)
    #expect(asset.manifestState == .current)
    #expect(asset.lastMaterialized == 50)
  }

  @Test("A manifest that was never readable makes an asset of which nothing can be told")
  func neverGood() {
    var change = AssetChange(AssetIdentifier(name: "n", id: "i"))
    change.manifest = .bad(Self.seen)
    var asset = IndexedAsset(change.asset)
    asset.apply(change)
    #expect(asset.manifestState == .bad)
    #expect(asset.isKnown && asset.isUnread)
    change.runs = [Self.run("a", started: 1, materialized: 2)]
    asset.apply(change)
    #expect(asset.isKnown && !asset.isUnread)
  }

  @Test("Runs that are no longer listed go, and the rest is derived anew")
  func forgetting() {
    var asset = Self.asset(nil, ["a", "b", "c"].map { Self.run($0, started: 1, materialized: 10) })
    var change = AssetChange(asset.asset)
    change.listedRuns = ["b"]
    asset.apply(change)
    #expect(asset.runs.map(\.id) == ["b"])
    #expect(asset.newestRunID == "b")
    #expect(asset.runCount == 1)
  }

  @Test("A duration beyond all reason does not trap", arguments: [Int64.max, Int64.min])
  func overflow(milliseconds: Int64) {
    let asset = Self.asset(nil, [Self.run("a", started: 7, milliseconds: milliseconds, status: .failed)])
    #expect(asset.runs[0].failedAt == 7)
  }

  @Test("Of two that end at one instant, the manifest tells, whose run left nothing else in the tree")
  func toldAtOneInstant() {
    let failed = [Self.run("a", started: 10, milliseconds: 5, status: .failed)]
    func asset(told: Int64) -> IndexedAsset {
      Self.asset(Self.manifest(status: .success, lastRun: "gone", lastRunMaterialized: told), failed)
    }
    #expect(asset(told: 5_010).runs[0].endedAt == 5_010)
    #expect(asset(told: 5_010).toldByRun == nil)
    #expect(asset(told: 5_009).toldByRun == "a")
    #expect(asset(told: 5_009).toldStatus == .failed)
  }

  @Test("A manifest tells of the attempt that began when it was written, and not of one that began later")
  func attempts() {
    func result(started: Int64) -> [StoredOutcome?] {
      Self.asset(
        Self.manifest(status: .failed, lastRun: "r", updatedAt: 77), [Self.run("r", started: started)]
      ).runs.map(\.result)
    }
    #expect(result(started: 77) == [.failed])
    #expect(result(started: 78) == [.unfinished])
  }

  @Test("An unfinished run is given up for one that began after it, and not for one that began with it")
  func superseded() {
    func givenUp(by started: Int64) -> Int64? {
      Self.asset(nil, [Self.run("a", started: 10), Self.run("b", started: started, materialized: 20)]).runs[0].failedAt
    }
    #expect(givenUp(by: 10) == nil)
    #expect(givenUp(by: 11) == 20)
  }

  @Test("A run with heartbeats lapses three intervals after the last one, or after its start where that is later")
  func lapse() {
    func lapse(beat: Int64) -> Int64? {
      var facts = RunFacts(
        startedAt: 10_000_000, materialized: nil, durationMilliseconds: nil, status: nil, error: nil, traceback: nil,
        assetPath: nil, parameters: nil)
      facts.heartbeatAt = beat
      facts.heartbeatSeconds = 60
      let run = AssetChange.Run(facts: facts, artifacts: [])
      return Self.asset(nil, [("r", .current(run, Self.seen))]).runs[0].failedAt
    }
    #expect(lapse(beat: 9_000_000) == 190_000_000)
    #expect(lapse(beat: 11_000_000) == 191_000_000)
  }
}
