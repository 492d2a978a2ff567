import AssetCatalog
import FreshnessRules
import ManifestModel

/// Everything that a report tells, whatever its form: so that every form has the same numbers.
struct ReportFacts {
  var generatedAt: Timestamp
  var asOf: Timestamp?
  var root: String
  var gaps: AnswerGaps
  /// Every asset, in the order of `freshness`.
  var assets: [ReportedAsset]
  /// What failed in the last day, as `failures` has it.
  var failures: [FailureRow]
  var unfinished: UnfinishedSummary?
  /// What `problems` lists.
  var problems: [ProblemRow]
  /// Whether there is a policy file, so that people read why an asset is as it is.
  var tellsWhy: Bool
  /// Rules of the policy, and how many of them match no asset.
  var ruleCount: Int
  var unmatchedRules: Int
}

/// One asset in a report.
struct ReportedAsset: Sendable {
  let row: FreshnessRow
  /// Runs that ended without success since the last success; also of an asset that is well.
  let consecutiveFailures: Int
  /// How long the newest run that ended took, in milliseconds, where its metadata says so.
  let lastRunDuration: Int64?
}

extension ReportFacts {
  /// The time that `failures` looks back.
  static let failureWindow: Int64 = 86_400_000_000

  /// Asks the catalog. Only the first question brings the index up to date, and all have its clock.
  init(_ session: Session, _ used: PolicyInUse) throws {
    var policy = used.policy
    policy.tellsReasons = true
    let answer = try session.catalog().freshness(policy)
    let catalog = try session.settledCatalog(at: answer.generatedAt)
    let since = Timestamp(microseconds: answer.generatedAt.microseconds - Self.failureWindow)
    let failures = try catalog.failures(since: since)
    self.init(
      generatedAt: answer.generatedAt, asOf: answer.asOf, root: session.root, gaps: answer.gaps,
      assets: try answer.rows.map { row throws(CatalogError) in try ReportedAsset(row, in: catalog) },
      failures: failures.rows, unfinished: failures.unfinished, problems: try catalog.problems().rows,
      tellsWhy: used.file != nil, ruleCount: policy.policy.rules.count,
      unmatchedRules: try Self.unmatched(policy.policy, answer.rows, catalog))
  }

  /// How many rules match none of the assets.
  private static func unmatched(
    _ policy: Policy, _ rows: [FreshnessRow], _ catalog: AssetCatalog
  ) throws -> Int {
    guard !policy.rules.isEmpty else { return 0 }
    var paths: [AssetIdentifier: [String]] = [:]
    if policy.rules.contains(where: { $0.artifacts != nil }) {
      var pages = try catalog.artifactPages()
      try pages.forEach { paths[$0.asset, default: []].append($0.path) }
    }
    var census = PolicyCensus(policy)
    var matcher = PolicyMatcher(policy)
    for row in rows {
      let index = matcher.index(of: row.asset) { paths[row.asset] ?? [] }
      census.count(matcher.policies[index], policy)
    }
    return census.matched.count { $0 == 0 }
  }

  // MARK: Totals

  /// How many assets have each state, those of no asset too.
  var states: [(key: String, count: Int)] {
    FreshnessState.allCases.map { state in (state.rawValue, assets.count { $0.row.state == state }) }
  }

  /// How many assets have each level, those of no asset too.
  var levels: [(key: String, count: Int)] {
    FreshnessLevel.allCases.map { level in (level.rawValue, assets.count { $0.level == level }) }
  }

  /// How many assets of each owner have each level; by owner, those without one first.
  var owners: [(owner: String?, levels: [(key: String, count: Int)])] {
    let groups = Dictionary(grouping: assets) { $0.owner ?? "" }
    return groups.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { owner, assets in
      let levels = FreshnessLevel.allCases.map { level in (level.rawValue, assets.count { $0.level == level }) }
      return (owner.isEmpty ? nil : owner, levels)
    }
  }

  /// How many problems there are of each kind that the program knows, and of any other that the index holds.
  var problemKinds: [(key: String, count: Int)] {
    var counts = Dictionary(uniqueKeysWithValues: ProblemKind.allCases.map { ($0.rawValue, 0) })
    for problem in problems { counts[problem.kind, default: 0] += 1 }
    return counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Failures of the last day. What has not ended and is late is none yet.
  var failureCount: Int { failures.count { $0.outcome == .failed || $0.outcome == .interrupted } }

  /// The worst level of any asset.
  var worstLevel: FreshnessLevel { assets.map(\.level).max() ?? .ok }
}

extension ReportedAsset {
  /// Runs that are looked at first: of most assets more decide nothing.
  private static let fewRuns = 16

  init(_ row: FreshnessRow, in catalog: AssetCatalog) throws(CatalogError) {
    var runs = try catalog.runs(of: row.asset, limit: Self.fewRuns).rows
    func failures() -> Int {
      runs.filter { $0.outcome != .running && $0.outcome != .overrun }.prefix { $0.outcome != .succeeded }.count
    }
    if runs.count == Self.fewRuns, !runs.contains(where: { $0.outcome == .succeeded }) {
      runs = try catalog.runs(of: row.asset).rows
    }
    let ended = runs.first { $0.outcome == .succeeded || $0.outcome == .failed }
    self.init(
      row: row, consecutiveFailures: row.consecutiveFailures ?? failures(),
      lastRunDuration: ended?.durationMilliseconds)
  }

  var asset: AssetIdentifier { row.asset }
  var level: FreshnessLevel { row.level }
  var owner: String? { row.owner }
  var severity: FreshnessSeverity { row.severity }

  /// Until when the last materialization is good, or since when it is not; `nil` where there is none, and where nothing is
  /// demanded.
  var expires: Timestamp? {
    row.staleSince ?? row.freshUntil
  }
}
