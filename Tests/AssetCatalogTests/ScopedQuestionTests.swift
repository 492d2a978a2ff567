import AssetCatalog
import CatalogTestSupport
import Foundation
import ManifestModel
import ObjectStorage
import SQLiteDatabase
import Testing

/// Questions about some names of a tree in a bucket.
@Suite struct ScopedQuestionTests {
  private static let start: Int64 = 1_790_000_000_000_000

  /// A bucket of many assets, with an index that knows them.
  private struct Scene {
    let scratch: ScratchTree
    let shelf = ObjectShelf(order: .components, pageSize: 1_000)

    init() throws {
      scratch = try ScratchTree()
      for number in 0..<1_000 { put("bronze.\(number)") }
      for name in ["gold", "gold-old", "gold.x", "golc\u{10FFFF}x", "gole", "gol"] { put(name) }
      _ = try catalog(.always).reconcile()
      _ = shelf.takeCounts()
    }

    func put(_ name: String, materialized: Int64 = start) {
      var text = ManifestText(name: name, id: "1", signature: "s", updatedAt: materialized)
      text.lastMaterialized = materialized
      shelf.put(Array(text.text.utf8), at: key(name))
    }

    func key(_ name: String) -> [UInt8] {
      Array(MetadataLayout().manifestPath(AssetIdentifier(name: name, id: "1")).utf8)
    }

    func catalog(_ reconciling: Catalog.Reconciling) throws -> Catalog {
      var options = Catalog.Options()
      options.reconciling = reconciling
      options.openStore = { [shelf] _ in shelf }
      options.indexPath = scratch.outside("bucket.sqlite")
      return try Catalog(root: "s3://shelf/lake", options: options)
    }

    /// Makes the index say that it was last brought up to date so many microseconds before.
    func age(by microseconds: Int64) throws {
      let connection = try Connection(path: scratch.outside("bucket.sqlite"), mode: .readWrite, isDefensive: false)
      try connection.execute("UPDATE catalog_state SET reconcile_started_at = reconcile_started_at - \(microseconds)")
    }

    /// What the index says, by name, without a look at the bucket.
    func known() throws -> [String: Int64] {
      Dictionary(
        uniqueKeysWithValues: try catalog(.never).assets().rows.map {
          ($0.asset.name, $0.lastMaterialized?.microseconds ?? 0)
        })
    }
  }

  @Test("list these alone, with one request, and leave all else and its time as they were")
  func edits() throws {
    let scene = try Scene()
    let before = try scene.catalog(.never).assets()
    scene.put("gold", materialized: Self.start + 1_000_000)
    scene.put("gold.new")
    scene.put("gole", materialized: Self.start + 1_000_000)
    scene.put("bronze.1", materialized: Self.start + 1_000_000)
    for name in ["gold.x", "gol", "golc\u{10FFFF}x", "bronze.2"] { scene.shelf.remove(scene.key(name)) }
    let answer = try scene.catalog(.always).assets(name: "gold*")
    #expect(answer.rows.map(\.asset.name) == ["gold", "gold-old", "gold.new"])
    #expect(answer.rows[0].lastMaterialized?.microseconds == Self.start + 1_000_000)
    // What is no longer listed is looked for.
    #expect(scene.shelf.takeCounts() == ["list": 1, "get": 2, "look": 1])
    let after = try scene.catalog(.never).assets()
    #expect(try #require(answer.asOf) > #require(before.asOf))
    #expect(after.asOf == before.asOf)
    var expected = Dictionary(
      uniqueKeysWithValues: before.rows.map { ($0.asset.name, $0.lastMaterialized?.microseconds ?? 0) })
    expected["gold"] = Self.start + 1_000_000
    expected["gold.new"] = Self.start
    expected["gold.x"] = nil
    #expect(try scene.known() == expected)
    // All of it is found by the next look at everything.
    let whole = try scene.catalog(.always).reconcile()
    #expect(whole.changed == 2 && whole.removed == 3 && whole.added == 0)
  }

  @Test("of one asset list that alone")
  func oneAsset() throws {
    let scene = try Scene()
    let catalog = try scene.catalog(.always)
    let asset = AssetIdentifier(name: "gold", id: "1")
    for _ in 0..<2 {
      _ = try catalog.runs(of: asset)
      #expect(scene.shelf.takeCounts() == ["list": 1])
    }
    #expect(try catalog.assets(name: "gold").rows.count == 1)
    #expect(scene.shelf.takeCounts() == ["list": 1])
    #expect(try catalog.problems(of: AssetIdentifier(name: "silver", id: "1")).rows.isEmpty)
    #expect(scene.shelf.takeCounts() == ["list": 1])
    // What an answer about failures says of all runs needs all of them.
    _ = try catalog.failures(since: Timestamp(microseconds: 0), name: "gold")
    #expect(scene.shelf.takeCounts() == ["list": 2])
  }

  @Test("list nothing where the index is young enough, nor what was just listed, and all once that is as cheap")
  func lag() throws {
    let scene = try Scene()
    #expect(try scene.catalog(.maxLag(.seconds(3_600))).assets(name: "gold*").rows.count == 3)
    #expect(scene.shelf.takeCounts() == [:])
    let (filled, catalog) = (try scene.catalog(.never).assets().asOf, try scene.catalog(.maxLag(.seconds(3_600))))
    try scene.age(by: 7_200_000_000)
    let first = try catalog.assets(name: "gold*")
    #expect(scene.shelf.takeCounts() == ["list": 1])
    #expect(try #require(first.asOf) > #require(filled))
    for name in ["gold*", "gold", "gold-*"] {
      #expect(try catalog.assets(name: name).asOf == first.asOf)
      #expect(scene.shelf.takeCounts() == [:], "\(name)")
    }
    // The tree has five pages: after three others, a look at all is no dearer than one more.
    for name in ["bronze.1", "bronze.2", "bronze.3"] {
      _ = try catalog.assets(name: name)
      #expect(scene.shelf.takeCounts() == ["list": 1], "\(name)")
    }
    _ = try catalog.assets(name: "bronze.4")
    #expect(scene.shelf.takeCounts() == ["list": 2])
    _ = try catalog.assets(name: "bronze.5")
    #expect(scene.shelf.takeCounts() == [:])
  }

  @Test("fill an index that was never filled, and look at all where most of it is asked for")
  func whole() throws {
    let scene = try Scene()
    _ = try scene.catalog(.always).assets(name: "b*")
    #expect(scene.shelf.takeCounts() == ["list": 2])
    var options = Catalog.Options()
    options.openStore = { _ in scene.shelf }
    options.indexPath = scene.scratch.outside("other.sqlite")
    let fresh = try Catalog(root: "s3://shelf/lake", options: options)
    #expect(try fresh.runs(of: AssetIdentifier(name: "gold", id: "1")).rows.isEmpty)
    #expect(scene.shelf.takeCounts()["get"] == 1_006)
    #expect(try fresh.assets().rows.count == 1_006)
  }

  @Test("a listing that fails changes nothing, and a refused one is no absence")
  func failures() throws {
    let scene = try Scene()
    let before = try scene.known()
    scene.shelf.remove(scene.key("gold"))
    for code in [ObjectError.Code.unavailable, .denied, .malformed] {
      scene.shelf.setTrouble { request in
        if case .list = request { ObjectError(code, "It fails.") } else { nil }
      }
      #expect(throws: CatalogError.self) { try scene.catalog(.always).assets(name: "gold*") }
      #expect(try scene.known() == before)
    }
    // A hole in a listing removes nothing.
    scene.shelf.setTrouble { _ in nil }
    scene.shelf.setHoles([scene.key("gold-old")])
    #expect(try scene.catalog(.always).assets(name: "gold*").rows.map(\.asset.name) == ["gold-old", "gold.x"])
  }

  @Test("whether an asset is cached is one look at its manifest, without an index")
  func cached() throws {
    let scene = try Scene()
    var options = Catalog.Options()
    options.openStore = { _ in scene.shelf }
    options.indexPath = scene.scratch.outside("none.sqlite")
    options.now = { Timestamp(microseconds: Self.start + 10_000_000) }
    let catalog = try Catalog(root: "s3://shelf/lake", options: options)
    let asset = AssetIdentifier(name: "gold", id: "1")
    #expect(try !catalog.isCached(asset, ttl: .seconds(10)))
    #expect(scene.shelf.takeCounts() == ["get": 1])
    var text = ManifestText(name: "gold", id: "1", signature: "s", updatedAt: Self.start)
    text.lastMaterialized = Self.start
    text.lastArtifacts = ["a.parquet", "b.parquet"]
    scene.shelf.put(Array(text.text.utf8), at: scene.key("gold"))
    scene.shelf.put([1], at: Array("a.parquet".utf8))
    // mad_prefect's rule asks for the first artifact.
    #expect(try catalog.isCached(asset, ttl: .seconds(11)))
    #expect(scene.shelf.takeCounts() == ["get": 1, "look": 1])
    #expect(!FileManager.default.fileExists(atPath: scene.scratch.outside("none.sqlite")))
  }

  @Test(
    "after every edit, questions about names give what a reading of all files gives, and touch no others",
    arguments: [UInt64(1), 2, 3, 4])
  func oracle(seed: UInt64) throws {
    var model = TreeModel(try ScratchTree(), seed: seed)
    try model.populate(12)
    let shelf = ObjectShelf(order: seed % 2 == 0 ? .bytes : .components)
    let subject = try CatalogUnderTest(model.tree, now: model.now, store: shelf)
    var options = Catalog.Options()
    options.now = { [now = model.now] in Timestamp(microseconds: now) }
    options.openStore = { _ in shelf }
    options.indexPath = model.tree.outside("bucket.sqlite")
    options.assetsOfPage = 1
    let catalog = try Catalog(root: "s3://shelf/lake", options: options)
    options.reconciling = .never
    let asItIs = try Catalog(root: "s3://shelf/lake", options: options)
    try BucketEditTests.put(model.tree, on: shelf)
    var scan = LinearScan(model.tree)
    scan.scan()
    var random = SplitMix64(seed: seed)
    var story = ["seed \(seed)"]
    var scoped = 0
    for _ in 0..<40 {
      // Last good values are those that were seen: each step begins with an index that has seen what the oracle has.
      _ = try subject.catalog.reconcile()
      for _ in 0..<3 {
        var edit = TreeModel.Edit.allCases.randomElement(using: &random)!
        while BucketEditTests.impossible.contains(edit) {
          edit = TreeModel.Edit.allCases.randomElement(using: &random)!
        }
        // The model may mean a folder that went, since nothing was in it: then there is one edit less.
        story.append("\(edit) \((try? model.apply(edit)) ?? "-")")
      }
      try BucketEditTests.put(model.tree, on: shelf)
      scan.scan()
      guard let name = scan.identifiers.map(\.name).sorted().randomElement(using: &random) else { continue }
      let literal = name.prefix(Int.random(in: 1...6, using: &random)).prefix {
        $0.isASCII && ($0.isLetter || $0 == ".")
      }
      guard !literal.isEmpty else { continue }
      func rowsOutside() throws -> [String] {
        try asItIs.assets().rows.filter { !$0.asset.name.utf8.starts(with: literal.utf8) }.map(subject.line)
      }
      let outside = try rowsOutside()
      let asOf = try asItIs.assets().asOf
      let rows = try catalog.assets(name: "\(literal)*").rows.map(subject.line)
      try #require(rows == scan.list(name: "\(literal)*", now: model.now), "\(story.suffix(9).joined(separator: "\n"))")
      guard try asItIs.assets().asOf == asOf else { continue }
      scoped += 1
      #expect(try rowsOutside() == outside)
      for asset in scan.identifiers where asset.name.utf8.starts(with: literal.utf8) {
        let clock = LinearScan.Clock(now: model.now, window: 86_400_000_000)
        #expect(try asItIs.runs(of: asset).rows.map(subject.line) == scan.runs(of: asset, clock), "\(story.suffix(9))")
      }
    }
    #expect(scoped > 15)
    try #require(try subject.differences(from: scan) == [], "\(story.joined(separator: "\n"))")
  }
}
