import AssetCatalog
import FreshnessRules
import ManifestModel

/// Everything that a report tells, whatever its form: so that every form has the same numbers.
struct ReportFacts {
  var generatedAt: Timestamp
  var asOf: Timestamp?
  var root: String
  var gaps: AnswerGaps
  /// Where more is asked: as of the same moment.
  var catalog: AssetCatalog
  /// Every asset, in the order of `freshness`.
  var assets: [FreshnessRow]
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
      generatedAt: answer.generatedAt, asOf: answer.asOf, root: session.root, gaps: answer.gaps, catalog: catalog,
      assets: answer.rows,
      failures: failures.rows, unfinished: failures.unfinished, problems: try catalog.problems().rows,
      tellsWhy: used.file != nil, ruleCount: policy.policy.rules.count,
      unmatchedRules: policy.policy.rules.isEmpty
        ? 0 : try PolicyCensus(policy.policy, of: answer.rows.lazy.map(\.asset), in: catalog).matched.count { $0 == 0 })
  }

  // MARK: Totals

  /// How many assets have each state, those of no asset too.
  var states: [(key: String, count: Int)] {
    FreshnessState.allCases.map { state in (state.rawValue, assets.count { $0.state == state }) }
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

/// What a report tells of the runs of one asset.
struct ReportedRuns: Sendable {
  /// Runs that ended without success since the last success; also of an asset that is well.
  let consecutiveFailures: Int
  /// How long the newest run that ended took, in milliseconds, where its metadata says so.
  let lastDuration: Int64?

  /// Runs that are looked at first: of most assets more decide nothing.
  private static let fewRuns = 16

  /// What is told of each of some assets.
  static func of(_ rows: [FreshnessRow], in catalog: AssetCatalog) throws(CatalogError) -> [ReportedRuns] {
    var result: [ReportedRuns] = []
    result.reserveCapacity(rows.count)
    var rest = rows[...]
    while !rest.isEmpty {
      let piece = rest.prefix(1_024)
      rest = rest.dropFirst(piece.count)
      var runs = try catalog.runs(ofEach: piece.filter { !$0.tellsRuns }.map(\.asset), limit: fewRuns)[...]
      for row in piece {
        if row.tellsRuns {
          result.append(ReportedRuns(of: row))
          continue
        }
        let few = runs.removeFirst()
        let isEnough = few.count < fewRuns || few.contains { $0.outcome == .succeeded }
        result.append(ReportedRuns(of: row, isEnough ? few : try catalog.runs(of: row.asset).rows))
      }
    }
    return result
  }

  /// Of a row for which the runs were looked at already.
  private init(of row: FreshnessRow) {
    consecutiveFailures = row.consecutiveFailures ?? 0
    lastDuration = row.lastDurationMilliseconds
  }

  /// - Parameter runs: those that decide, newest first.
  private init(of row: FreshnessRow, _ runs: [RunRow]) {
    let ended = runs.lazy.filter { $0.outcome != .running && $0.outcome != .overrun }
    consecutiveFailures = row.consecutiveFailures ?? ended.prefix { $0.outcome != .succeeded }.count
    lastDuration = runs.first { $0.outcome == .succeeded || $0.outcome == .failed }?.durationMilliseconds
  }
}

extension FreshnessRow {
  /// Until when the last materialization is good, or since when it is not; `nil` where there is none, and where nothing is
  /// demanded.
  var expires: Timestamp? { staleSince ?? freshUntil }
}
