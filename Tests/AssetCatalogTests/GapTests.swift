import AssetCatalog
import CatalogTestSupport
import Glibc
import ManifestModel
import Testing

@Suite("What could not be read")
struct GapTests {
  private static let asset = AssetIdentifier(name: "torn", id: "1")

  /// A tree with a manifest and a run that were never good, and are so old that nobody writes them any more.
  private static func torn() throws -> PolicyTree {
    let scratch = try PolicyTree(now: Timestamp("2026-11-25T08:00:00Z")!)
    let past = timeval(tv_sec: 1_600_000_000, tv_usec: 0)
    for path in [TreePath.manifest(asset.name, asset.id), .run(asset.name, asset.id, "r")] {
      try scratch.tree.write("{", to: path)
      utimes(scratch.tree.absolute(path), [past, past])
    }
    return scratch
  }

  @Test("is told by every answer that may lack it")
  func told() throws {
    let scratch = try Self.torn()
    let catalog = scratch.catalog
    defer { withExtendedLifetime(scratch) {} }
    let gaps = try catalog.assets().gaps
    #expect(gaps != AnswerGaps())
    let policy = FreshnessPolicy(maxAge: .seconds(1))
    #expect(try catalog.artifacts().answer().gaps == gaps)
    #expect(try catalog.artifacts(of: Self.asset).gaps == gaps)
    #expect(try catalog.producers(of: "x").gaps == gaps)
    #expect(try catalog.artifacts(missingOnly: true).answer().gaps == gaps)
    #expect(try catalog.artifacts(missingOnly: true).pages().gaps == gaps)
    #expect(try catalog.drift().answer().gaps == gaps)
    #expect(try catalog.due(policy).gaps == gaps)
    #expect(try catalog.failures(since: .earliest).gaps == gaps)
    #expect(try catalog.freshness(policy).gaps == gaps)
    #expect(try catalog.runs(of: Self.asset).gaps == gaps)
    #expect(try catalog.schemaChanges().answer().gaps == gaps)
    #expect(try catalog.serviceLevels(policy).answer().gaps == gaps)
    #expect(try catalog.serviceLevels(policy, by: .owner).gaps == gaps)
    #expect(try catalog.slowRuns(policy, since: .earliest).gaps == gaps)
  }

  @Test(
    "does not matter where nothing is demanded",
    arguments: ["ignore: true", "max_age: 1h\n    paused_until: 2026-12-01"])
  func ignored(demand: String) throws {
    let scratch = try Self.torn()
    let catalog = scratch.catalog
    defer { withExtendedLifetime(scratch) {} }
    let policy = try PolicyTree.policy("rules:\n  - name: torn\n    \(demand)\n")
    for states in [nil, [.ignored]] as [Set<FreshnessState>?] {
      let row = try #require(try catalog.freshness(policy, states: states).rows.first)
      #expect(row.state == .ignored)
      #expect(row.level == .ok)
      #expect(row.ignoredBecause != nil)
    }
    #expect(try catalog.freshness(policy, states: [.unknown]).rows.isEmpty)
    #expect(try catalog.freshness(policy, levels: [.error]).rows.isEmpty)
    #expect(try catalog.freshness(policy, levels: [.ok]).rows.count == 1)
    #expect(try catalog.status(policy).assetsByState[.ignored] == 1)
    // The files are not well for that.
    #expect(try catalog.problems().rows.count == 2)
  }

  @Test("is unknown where only the newest of a name counts, since it may be that")
  func superseded() throws {
    let scratch = try Self.torn()
    let policy = try PolicyTree.policy("{\"max_age\": \"24h\", \"ids\": \"newest\"}")
    #expect(try scratch.catalog.freshness(policy).rows.map(\.state) == [.unknown])
  }
}
