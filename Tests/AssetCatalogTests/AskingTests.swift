import AssetCatalog
import CatalogTestSupport
import ManifestModel
import Synchronization
import Testing

/// How a catalog is asked: limits, pages, clocks, errors, and many tasks at once.
@Suite struct AskingTests {
  private let tree: ScratchTree
  private static let now = TreeModel.noon

  init() throws {
    var model = TreeModel(try ScratchTree(), seed: 42)
    try model.populate(60)
    tree = model.tree
  }

  @Test("a limit gives the beginning of the whole answer", arguments: [0, 1, 5, 17, 1000])
  func limits(limit: Int) throws {
    let subject = try CatalogUnderTest(tree, now: Self.now)
    let catalog = subject.catalog
    let policy = FreshnessPolicy(maxAge: .seconds(86400), rules: [.init(name: "g*", maxAge: .seconds(1))])
    func expectBeginning(_ some: [String], _ all: [String]) { #expect(some == Array(all.prefix(limit))) }
    expectBeginning(
      try catalog.freshness(policy, states: [.stale], limit: limit).rows.map { subject.line($0) },
      try catalog.freshness(policy, states: [.stale]).rows.map { subject.line($0) })
    expectBeginning(
      try catalog.failures(since: .earliest, limit: limit).rows.map { subject.line($0) },
      try catalog.failures(since: .earliest).rows.map { subject.line($0) })
    expectBeginning(
      try catalog.assets(limit: limit).rows.map { subject.line($0) },
      try catalog.assets().rows.map { subject.line($0) })
    expectBeginning(
      try catalog.drift().answer(limit: limit).rows.map { subject.line($0) },
      try catalog.drift().answer().rows.map { subject.line($0) })
    expectBeginning(
      try catalog.artifacts().answer(limit: limit).rows.map { subject.line($0) },
      try catalog.artifacts().answer().rows.map { subject.line($0) })
    expectBeginning(
      try catalog.artifacts(missingOnly: true).answer(limit: limit).rows.map { subject.line($0) },
      try catalog.artifacts(missingOnly: true).answer().rows.map { subject.line($0) })
    expectBeginning(
      try catalog.problems(limit: limit).rows.map(\.path), try catalog.problems().rows.map(\.path))
  }

  @Test("answers of one moment know nothing of what is recorded meanwhile, nor of the time")
  func moment() throws {
    let now = Timestamp(microseconds: Self.now)
    let time = Mutex(now)
    var options = Catalog.Options()
    options.now = { time.withLock { $0 } }
    let catalog = try Catalog(root: tree.root, options: options)
    let policy = FreshnessPolicy(maxAge: .seconds(86400))
    let before = try catalog.freshness(policy).rows.map(\.asset)
    let new = AssetIdentifier(name: "between.two", id: "a1")
    let (first, held) = try catalog.inOneMoment { held throws(CatalogError) in
      let first = try held.freshness(policy)
      time.withLock { $0 = Timestamp(microseconds: $0.microseconds + 3_600_000_000) }
      try catalog.recordRun(RunReport(.failed(RunError(type: nil, message: "no")), of: new, runID: "r", startedAt: now))
      #expect(try catalog.freshness(policy).rows.contains { $0.asset == new })
      #expect(try held.failures(since: .earliest).rows.allSatisfy { $0.asset != new })
      return first
    }
    #expect(first.rows.map(\.asset) == before)
    let second = try held.freshness(policy)
    #expect(second.rows.map(\.asset) == before && second.generatedAt == first.generatedAt)
    var rows = try held.reportQuestion(policy, inOrderOfNames: true) { _ in false }.pages()
    var names: [AssetIdentifier] = []
    try rows.forEach { names.append($0.asset) }
    #expect(names == before.sorted())
    #expect(try held.reportedCount() == names.count)
  }

  @Test("pages hold the same rows as one answer", arguments: [nil, 0, 1, 33] as [Int?])
  func pages(limit: Int?) throws {
    let subject = try CatalogUnderTest(tree, now: Self.now)
    let catalog = subject.catalog
    func all<Row>(_ pages: AnswerPages<Row>, _ line: (Row) -> String) throws -> [String] {
      var pages = pages
      var lines: [String] = []
      try pages.forEach { lines.append(line($0)) }
      #expect(pages.asOf != nil)
      return lines
    }
    let policy = FreshnessPolicy(maxAge: .seconds(86400), warnAfter: .seconds(3600))
    #expect(
      try all(catalog.freshnessQuestion(policy).pages(limit: limit)) { subject.line($0) }
        == catalog.freshness(policy, limit: limit).rows.map { subject.line($0) })
    #expect(
      try all(catalog.failureQuestion(since: .earliest).pages(limit: limit)) { subject.line($0) }
        == catalog.failures(since: .earliest, limit: limit).rows.map { subject.line($0) })
    #expect(
      try all(catalog.assetQuestion().pages(limit: limit)) { subject.line($0) }
        == catalog.assets(limit: limit).rows.map { subject.line($0) })
    #expect(
      try all(catalog.artifacts().pages(limit: limit)) { subject.line($0) }
        == catalog.artifacts().answer(limit: limit).rows.map { subject.line($0) })
    #expect(
      try all(catalog.drift().pages(limit: limit)) { subject.line($0) }
        == catalog.drift().answer(limit: limit).rows.map { subject.line($0) })
  }

  @Test("an age equal to the maximum is stale, one microsecond less is fresh, and what is far ahead is unknown")
  func boundary() throws {
    let tree = try ScratchTree()
    for (index, age) in [-600_000_000, -300_000_000, 999_999, 1_000_000, 1_000_001].enumerated() {
      var manifest = ManifestText(name: "n\(index)", id: "a", updatedAt: Self.now)
      manifest.lastMaterialized = Self.now - Int64(age)
      try tree.write(manifest.text, to: .manifest("n\(index)", "a"))
    }
    let catalog = try CatalogUnderTest(tree, now: Self.now).catalog
    func states(_ policy: FreshnessPolicy) throws -> [FreshnessState] {
      try catalog.freshness(policy).rows.sorted { $0.asset < $1.asset }.map(\.state)
    }
    #expect(try states(FreshnessPolicy(maxAge: .seconds(1))) == [.unknown, .fresh, .fresh, .stale, .stale])
    #expect(
      try states(FreshnessPolicy(maxAge: .seconds(1), warnAfter: .zero)) == [.unknown, .fresh, .warn, .stale, .stale])
    #expect(try states(FreshnessPolicy(maxAge: .zero)) == [.unknown, .fresh, .stale, .stale, .stale])
    #expect(
      try states(FreshnessPolicy(maxAge: .seconds(Int64.max))) == [.unknown, .fresh, .fresh, .fresh, .fresh])
    #expect(
      try states(FreshnessPolicy(maxAge: .seconds(1), warnAfter: .seconds(5)))
        == [.unknown, .fresh, .fresh, .stale, .stale])
    #expect(try catalog.problems().rows.map(\.kind) == [.futureTime])
  }

  @Test("two spellings of é are two assets")
  func spellings() throws {
    let tree = try ScratchTree()
    for (name, time) in [("caf\u{E9}", 1), ("cafe\u{301}", 2)] {
      var manifest = ManifestText(name: name, id: "a", updatedAt: Self.now)
      manifest.lastMaterialized = Int64(time)
      try tree.write(manifest.text, to: .manifest(name, "a"))
    }
    let catalog = try CatalogUnderTest(tree, now: Self.now).catalog
    #expect(try catalog.assets().rows.count == 2)
    #expect(try catalog.drift().answer().rows.isEmpty)
    #expect(try catalog.lastMaterialized(of: AssetIdentifier(name: "caf\u{E9}", id: "a"))?.microseconds == 1)
    #expect(try catalog.lastMaterialized(of: AssetIdentifier(name: "cafe\u{301}", id: "a"))?.microseconds == 2)
    #expect(try catalog.assets(name: "cafe\u{301}").rows.map(\.lastMaterialized?.microseconds) == [2])
  }

  @Test(
    "a path finds its producer however it is spelled",
    arguments: ["x/y.parquet", "/x/y.parquet", "./x/y.parquet", "//x/y.parquet", "ROOT/x/y.parquet"])
  func producers(spelling: String) throws {
    let tree = try ScratchTree()
    for (id, path) in [("plain", "x/y.parquet"), ("slash", "/x/y.parquet"), ("other", "x/y.parquet.csv")] {
      var manifest = ManifestText(name: "n", id: id, updatedAt: Self.now)
      manifest.lastArtifacts = [path]
      try tree.write(manifest.text, to: .manifest("n", id))
    }
    let catalog = try CatalogUnderTest(tree, now: Self.now).catalog
    let path = spelling.replacing("ROOT", with: catalog.root)
    #expect(try catalog.producers(of: path).rows.map(\.asset.id) == ["plain", "slash"])
  }

  @Test("an artifact is looked for beneath the root, and nowhere else")
  func existence() throws {
    let tree = try ScratchTree()
    try tree.write("rows", to: "x/y.parquet")
    try tree.write("secret", to: "../outside.parquet")
    let paths = [
      ("x/y.parquet", true), ("/x/y.parquet", true), ("x", true), ("x/../x/y.parquet", true), ("x/none.parquet", false),
      ("../outside.parquet", false), ("x/../../outside.parquet", false), ("x/y.parquet/z", false),
    ]
    var manifest = ManifestText(name: "n", id: "a", updatedAt: Self.now)
    manifest.lastArtifacts = paths.map(\.0)
    manifest.lastMaterialized = Self.now - 1
    try tree.write(manifest.text, to: .manifest("n", "a"))
    let catalog = try CatalogUnderTest(tree, now: Self.now).catalog
    #expect(try catalog.artifacts().answer().rows.map(\.exists) == paths.map(\.1))
    let asset = AssetIdentifier(name: "n", id: "a")
    #expect(try catalog.isCached(asset, ttl: .microseconds(2)))
    #expect(try !catalog.isCached(asset, ttl: .microseconds(1)))
    #expect(try !catalog.isCached(asset, ttl: .zero))
    try tree.remove("x/y.parquet")
    #expect(try !catalog.isCached(asset, ttl: .microseconds(2)))
  }

  @Test("what makes no sense is refused before anything is read")
  func nonsense() throws {
    let catalog = try CatalogUnderTest(tree, now: Self.now, reconciling: .never).catalog
    func expectRefusal(_ body: () throws(CatalogError) -> Void) {
      do {
        try body()
        Issue.record("it was not refused")
      } catch {
        #expect(error.code == .invalidArgument, "\(error)")
      }
    }
    expectRefusal { () throws(CatalogError) in _ = try catalog.assets(limit: -1) }
    expectRefusal { () throws(CatalogError) in _ = try catalog.stale(maxAge: .seconds(-1)) }
    expectRefusal { () throws(CatalogError) in
      _ = try catalog.freshness(
        FreshnessPolicy(maxAge: .zero, rules: [.init(name: "*", maxAge: .zero, warnAfter: .seconds(-1))]))
    }
    expectRefusal { () throws(CatalogError) in _ = try catalog.status(maxAge: .seconds(-1)) }
    for (name, id) in [("a/b", "c"), ("", "c"), ("..", "c"), ("a", "."), ("a\0", "c")] {
      expectRefusal { () throws(CatalogError) in _ = try catalog.runs(of: AssetIdentifier(name: name, id: id)) }
      expectRefusal { () throws(CatalogError) in _ = try catalog.manifest(of: AssetIdentifier(name: name, id: id)) }
    }
    for folder in ["", "/absolute", "a/../..", "a//b", "."] {
      var options = Catalog.Options()
      options.metadataFolder = folder
      #expect(throws: CatalogError.self) { try Catalog(root: tree.root, options: options) }
    }
  }

  @Test("without an index, and told not to make one, a question says what to do")
  func noIndex() throws {
    let catalog = try CatalogUnderTest(tree, now: Self.now, reconciling: .never).catalog
    let error = #expect(throws: CatalogError.self) { try catalog.assets() }
    #expect(error?.code == .inputOutput)
    #expect(error?.message.contains("fill") ?? false)
    #expect(error?.remedies == [.reconcile])
  }

  @Test("a manifest is read from the tree, with the fields that nobody knows, whatever the index holds")
  func manifest() throws {
    let tree = try ScratchTree()
    let asset = AssetIdentifier(name: "n", id: "a")
    let catalog = try CatalogUnderTest(tree, now: Self.now, reconciling: .never).catalog
    #expect(try catalog.manifest(of: asset) == nil)
    let text = ManifestText(name: "n", id: "a", updatedAt: Self.now).text
    try tree.write(text.replacing("\n}", with: ",\n    \"owner\": \"team\"\n}"), to: .manifest("n", "a"))
    #expect(try catalog.manifest(of: asset)?.unknownFields.map(\.key) == ["owner"])
    try tree.write("{", to: .manifest("n", "a"))
    let error = #expect(throws: CatalogError.self) { try catalog.manifest(of: asset) }
    #expect(error?.code == .badData)
  }

  @Test("a manifest that is damaged leaves its last good values to the questions")
  func lastGood() throws {
    let tree = try ScratchTree()
    let asset = AssetIdentifier(name: "n", id: "a")
    var manifest = ManifestText(name: "n", id: "a", updatedAt: Self.now)
    manifest.lastMaterialized = Self.now - 5
    manifest.lastArtifacts = ["x"]
    try tree.write(manifest.text, to: .manifest("n", "a"))
    try tree.write("rows", to: "x")
    let catalog = try CatalogUnderTest(tree, now: Self.now).catalog
    #expect(try catalog.assets().rows.map(\.isDamaged) == [false])
    try tree.awaitTick()
    try tree.write("", to: .manifest("n", "a"))
    let row = try #require(try catalog.assets().rows.first)
    #expect(row.isDamaged && row.lastMaterialized?.microseconds == Self.now - 5)
    #expect(try catalog.lastMaterialized(of: asset)?.microseconds == Self.now - 5)
    #expect(try catalog.isCached(asset, ttl: .seconds(1)))
  }

  @Test("many tasks ask while another changes the tree and reconciles, and each answer is of one moment")
  func concurrency() async throws {
    // The writer keeps every asset at the same time; an answer that mixes two moments would show two of them.
    let tree = try ScratchTree()
    func write(_ round: Int64) throws {
      for number in 0..<40 {
        var manifest = ManifestText(name: "n\(number)", id: "a", updatedAt: Self.now)
        manifest.lastMaterialized = round * 1_000_000
        try tree.replace(.manifest("n\(number)", "a"), with: Array(manifest.text.utf8))
      }
    }
    try write(1)
    let writer = try CatalogUnderTest(tree, now: Self.now).catalog
    _ = try writer.reconcile()
    let reader = try CatalogUnderTest(tree, now: Self.now, reconciling: .never).catalog
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<12 {
        group.addTask {
          var last: Timestamp?
          var asOf: Timestamp?
          for _ in 0..<60 {
            let answer = try reader.freshness(FreshnessPolicy(maxAge: .seconds(1)))
            let times = Set(answer.rows.map(\.lastMaterialized))
            #expect(times.count == 1 && answer.rows.count == 40)
            let time = try #require(times.first ?? nil)
            #expect(last.map { $0 <= time } ?? true, "an answer went back in time")
            #expect(asOf.map { $0 <= (answer.asOf ?? .earliest) } ?? true)
            (last, asOf) = (time, answer.asOf)
            _ = try reader.failures(since: .earliest)
          }
          return 0
        }
      }
      group.addTask {
        for round in 2..<20 {
          for number in 0..<40 {
            var manifest = ManifestText(name: "n\(number)", id: "a", updatedAt: Self.now)
            manifest.lastMaterialized = Int64(round) * 1_000_000
            try tree.replace(.manifest("n\(number)", "a"), with: Array(manifest.text.utf8))
          }
          _ = try writer.reconcile()
        }
        return 1
      }
      for try await _ in group {}
    }
    #expect(
      try Set(reader.freshness(FreshnessPolicy(maxAge: .seconds(1))).rows.map(\.lastMaterialized?.microseconds)) == [
        19_000_000
      ])
  }
}
