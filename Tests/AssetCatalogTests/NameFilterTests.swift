import AssetCatalog
import CatalogTestSupport
import ManifestModel
import Testing

/// Several patterns mean the assets that any of them means.
@Suite struct NameFilterTests {
  private static let now = TreeModel.noon

  @Test(
    "several patterns give the rows of each, once and in order",
    arguments: [
      ["gold*", "bronze*"], ["*orders*", "c*"], ["bronze.orders", "gold.*", "none"], ["g*", "gold.kpi"],
      ["[bg]*", "x?*"],
      ["bronze.o*", "bronze.c*"], ["none", "nobody"], ["*"], ["é*", "b*"], ["gold", "gold.*"],
    ])
  func union(names: [String]) throws {
    var model = TreeModel(try ScratchTree(), seed: 7)
    try model.populate(60)
    let subject = try CatalogUnderTest(model.tree, now: Self.now)
    let catalog = subject.catalog
    let policy = FreshnessPolicy(maxAge: .seconds(86400), rules: [.init(name: "g*", maxAge: .seconds(1))])
    /// The rows of all that some pattern has, in their order.
    func expectUnion(_ question: (_ name: String?, _ names: [String]) throws -> [String]) throws {
      let each = Set(try names.flatMap { try question($0, []) })
      let wanted = try question(nil, []).filter(each.contains)
      #expect(try question(nil, names) == wanted)
      #expect(try question(names[0], Array(names.dropFirst())) == wanted)
    }
    try expectUnion { try catalog.assets(name: $0, names: $1).rows.map { subject.line($0) } }
    try expectUnion { try catalog.freshness(policy, name: $0, names: $1).rows.map { subject.line($0) } }
    try expectUnion { try catalog.stale(maxAge: .seconds(60), name: $0, names: $1).rows.map { subject.line($0) } }
    try expectUnion { try catalog.failures(since: .earliest, name: $0, names: $1).rows.map { subject.line($0) } }
    try expectUnion { try catalog.drift(name: $0, names: $1).answer().rows.map { subject.line($0) } }
    try expectUnion { try catalog.schemaChanges(name: $0, names: $1).answer().rows.map { subject.line($0) } }
    try expectUnion { name, names in
      try catalog.artifacts(names: (name.map { [$0] } ?? []) + names).answer().rows.map { subject.line($0) }
    }
    var pages = try catalog.assetQuestion(names: names).pages(limit: 3)
    var first: [String] = []
    try pages.forEach { first.append(subject.line($0)) }
    #expect(try first == catalog.assets(names: names, limit: 3).rows.map { subject.line($0) })
  }

  @Test("patterns and assets that match nothing are told, and the nearest name is found")
  func unmatched() throws {
    let tree = try ScratchTree()
    for name in ["bronze.orders", "gold.kpi"] {
      try tree.write(ManifestText(name: name, id: "a", updatedAt: Self.now).text, to: .manifest(name, "a"))
    }
    let catalog = try CatalogUnderTest(tree, now: Self.now).catalog
    #expect(try catalog.unmatched(["x", "gold.*", "*z", "bronze.orders"]) == ["x", "*z"])
    #expect(try catalog.unmatched([]).isEmpty)
    let (known, gone) = (AssetIdentifier(name: "gold.kpi", id: "a"), AssetIdentifier(name: "gold.kpi", id: "b"))
    #expect(try catalog.unknown([gone, known]) == [gone])
    #expect(try catalog.nearestName(to: "bronze.odrers") == "bronze.orders")
    #expect(try catalog.nearestName(to: "silver.orders") == nil)
  }

  @Test("the nearest name is found behind a page of others")
  func manyNames() throws {
    let tree = try ScratchTree()
    for number in 0..<1500 {
      try tree.write(
        ManifestText(name: "a\(number)", id: "a", updatedAt: Self.now).text, to: .manifest("a\(number)", "a"))
    }
    try tree.write(ManifestText(name: "zebra.x", id: "a", updatedAt: Self.now).text, to: .manifest("zebra.x", "a"))
    let catalog = try CatalogUnderTest(tree, now: Self.now).catalog
    #expect(try catalog.nearestName(to: "zebar.x") == "zebra.x")
  }
}
