import AssetCatalog
import FreshnessRules
import ManifestModel

/// What a report counts, whatever its form: so that every form has the same numbers.
struct ReportTotals {
  /// The time that reports look back for failures.
  static let failureWindow: Int64 = 86_400_000_000

  let generatedAt: Timestamp
  let asOf: Timestamp?
  let root: String
  let gaps: AnswerGaps
  /// How many assets there are.
  private(set) var assetCount = 0
  /// The worst level of any asset.
  private(set) var worstLevel = FreshnessLevel.ok
  /// Failures of the last day. What has not ended and is late is none yet.
  private(set) var failureCount = 0
  private(set) var unfinished: UnfinishedSummary?
  /// What `problems` lists.
  let problems: [ProblemRow]

  private var countsByState = StateCounts()
  private var countsByOwner: [String: LevelCounts] = [:]
  private var matched: [Bool]

  /// Asks the catalog for all but its assets, which are added one by one.
  ///
  /// - Parameters:
  ///   - failed: is given each failure of the last day, runs that take too long included; newest first.
  ///   - each: is given each asset, for what more a form wants to know of it.
  init(
    of catalog: Catalog, _ assets: AnswerPages<FreshnessRow>, _ policy: Policy,
    failed: (FailureRow) -> Void = { _ in }, each: (FreshnessRow) -> Void = { _ in }
  ) throws(CatalogError) {
    generatedAt = assets.generatedAt
    asOf = assets.asOf
    root = catalog.root
    gaps = assets.gaps
    matched = Array(repeating: false, count: policy.rules.count)
    problems = try catalog.problems().rows
    var failures = try catalog.failureQuestion(since: Self.failuresSince(generatedAt)).pages()
    unfinished = failures.unfinished
    while let page = try failures.next() {
      for row in page {
        if row.outcome == .failed || row.outcome == .interrupted { failureCount += 1 }
        failed(row)
      }
    }
    var assets = assets
    while let page = try assets.next() {
      for row in page {
        add(row)
        each(row)
      }
    }
  }

  /// From when on failures are told of.
  static func failuresSince(_ now: Timestamp) -> Timestamp {
    Timestamp(microseconds: now.microseconds.saturatingSubtract(failureWindow))
  }

  private mutating func add(_ row: FreshnessRow) {
    assetCount += 1
    worstLevel = max(worstLevel, row.level)
    countsByState.add(row.state)
    countsByOwner[row.owner ?? "", default: LevelCounts()].add(row.level)
    for rule in row.rules { matched[rule] = true }
  }

  // MARK: Totals

  /// How many assets have each state, those of no asset too.
  var states: [(key: String, count: Int)] {
    FreshnessState.allCases.map { ($0.rawValue, countsByState[$0]) }
  }

  /// How many assets have each level, those of no asset too.
  var levels: [(key: String, count: Int)] {
    countsByOwner.values.reduce(into: LevelCounts()) { $0.add($1) }.counts
  }

  /// How many assets have a level.
  func count(_ level: FreshnessLevel) -> Int { countsByOwner.values.reduce(0) { $0 + $1[level] } }

  /// How many assets of each owner have each level; by owner, those without one first.
  var owners: [(owner: String?, levels: [(key: String, count: Int)])] {
    countsByOwner.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map {
      ($0.key.isEmpty ? nil : $0.key, $0.value.counts)
    }
  }

  /// Rules of the policy, and how many of them match no asset.
  var ruleCount: Int { matched.count }
  var unmatchedRules: Int { matched.count { !$0 } }

  /// How many problems there are of each kind.
  var problemKinds: [(key: String, count: Int)] {
    var counts = Dictionary(uniqueKeysWithValues: ProblemKind.allCases.map { ($0.rawValue, 0) })
    for problem in problems { counts[problem.kind.rawValue, default: 0] += 1 }
    return counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

/// How many assets have each level.
private struct LevelCounts {
  private var ok = 0
  private var warn = 0
  private var error = 0

  subscript(_ level: FreshnessLevel) -> Int {
    switch level {
    case .ok: ok
    case .warn: warn
    case .error: error
    }
  }

  var counts: [(key: String, count: Int)] { FreshnessLevel.allCases.map { ($0.rawValue, self[$0]) } }

  mutating func add(_ level: FreshnessLevel) {
    switch level {
    case .ok: ok += 1
    case .warn: warn += 1
    case .error: error += 1
    }
  }

  mutating func add(_ other: LevelCounts) {
    ok += other.ok
    warn += other.warn
    error += other.error
  }
}

extension FreshnessRow {
  /// Until when the last materialization is good, or since when it is not; `nil` where there is none, and where nothing
  /// is demanded.
  var expires: Timestamp? { staleSince ?? freshUntil }
}
