import AssetCatalog
import CatalogTestSupport
import Foundation
import ManifestModel
import Testing

/// The storage root that the real mad_prefect wrote, with the damage that was done to it by hand.
@Suite struct FixtureConformanceTests {
  /// 2026-11-25T00:00:00Z: more than a day after everything in the fixture.
  private static let now: Int64 = 1_795_564_800_000_000

  private let tree: ScratchTree
  private let subject: CatalogUnderTest

  init() throws {
    tree = try ScratchTree.fixture()
    subject = try CatalogUnderTest(tree, now: Self.now)
  }

  @Test("every question gives what a reading of all files gives")
  func oracle() throws {
    var scan = LinearScan(tree)
    scan.scan()
    #expect(scan.identifiers.count > 20)
    let differences = try subject.differences(from: scan)
    #expect(differences == [], "\(differences.joined(separator: "\n"))")
  }

  @Test("an asset is what mad_prefect's own models load")
  func expectedByMadPrefect() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: ScratchTree.fixtures + "/storage.expected.json"))
    let expected = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let rows = try subject.catalog.assets().rows
    for (key, value) in expected {
      let parts = key.split(separator: "/")
      let asset = AssetIdentifier(name: String(parts[0]), id: String(parts[1]))
      let row = rows.first { $0.asset == asset }
      guard let manifest = value as? [String: Any] else {
        // Refused or absent: known by its runs, as one of which it cannot be told, or not at all.
        #expect(row.map { $0.runCount > 0 || $0.isUnknown } ?? true, "\(key)")
        #expect(row?.lastStatus == nil || (row?.runCount ?? 0) > 0, "\(key)")
        continue
      }
      let found = try #require(row, "\(key)")
      // A time that is far ahead of the clock counts as not known.
      let isAhead = asset.name == "time.future"
      #expect(
        found.lastMaterialized?.description == (isAhead ? nil : manifest["last_materialized"] as? String), "\(key)")
      #expect(found.lastStatus?.rawValue == manifest["last_status"] as? String, "\(key)")
      #expect(found.lastError == manifest["last_error"] as? String, "\(key)")
      #expect(found.signature == manifest["asset_signature"] as? String, "\(key)")
      #expect(found.updatedAt?.description == manifest["updated_at"] as? String, "\(key)")
      let run = manifest["last_run"] as? [String: Any]
      #expect(found.lastRunID == run?["id"] as? String, "\(key)")
      let artifacts = try subject.catalog.artifacts(of: asset).rows.map(\.path)
      #expect(artifacts.starts(with: manifest["last_artifacts"] as? [String] ?? []), "\(key)")
    }
  }

  @Test("an asset whose function raised is among the failures, though nothing was written but the start of its run")
  func raised() throws {
    let failures = try subject.catalog.failures(since: .earliest, name: "bronze.broken").rows
    #expect(failures.count == 2)
    #expect(failures.allSatisfy { $0.outcome == .interrupted && $0.error == nil })
    // No later run has ended, so that each was given up a day after its start.
    #expect(failures.allSatisfy { $0.failedAt!.microseconds - $0.startedAt!.microseconds == 86_400_000_000 })
    // An hour after the newest began, neither is given up yet.
    let early = try CatalogUnderTest(tree, now: try #require(failures.first?.startedAt).microseconds + 3_600_000_000)
    #expect(try early.catalog.failures(since: .earliest, name: "bronze.broken").rows.isEmpty)
    let asset = try #require(failures.first?.asset)
    #expect(try early.catalog.runs(of: asset).rows.map(\.outcome) == [.running, .running])
    #expect(try early.catalog.failures(since: .earliest).unfinished?.count ?? 0 >= 2)
  }

  @Test("a failure that was recorded keeps the materialization before it")
  func failedLast() throws {
    let asset = AssetIdentifier(name: "history.failed_last", id: "a1")
    let time = Timestamp(microseconds: 1_704_067_205_000_000)
    #expect(try subject.catalog.lastMaterialized(of: asset) == time)
    let failure = try #require(try subject.catalog.failures(since: .earliest, name: asset.name).rows.first)
    #expect(failure.outcome == .failed)
    #expect(failure.error == "TimeoutError: 30 s")
    #expect(failure.failedAt == (try subject.catalog.assets(name: asset.name).rows.first?.updatedAt))
  }

  @Test("a history of four runs adds up")
  func history() throws {
    let asset = AssetIdentifier(name: "history.full", id: "a1")
    #expect(try subject.catalog.runs(of: asset).rows.map(\.runID) == ["r4", "r3", "r2", "r1"])
    let summary = try subject.catalog.runSummary(of: asset)
    #expect(summary.count == 4 && summary.succeeded == 2 && summary.interrupted == 2)
    #expect(summary.successRate == 0.5)
    #expect(summary.medianDurationMilliseconds == 2000 && summary.p95DurationMilliseconds == 61000)
  }

  @Test("an asset with runs alone is known by them")
  func runsOnly() throws {
    let row = try #require(try subject.catalog.assets(name: "legacy.runs_only").rows.first)
    #expect(row.source == .runs && row.manifestPath == nil && row.lastStatus == .success)
    #expect(row.lastMaterialized == Timestamp(microseconds: 1_704_157_200_000_000))
  }

  @Test("each kind of damage is a problem of its kind, and nothing else is")
  func problems() throws {
    let kinds = Dictionary(
      grouping: try subject.catalog.problems().rows, by: { $0.asset?.name ?? $0.path }
    ).mapValues { $0.map(\.kind.rawValue) }
    #expect(
      kinds == [
        "hand.array": ["invalid_manifest"], "hand.bad_status": ["invalid_manifest"], "hand.empty": ["invalid_json"],
        "hand.misplaced": ["misplaced"], "hand.naive_time": ["invalid_manifest"], "hand.not_utf8": ["invalid_json"],
        "hand.space_time": ["invalid_manifest"], "hand.truncated": ["invalid_json"],
        "hand.version2": ["invalid_manifest"], "time.future": ["future_time", "future_time"],
      ])
  }
}
