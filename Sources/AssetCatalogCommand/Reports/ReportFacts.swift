import AssetCatalog
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
  /// Rules of the policy, and how many of them match no asset.
  var ruleCount: Int
  var unmatchedRules: Int
}

/// One asset in a report.
struct ReportedAsset: Sendable {
  let row: FreshnessRow
  /// How long the newest run that ended took, in milliseconds, where its metadata says so.
  let lastRunDuration: Int64?
}

extension ReportFacts {
  /// The time that `failures` looks back.
  static let failureWindow: Int64 = 86_400_000_000

  /// Asks the catalog. Only the first question brings the index up to date.
  init(_ session: Session, _ policy: FreshnessPolicy) throws {
    let answer = try session.catalog().freshness(policy)
    let catalog = try session.settledCatalog(at: answer.generatedAt)
    let since = Timestamp(microseconds: answer.generatedAt.microseconds - Self.failureWindow)
    let failures = try catalog.failures(since: since)
    let durations = try Self.durations(catalog)
    self.init(
      generatedAt: answer.generatedAt, asOf: answer.asOf, root: session.root, gaps: answer.gaps,
      assets: answer.rows.map { ReportedAsset(row: $0, lastRunDuration: durations[$0.asset]) },
      failures: failures.rows, unfinished: failures.unfinished, problems: try catalog.problems().rows,
      ruleCount: 0, unmatchedRules: 0)
  }

  /// How long the newest ended run of each asset took.
  private static func durations(_ catalog: AssetCatalog) throws -> [AssetIdentifier: Int64] {
    let answer = try catalog.query(
      """
      SELECT asset_name, asset_id, (SELECT duration_ms FROM runs WHERE runs.asset_name = assets.asset_name
        AND runs.asset_id = assets.asset_id AND runs.run_id = assets.last_run_id) AS duration_ms
      FROM assets WHERE last_run_id IS NOT NULL AND duration_ms IS NOT NULL
      """, timeout: .seconds(300))
    var durations: [AssetIdentifier: Int64] = [:]
    for row in answer.rows {
      guard case .text(let name) = row[0], case .text(let id) = row[1], case .integer(let count) = row[2] else {
        continue
      }
      durations[AssetIdentifier(name: name, id: id)] = count
    }
    return durations
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
  var asset: AssetIdentifier { row.asset }

  /// Whether somebody has to act.
  var level: FreshnessLevel {
    switch row.state {
    case .stale, .never, .unknown: .error
    case .warn: .warn
    case .fresh, .ignored: .ok
    }
  }

  var owner: String? { nil }
  var severity: String { "normal" }
  var rule: String? { nil }
  var consecutiveFailures: Int? { nil }

  /// Until when the last materialization is good, or since when it is not; `nil` where there is none, and where nothing is
  /// demanded.
  var expires: Timestamp? {
    guard row.state != .ignored, let last = row.lastMaterialized else { return nil }
    let (time, overflow) = last.microseconds.addingReportingOverflow(row.maxAgeMicroseconds)
    return overflow ? nil : Timestamp(microseconds: time)
  }

  /// Before others in what is limited: a choice that does not change with states.
  var severityRank: Int { ["critical": 0, "normal": 1][severity] ?? 2 }
}
