import AssetCatalog
import CatalogTestSupport
import ManifestModel
import Testing

/// Clocks of others never decide what is young, what is newest, or that all is well.
@Suite struct ClockTests {
  @Test("whatever clocks say, every question gives what a reading of all files gives", arguments: UInt64(1)...16)
  func stories(seed: UInt64) throws {
    var story = try ClockStory(try ScratchTree(), seed: seed)
    var scan = LinearScan(story.tree)
    var told = ["seed \(seed)"]
    let hour: Int64 = 3_600_000_000
    for step in 0..<40 {
      scan.scan()
      let windows = [24 * hour, hour, 1000 * 24 * hour]
      let subject = try CatalogUnderTest(story.tree, now: story.now, window: windows[step % 3])
      let differences = try subject.differences(from: scan)
      try #require(
        differences == [], "\(told.suffix(8).joined(separator: "\n"))\n\(differences.joined(separator: "\n"))")
      #expect(try subject.catalog.check().rows.map(\.path) == [], "\(told.suffix(8).joined(separator: "\n"))")
      try story.tree.awaitTick()
      told.append(try story.goOn())
    }
  }

  @Test("the stories hold what they are about")
  func coverage() throws {
    var outcomes: Set<String> = []
    var states: Set<String> = []
    for seed in UInt64(1)...16 {
      var story = try ClockStory(try ScratchTree(), seed: seed)
      for _ in 0..<40 { _ = try story.goOn() }
      let catalog = try CatalogUnderTest(story.tree, now: story.now).catalog
      for row in try catalog.failures(since: Timestamp(microseconds: .min), includingUnfinished: true).rows {
        outcomes.insert(row.outcome.rawValue)
      }
      for row in try catalog.freshness(FreshnessPolicy(maxAge: .seconds(3600))).rows {
        states.insert(row.state.rawValue)
      }
      for row in try catalog.problems().rows { states.insert(row.kind.rawValue) }
    }
    #expect(outcomes == ["failed", "interrupted", "overrun", "running"])
    #expect(states.isSuperset(of: ["fresh", "stale", "unknown", "future_time", "manifest_behind", "invalid_json"]))
  }
}
