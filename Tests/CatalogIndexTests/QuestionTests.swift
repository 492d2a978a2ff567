import CatalogIndex
import CatalogTestSupport
import ManifestModel
import SQLiteDatabase
import Testing

/// Every question against 2,000 assets that were put into the index by SQL, and against what plain Swift makes of them.
@Suite struct QuestionTests {
  private typealias Asset = SyntheticIndex.Asset
  private typealias Run = SyntheticIndex.Run

  private let index: SyntheticIndex
  private let assets: [Asset]
  private let known: [Asset]

  init() throws {
    var random = SplitMix64(seed: 2026)
    var assets: [Asset] = []
    let teams = ["bronze.a", "bronze.b", "gold.k", "caf\u{E9}", "cafe\u{301}", "[odd]*?"]
    for number in 0..<2000 {
      let team = teams[Int.random(in: 0..<teams.count, using: &random)]
      let name = random.chance(1, in: 5) ? team : "\(team).\(Int.random(in: 0..<900, using: &random))"
      var asset = Asset(identifier: AssetIdentifier(name: name, id: "id\(number)"))
      asset.isKnown = !random.chance(1, in: 20)
      // Few distinct times, so that names and ids must break ties.
      asset.lastMaterialized = random.chance(1, in: 10) ? nil : Int64.random(in: 0..<300, using: &random)
      asset.signature = random.chance(1, in: 10) ? nil : "s\(Int.random(in: 0..<3, using: &random))"
      if number % 7 == 0 { asset.signature = asset.identifier.id }
      guard asset.isKnown else {
        assets.append(asset)
        continue
      }
      let runs = Int.random(in: 0..<5, using: &random)
      for run in 0..<runs {
        let result = Int64.random(in: 0...2, using: &random)
        let start = random.chance(1, in: 10) ? nil : Int64.random(in: 0..<300, using: &random)
        let failedAt = result == 0 || random.chance(1, in: 10) ? nil : Int64.random(in: 0..<300, using: &random)
        asset.runs.append(
          Run(
            id: "r\(run)", result: result, isNewest: run == runs - 1, startedAt: start,
            materialized: result == 0 ? 7 : nil, duration: 5, failedAt: failedAt, error: "e\(run)"))
      }
      for artifact in 0..<Int.random(in: 0..<4, using: &random) {
        asset.artifacts.append("\(name)/\(artifact)-\(number % 100)")
      }
      assets.append(asset)
    }
    var facts = SplitMix64(seed: 7)
    for asset in assets.indices {
      for run in assets[asset].runs.indices where facts.chance(3, in: 4) {
        assets[asset].runs[run].facts = (0..<Int.random(in: 1..<4, using: &facts)).map { place in
          let path = facts.chance(1, in: 3) ? "\(assets[asset].runs[run].id)/\(place)" : "\(place)"
          let hash = facts.chance(1, in: 5) ? nil : "h\(Int.random(in: 0..<2, using: &facts))"
          return ArtifactFacts(path: path, bytes: Int64(place), schemaHash: hash)
        }
      }
    }
    index = try SyntheticIndex()
    try index.insert(assets.shuffled(using: &random))
    self.assets = assets
    known = assets.filter(\.isKnown).sorted { $0.identifier < $1.identifier }
  }

  private func read<Cursor: PageCursor>(_ cursor: Cursor, page: Int) throws -> [Cursor.Entry] {
    var cursor = cursor
    let reader = try index.reader()
    var records: [Cursor.Entry] = []
    while true {
      let next = try cursor.next(page, from: reader)
      if next.isEmpty { return records }
      records += next
    }
  }

  private func select(never: Bool, _ times: ClosedRange<Int64>?) -> FreshnessCursor.Selection {
    FreshnessCursor.Selection(includesUnknown: true, includesNever: never, times: times)
  }

  private func matches(_ asset: Asset, _ pattern: String?) -> Bool {
    guard let pattern else { return true }
    let prefix = pattern.utf8.dropLast()
    return asset.identifier.name.utf8.starts(with: prefix)
  }

  @Test(
    "freshness is ordered by time, then name, then id, whatever the size of a page", arguments: [1, 7, 1000, 5000],
    [nil, "bronze*", "cafe\u{301}*", "none*"] as [String?])
  func freshness(page: Int, pattern: String?) throws {
    guard page > 1 || pattern == "cafe\u{301}*" else { return }
    let rows = try read(FreshnessCursor(select(never: true, 20...250), now: 400, name: pattern), page: page)
    let expected = known.filter { asset in
      matches(asset, pattern) && (asset.lastMaterialized.map { (20...250).contains($0) } ?? true)
    }.sorted { ($0.lastMaterialized ?? .min, $0.identifier) < ($1.lastMaterialized ?? .min, $1.identifier) }
    #expect(rows.map(\.asset) == expected.map(\.identifier))
    #expect(rows.map(\.lastMaterialized) == expected.map(\.lastMaterialized))
  }

  @Test("assets without a materialization come alone when they are asked for alone, and not at all when they are not")
  func neverAlone() throws {
    let never = try read(FreshnessCursor(select(never: true, nil), now: 400), page: 100)
    #expect(never.map(\.asset) == known.filter { $0.lastMaterialized == nil }.map(\.identifier))
    let others = try read(FreshnessCursor(select(never: false, 0...1000), now: 400), page: 100)
    #expect(others.count == known.count - never.count)
  }

  @Test("failures come newest first, each once, whichever way led to it", arguments: [3, 50, 100_000])
  func failures(page: Int) throws {
    let question = FailureQuestion(since: 40, now: 400, window: 200, name: "bronze*")
    let rows = try read(FailureCursor(question), page: page)
    var expected: [(time: Int64, asset: AssetIdentifier, run: String)] = []
    for asset in known where matches(asset, "bronze*") {
      for run in asset.runs where run.result > 0 {
        let lapse = run.startedAt.map { $0 + 200 }
        let end = run.result == 1 ? run.failedAt : [run.failedAt, lapse].compactMap(\.self).min()
        guard let end, end >= 40, run.result == 1 || end <= 400 else { continue }
        expected.append((end, asset.identifier, run.id))
      }
    }
    expected.sort { ($1.time, $0.asset, $0.run) < ($0.time, $1.asset, $1.run) }
    #expect(rows.map(\.run.asset) == expected.map(\.asset))
    #expect(rows.map(\.run.runID) == expected.map(\.run))
    #expect(rows.map(\.failureTime) == expected.map { Optional($0.time) })
    #expect(rows.allSatisfy { $0.run.error != nil })
  }

  @Test(
    "a list is in the order of the bytes, and a pattern that is a whole name finds it",
    arguments: [nil, "bronze.a*", "cafe\u{301}*", "caf\u{E9}*", "*"] as [String?])
  func list(pattern: String?) throws {
    let rows = try read(AssetCursor(name: pattern, now: 400), page: 64)
    #expect(rows.map(\.asset) == known.filter { pattern == "*" || matches($0, pattern) }.map(\.identifier))
    let exact = try read(AssetCursor(name: "bronze.a", now: 400), page: 64)
    #expect(exact.map(\.asset) == known.filter { $0.identifier.name == "bronze.a" }.map(\.identifier))
    let odd = try read(AssetCursor(name: "[[]odd][*][?]", now: 400), page: 64)
    #expect(odd.map(\.asset) == known.filter { $0.identifier.name == "[odd]*?" }.map(\.identifier))
  }

  @Test("one asset is found by its bytes, and one that is only a folder is not")
  func single() throws {
    let reader = try index.reader()
    for asset in assets.prefix(200) {
      let row = try reader.asset(asset.identifier, at: 400)
      #expect(row?.asset == (asset.isKnown ? asset.identifier : nil))
      #expect(row.map { Int($0.runCount) } == (asset.isKnown ? asset.runs.count : nil))
      let runs = try reader.runs(of: asset.identifier, at: 400)
      let expected = asset.runs.sorted { ($1.startedAt ?? .min, $1.id) < ($0.startedAt ?? .min, $0.id) }
      #expect(runs.map(\.runID) == expected.map(\.id))
    }
  }

  @Test("drift has every asset of a name with several known ones, and every signature that was not expected")
  func drift() throws {
    var expected: [AssetIdentifier: String] = [AssetIdentifier(name: "zzz", id: "unknown"): "s0"]
    for asset in assets where asset.identifier.id.hasSuffix("3") { expected[asset.identifier] = "s1" }
    var wanted: [String] = []
    for asset in known {
      let siblings = known.count { $0.identifier.name.utf8.elementsEqual(asset.identifier.name.utf8) }
      if siblings > 1 { wanted.append("\(asset.identifier.id) \(siblings) -") }
      if let signature = expected[asset.identifier], signature != asset.signature {
        wanted.append("\(asset.identifier.id) \(siblings) \(signature)")
      }
    }
    for page in [1, 10, 10_000] {
      let rows = try read(DriftCursor(expected: expected, now: 400), page: page)
      #expect(rows.map { "\($0.asset.id) \($0.configurationCount) \($0.expectedSignature ?? "-")" } == wanted)
    }
    let named = try read(DriftCursor(expected: expected, name: "gold*", now: 400), page: 10)
    #expect(!named.isEmpty && named.allSatisfy { $0.asset.name.hasPrefix("gold") })
  }

  @Test("artifacts come in the order of the manifests, and a path finds its producers")
  func artifacts() throws {
    let expected = known.flatMap { asset in asset.artifacts.map { (asset.identifier, $0) } }
    for page in [1, 99, 100_000] {
      let rows = try read(ArtifactCursor(), page: page)
      #expect(rows.map(\.asset) == expected.map(\.0))
      #expect(rows.map(\.path) == expected.map(\.1))
    }
    let path = try #require(expected.first?.1)
    let producers = try index.reader().producers(of: [path, "/\(path)"])
    #expect(producers.map(\.asset) == expected.filter { $0.1.utf8.elementsEqual(path.utf8) }.map(\.0))
  }

  @Test(
    "schema changes come by name, id and place, whatever the size of a page", arguments: [1, 2, 30, 10_000],
    [nil, "bronze*", "none*"] as [String?])
  func schemaChanges(page: Int, pattern: String?) throws {
    var wanted: [String] = []
    for asset in known where matches(asset, pattern) {
      let telling = asset.runs.filter { $0.result == 0 && $0.facts.contains { $0.schemaHash != nil } }
        .sorted { ($1.startedAt ?? .min, $1.id) < ($0.startedAt ?? .min, $0.id) }
      guard telling.count > 1 else { continue }
      let (now, before) = (telling[0].facts, telling[1].facts)
      for (place, artifact) in now.enumerated() {
        let atPlace = place < before.count && !now.contains { $0.path == before[place].path } ? before[place] : nil
        let former = before.first { $0.path == artifact.path } ?? atPlace
        guard let hash = artifact.schemaHash, let old = former?.schemaHash, hash != old else { continue }
        wanted.append(
          "\(asset.identifier.id) \(telling[0].id) \(telling[1].id) \(place) \(artifact.path) \(hash) \(old)")
      }
    }
    #expect(pattern == "none*" || wanted.count > 20)
    let rows = try read(SchemaChangeCursor(name: pattern), page: page)
    #expect(
      rows.map {
        "\($0.asset.id) \($0.runID) \($0.previousRunID) \($0.position) \($0.path) \($0.schemaHash) \($0.previousSchemaHash)"
      } == wanted)
  }

  @Test("the facts of the newest run that has some, and of the newest that succeeded")
  func artifactFacts() throws {
    let reader = try index.reader()
    for asset in known.prefix(300) {
      let runs = asset.runs.sorted { ($1.startedAt ?? .min, $1.id) < ($0.startedAt ?? .min, $0.id) }
      let newest = runs.first { !$0.facts.isEmpty }
      let found = try reader.newestArtifactFacts(of: asset.identifier)
      #expect(found.map(\.facts) == newest?.facts ?? [] && found.allSatisfy { $0.runID == newest?.id })
      let succeeded = try reader.materializedArtifactFacts(of: asset.identifier)
      #expect(succeeded.map(\.facts) == runs.first { $0.result == 0 }?.facts ?? [])
      guard let any = runs.last else { continue }
      #expect(try reader.materializedArtifactFacts(of: asset.identifier, run: any.id).map(\.facts) == any.facts)
    }
  }

  @Test("freshness by name has the same rows as by time, whatever the size of a page", arguments: [1, 7, 1000, 5000])
  func freshnessByName(page: Int) throws {
    // By a clock that many times are ahead of, too.
    for now in [400, 120] as [Int64] {
      let byTime = try read(FreshnessCursor(select(never: true, .min ... .max), now: now), page: 1000)
      let byName = try read(NamedFreshnessCursor(now: now), page: page)
      func line(_ record: FreshnessEntry) -> String {
        "\(record.asset.name) \(record.asset.id) \(record.lastMaterialized ?? -1) \(record.source ?? "") \(record.isUnknown)"
      }
      #expect(byName.map(line) == byTime.sorted { $0.asset < $1.asset }.map(line))
      #expect(try index.reader().countFreshness() == byName.count)
      #expect(!byName.isEmpty)
    }
  }

  @Test("the facts of several runs are those of each")
  func artifactFactsOfRuns() throws {
    let reader = try index.reader()
    let records = try read(NamedFreshnessCursor(now: 400), page: 1000)
    var told = 0
    for asset in known.prefix(300) {
      guard let record = records.first(where: { $0.asset == asset.identifier }) else { continue }
      let runs = asset.runs.prefix(IndexReader.mostRunsOfFacts)
      let facts = try reader.artifactFacts(ofRuns: runs.map(\.id), of: record)
      #expect(facts == runs.map(\.facts))
      told += facts.count { !$0.isEmpty }
    }
    #expect(told > 0)
  }

  @Test("counts are those of the rows")
  func counts() throws {
    let reader = try index.reader()
    #expect(try reader.countNeverMaterialized() == known.count { $0.lastMaterialized == nil })
    #expect(try reader.countMaterialized(upTo: 100) == known.count { $0.lastMaterialized.map { $0 <= 100 } ?? false })
    #expect(try reader.countMaterialized(after: 100) == known.count { $0.lastMaterialized.map { $0 > 100 } ?? false })
    #expect(try reader.countsByStatus().map(\.assets) == [known.count])
    #expect(try reader.countsByStatus().map(\.runs) == [known.reduce(0) { $0 + $1.runs.count }])
    #expect(try reader.countArtifacts() == known.reduce(0) { $0 + $1.artifacts.count })
    let runs = known.flatMap(\.runs)
    let counted = try reader.countUnsuccessfulRuns(at: 250, window: 100)
    let running = runs.filter { run in
      run.result == 2 && run.startedAt.map { $0 > 150 } ?? false && run.failedAt.map { $0 > 250 } ?? true
    }
    #expect(counted.failed == runs.count { $0.result == 1 && $0.failedAt != nil })
    #expect(counted.running == running.count)
    #expect(counted.interrupted == runs.count { $0.result == 2 } - running.count)
    let unfinished = try reader.unfinishedRuns(at: 250, window: 100)
    #expect(unfinished.count == running.count)
    #expect(unfinished.oldestStart == running.compactMap(\.startedAt).min())
  }

  @Test("a snapshot sees nothing of what is written while it is open")
  func snapshot() throws {
    let reader = try index.reader()
    let index = index
    let counts = try reader.snapshot { () throws(IndexError) in
      let before = try reader.countNeverMaterialized()
      let added = Result { try index.insert([Asset(identifier: AssetIdentifier(name: "new", id: "new"))]) }
      return (before, try reader.countNeverMaterialized(), added.isSuccess)
    }
    #expect(counts.0 == counts.1)
    #expect(counts.2)
    #expect(try reader.countNeverMaterialized() == counts.0 + 1)
  }
}

extension Result {
  fileprivate var isSuccess: Bool {
    if case .success = self { true } else { false }
  }
}
