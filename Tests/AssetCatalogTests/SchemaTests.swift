import AssetCatalog
import CatalogTestSupport
import ManifestModel
import Testing

/// What runs say of their artifacts: schema changes, facts, and stricter rules for what is cached.
@Suite struct SchemaTests {
  private static let now = TreeModel.noon
  private static let asset = AssetIdentifier(name: "n", id: "a")

  private let tree: ScratchTree

  init() throws { tree = try ScratchTree() }

  /// One run: its artifacts as `path=hash`, `path=` for one without a hash, and whether it succeeded.
  struct Run: Sendable {
    var artifacts: [String]
    var succeeded = true

    init(_ artifacts: String..., succeeded: Bool = true) {
      self.artifacts = artifacts
      self.succeeded = succeeded
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let runs: [Run]
    let changes: [String]

    init(_ sentence: String, _ runs: [Run], _ changes: [String]) {
      (testDescription, self.runs, self.changes) = (sentence, runs, changes)
    }
  }

  /// Runs in the order of their starts: the first is `r1`.
  static let cases = [
    Case("another hash at the same path", [Run("x=1"), Run("x=2")], ["r2 r1 x 2 1"]),
    Case("the same hash", [Run("x=1"), Run("x=1")], []),
    Case("one run alone", [Run("x=1")], []),
    Case("a change that an older run made", [Run("x=1"), Run("x=2"), Run("x=2")], []),
    Case("a change back", [Run("x=1"), Run("x=2"), Run("x=1")], ["r3 r2 x 1 2"]),
    Case("a failed run between them", [Run("x=1"), Run("x=3", succeeded: false), Run("x=2")], ["r3 r1 x 2 1"]),
    Case("a failed run at the end", [Run("x=1"), Run("x=1"), Run("x=3", succeeded: false)], []),
    Case("a run without facts between them", [Run("x=1"), Run(), Run("x=2")], ["r3 r1 x 2 1"]),
    Case("a run without hashes at the end", [Run("x=1"), Run("x=2"), Run("x=")], ["r2 r1 x 2 1"]),
    Case("a path of each run's own", [Run("x-1=1"), Run("x-2=2")], ["r2 r1 x-2 2 1"]),
    Case("several paths of each run's own", [Run("x-1=1", "y-1=5"), Run("x-2=1", "y-2=6")], ["r2 r1 y-2 6 5"]),
    Case("the same paths in another order", [Run("x=1", "y=2"), Run("y=2", "x=1")], []),
    Case("a change in another order", [Run("x=1", "y=2"), Run("y=3", "x=1")], ["r2 r1 y 3 2"]),
    Case("a new artifact before an old one", [Run("x=1"), Run("new=2", "x=1")], []),
    Case("a new artifact behind an old one", [Run("x=1"), Run("x=1", "new=2")], []),
    Case("an artifact that is gone", [Run("x=1", "y=2"), Run("y=2")], []),
    Case("no hash on one side", [Run("x=1", "y=1"), Run("x=", "y=2")], ["r2 r1 y 2 1"]),
    Case("no hash at the same path is not replaced by the place", [Run("y=9", "x="), Run("x=1", "y=9")], []),
    Case("a path that was twice in the run before counts once", [Run("x=1", "x=2"), Run("x=2")], ["r2 r1 x 2 1"]),
    Case("two spellings of a path are two", [Run("caf\u{E9}=1", "b=1"), Run("b=1", "cafe\u{301}=2")], []),
    Case(
      "two changes in the order of the run", [Run("b=1", "a=1"), Run("b=2", "a=2")], ["r2 r1 b 2 1", "r2 r1 a 2 1"]),
  ]

  @Test("the latest run is compared with the one before it", arguments: cases)
  func definition(example: Case) throws {
    for (number, run) in example.runs.enumerated() { try write(run, number + 1) }
    let rows = try CatalogUnderTest(tree, now: Self.now).catalog.schemaChanges().answer().rows
    #expect(
      rows.map { "\($0.runID) \($0.previousRunID) \($0.path) \($0.schemaHash) \($0.previousSchemaHash)" }
        == example.changes)
    #expect(rows.allSatisfy { $0.asset == Self.asset && $0.changedAt?.microseconds == Self.end($0.runID) })
    var scan = LinearScan(tree)
    scan.scan()
    #expect(scan.schemaChanges().count == example.changes.count)
  }

  @Test("equal starts are told apart by the run's id, and a run without a start is the oldest")
  func ties() throws {
    for (id, start, hash) in [("b", 5, "2"), ("a", 5, "1"), ("z", 0, "3")] {
      var text = RunText(id: id, name: "n", assetID: "a", startedAt: Int64(start))
      text.materialized = 9
      text.artifacts = [ArtifactFacts(path: "x", schemaHash: hash)]
      let document =
        start == 0 ? text.text.replacing("\"1970-01-01T00:00:00Z\"", with: "null", maxReplacements: 1) : text.text
      try tree.write(document, to: .run("n", "a", id))
    }
    let rows = try CatalogUnderTest(tree, now: Self.now).catalog.schemaChanges().answer().rows
    #expect(rows.map { "\($0.runID) \($0.previousRunID)" } == ["b a"])
  }

  @Test("a run that only the manifest says succeeded changes a schema at the manifest's time")
  func manifestTells() throws {
    try write(Run("x=1"), 1)
    try write(Run("x=2", succeeded: false), 2)
    let catalog = try CatalogUnderTest(tree, now: Self.now).catalog
    #expect(try catalog.schemaChanges().answer().rows.isEmpty)
    var manifest = ManifestText(name: "n", id: "a", updatedAt: Self.now + 86_400_000_000)
    manifest.lastRun = ManifestText.Run(id: "r2", materialized: 77, artifacts: [])
    try tree.write(manifest.text, to: .manifest("n", "a"))
    #expect(try catalog.schemaChanges().answer().rows.map(\.changedAt?.microseconds) == [77])
  }

  @Test(
    "limits give the beginning of the answer, pages hold all of it, and a pattern sifts it", arguments: [nil, 0, 1, 7])
  func limits(limit: Int?) throws {
    for (name, id) in [("n", "a"), ("n", "b"), ("m", "a"), ("caf\u{E9}", "a"), ("cafe\u{301}", "a")] {
      try write(Run("x=1", "y=1"), 1, of: AssetIdentifier(name: name, id: id))
      try write(Run("x=2", "y=2"), 2, of: AssetIdentifier(name: name, id: id))
    }
    let subject = try CatalogUnderTest(tree, now: Self.now)
    let all = try subject.catalog.schemaChanges().answer().rows.map { subject.line($0) }
    #expect(all.count == 10)
    #expect(
      try subject.catalog.schemaChanges().answer(limit: limit).rows.map { subject.line($0) }
        == Array(all.prefix(limit ?? 10)))
    var pages = try subject.catalog.schemaChanges().pages(limit: limit)
    var paged: [String] = []
    try pages.forEach { paged.append(subject.line($0)) }
    #expect(paged == Array(all.prefix(limit ?? 10)))
    #expect(try subject.catalog.schemaChanges(name: "n").answer().rows.map(\.asset.id) == ["a", "a", "b", "b"])
    #expect(try subject.catalog.schemaChanges(name: "cafe*").answer().rows.map(\.path) == ["x", "y"])
    #expect(throws: CatalogError.self) { try subject.catalog.schemaChanges().answer(limit: -1) }
  }

  @Test("the facts of a run come back whole, from the library and from SQL")
  func facts() throws {
    let all = [
      ArtifactFacts(
        path: "x", bytes: 5, modified: Timestamp(microseconds: -1), format: "json", schemaHash: "v1:0", rowCount: 7,
        sampledRows: 3),
      ArtifactFacts(path: "x"),
    ]
    var run = RunText(id: "r", name: "n", assetID: "a", startedAt: 1)
    run.artifacts = all
    try tree.write(run.text, to: .run("n", "a", "r"))
    var newer = RunText(id: "s", name: "n", assetID: "a", startedAt: 2)
    newer.artifacts = []
    try tree.write(newer.text, to: .run("n", "a", "s"))
    let catalog = try CatalogUnderTest(tree, now: Self.now).catalog
    let rows = try catalog.artifactFacts(of: Self.asset).rows
    #expect(rows.map(\.facts) == all && rows.map(\.runID) == ["r", "r"])
    #expect(try catalog.artifactFacts(of: AssetIdentifier(name: "n", id: "b")).rows.isEmpty)
    #expect(throws: CatalogError.self) { try catalog.artifactFacts(of: AssetIdentifier(name: "n", id: "/")) }
    let answer = try catalog.query("SELECT * FROM run_artifacts ORDER BY position")
    #expect(
      answer.columns == [
        "asset_name", "asset_id", "run_id", "path", "position", "bytes", "modified", "modified_us", "format",
        "schema_hash", "row_count", "sampled_rows",
      ])
    #expect(
      answer.rows == [
        [
          .text("n"), .text("a"), .text("r"), .text("x"), .integer(0), .integer(5),
          .text("1969-12-31T23:59:59.999999Z"), .integer(-1), .text("json"), .text("v1:0"), .integer(7), .integer(3),
        ],
        [.text("n"), .text("a"), .text("r"), .text("x"), .integer(1)] + Array(repeating: .null, count: 7),
      ])
  }

  // MARK: Cached

  /// What befalls a tree in which all is well, and whether the asset is cached then: plainly, with its artifacts, with
  /// its schema.
  static let damages: [(damage: String, cached: [Bool])] = [
    ("nothing", [true, true, true]), ("first artifact gone", [false, false, false]),
    ("second artifact gone", [true, false, true]), ("artifact of the run alone gone", [true, false, true]),
    ("artifact shorter", [true, false, true]), ("artifact a folder", [true, false, true]),
    ("another schema", [true, true, false]), ("schema of the second only", [true, true, false]),
    ("no facts", [true, true, false]), ("metadata gone", [true, true, false]),
    ("metadata torn", [true, true, true]), ("manifest gone", [false, false, false]),
    ("manifest torn", [true, true, true]), ("a failed run after", [true, true, true]),
    ("a failed run without start, with another schema", [true, true, true]),
  ]

  @Test("the requirements look at files, sizes and schema of the last run that materialized", arguments: damages)
  func cached(damage: String, expected: [Bool]) throws {
    var run = RunText(id: "r1", name: "n", assetID: "a", startedAt: Self.now - 10)
    run.materialized = Self.now - 5
    run.artifacts = [
      ArtifactFacts(path: "x", bytes: 4, schemaHash: "1"), ArtifactFacts(path: "y", schemaHash: "2"),
      ArtifactFacts(path: "z", bytes: 4),
    ]
    var manifest = ManifestText(name: "n", id: "a", updatedAt: Self.now)
    manifest.take(
      ManifestText.Run(id: "r1", materialized: Self.now - 5, artifacts: ["x", "y"]), status: "success", error: nil,
      signature: nil, updatedAt: Self.now)
    for path in ["x", "y", "z"] { try tree.write("rows", to: TreePath(path)) }
    try tree.write(run.text, to: .run("n", "a", "r1"))
    try tree.write(manifest.text, to: .manifest("n", "a"))
    let subject = try CatalogUnderTest(tree, now: Self.now)
    _ = try subject.catalog.reconcile()
    try tree.awaitTick()
    switch damage {
    case "first artifact gone": try tree.remove("x")
    case "second artifact gone": try tree.remove("y")
    case "artifact of the run alone gone": try tree.remove("z")
    case "artifact shorter": try tree.write("row", to: "x")
    case "artifact a folder":
      try tree.remove("x")
      try tree.makeFolder("x")
    case "another schema": run.artifacts?[0].schemaHash = "3"
    case "schema of the second only": run.artifacts?[0].schemaHash = nil
    case "no facts": run.artifacts = nil
    case "metadata gone": try tree.remove(.run("n", "a", "r1"))
    case "metadata torn": try tree.write("{", to: .run("n", "a", "r1"))
    case "manifest gone": try tree.remove(.manifest("n", "a"))
    case "manifest torn": try tree.write("{", to: .manifest("n", "a"))
    case "a failed run after", "a failed run without start, with another schema":
      var failed = RunText(id: "r2", name: "n", assetID: "a", startedAt: Self.now)
      failed.status = "failed"
      if damage.hasSuffix("schema") { failed.artifacts = [ArtifactFacts(path: "x", schemaHash: "4")] }
      try tree.write(failed.text, to: .run("n", "a", "r2"))
      manifest.take(
        ManifestText.Run(id: "r2", materialized: nil, artifacts: []), status: "failed", error: "e", signature: nil,
        updatedAt: Self.now)
      try tree.write(manifest.text, to: .manifest("n", "a"))
    default: break
    }
    if ["another schema", "schema of the second only", "no facts"].contains(damage) {
      try tree.write(run.text, to: .run("n", "a", "r1"))
    }
    func isCached(_ files: Bool, _ hash: String?) throws -> Bool {
      try subject.catalog.isCached(Self.asset, ttl: .seconds(1), requireArtifacts: files, requireSchema: hash)
    }
    #expect(try [isCached(false, nil), isCached(true, nil), isCached(false, "1")] == expected)
    #expect(try isCached(true, "1") == (expected[1] && expected[2]))
    #expect(try !isCached(false, "2") && !isCached(false, ""))
    #expect(
      try !subject.catalog.isCached(Self.asset, ttl: .microseconds(5), requireArtifacts: true, requireSchema: "1"))
  }

  @Test(
    "a manifest whose last run leads out of the tree leads to no facts",
    arguments: ["../a/asset_run_id=r1", "..", "", "/etc"])
  func foreignRun(id: String) throws {
    var manifest = ManifestText(name: "n", id: "a", updatedAt: Self.now)
    manifest.take(
      ManifestText.Run(id: id, materialized: Self.now - 5, artifacts: ["x"]), status: "success", error: nil,
      signature: nil, updatedAt: Self.now)
    try tree.write(manifest.text, to: .manifest("n", "a"))
    try tree.write("rows", to: "x")
    try write(Run("x=1"), 1)
    let catalog = try CatalogUnderTest(tree, now: Self.now).catalog
    #expect(try catalog.isCached(Self.asset, ttl: .seconds(1), requireArtifacts: true))
    #expect(try !catalog.isCached(Self.asset, ttl: .seconds(1), requireSchema: "1"))
  }

  // MARK: Writing

  private static func end(_ run: String) -> Int64 { now + Int64(run.dropFirst())! * 10 + 5 }

  private func write(_ run: Run, _ number: Int, of asset: AssetIdentifier = SchemaTests.asset) throws {
    var text = RunText(
      id: "r\(number)", name: asset.name, assetID: asset.id, startedAt: Self.now + Int64(number) * 10)
    if run.succeeded { text.materialized = Self.end(text.id) } else { text.status = "failed" }
    text.artifacts = run.artifacts.map { artifact in
      let parts = artifact.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      return ArtifactFacts(path: parts[0], schemaHash: parts[1].isEmpty ? nil : parts[1])
    }
    try tree.write(text.text, to: .run(asset.name, asset.id, text.id))
  }
}
