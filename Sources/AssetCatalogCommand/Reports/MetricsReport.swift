import AssetCatalog
import ManifestModel
import Synchronization

/// A report as metrics, for the textfile collector of node_exporter or any reader of OpenMetrics.
///
/// Ages are left to whoever reads: an alert that counts them itself stays right when the writer stops.
struct MetricsReport {
  let totals: ReportTotals
  /// Assets that get series of their own: by severity, then by name. Not by state, so that series do not come and go
  /// with it.
  private let shown: Foremost<Rank, FreshnessRow>

  private struct Rank: Comparable {
    let severity: FreshnessSeverity

    static func < (left: Rank, right: Rank) -> Bool { left.severity > right.severity }
  }

  /// - Parameter series: of how many assets at most.
  init(_ session: Session, _ used: PolicyInUse, series: Int) throws(CatalogError) {
    // Reasons are not told here.
    var policy = used.policy
    policy.tellsReasons = false
    (totals, shown) = try session.catalog().inOneMoment { catalog throws(CatalogError) in
      var shown = Foremost<Rank, FreshnessRow>(series)
      let candidates = Candidates(series)
      let assets = try catalog.reportQuestion(policy, inOrderOfNames: true) { candidates.takes($0) }.pages()
      let totals = try ReportTotals(
        of: catalog, assets, policy.policy,
        each: { row in shown.offer(Rank(severity: row.severity)) { row } })
      return (totals, shown)
    }.answers
  }

  /// The first few assets of each severity, of which alone the runs need be read.
  private final class Candidates: Sendable {
    private let limit: Int
    private let counts = Mutex<[FreshnessSeverity: Int]>([:])

    init(_ limit: Int) {
      self.limit = limit
    }

    func takes(_ row: FreshnessRow) -> Bool {
      counts.withLock { counts in
        counts[row.severity, default: 0] += 1
        return counts[row.severity, default: 0] <= limit
      }
    }
  }

  /// How many assets the limit left out.
  var left: Int { shown.count - shown.held.count }

  /// - Parameter labels: of every series.
  func write(labels: [MetricsText.Label], isForTerminal: Bool = false, to output: inout ByteSink) throws {
    var text = MetricsText(common: labels, isForTerminal: isForTerminal)
    try writeAssets(&text, to: &output)
    try writeTotals(&text, to: &output)
    text.begin("assets_without_series", "Assets that the limit of series left out; the totals count them.", to: &output)
    try text.add([], left, to: &output)
    try text.finish(&output)
  }

  private func writeAssets(_ text: inout MetricsText, to output: inout ByteSink) throws(OutputError) {
    let assets = shown.elements
    func labels(_ asset: FreshnessRow) -> [MetricsText.Label] {
      [("asset_name", asset.asset.name), ("asset_id", asset.asset.id)]
    }
    text.begin(
      "asset_last_materialized_timestamp_seconds",
      "When the asset was last materialized; left out where that is not known.",
      to: &output)
    for asset in assets {
      guard let time = asset.lastMaterialized else { continue }
      try text.add(labels(asset), microseconds: time.microseconds, to: &output)
    }
    text.begin(
      "asset_fresh_until_timestamp_seconds",
      "Until when the asset is good; in the past since when it is not. Left out for never and ignored.", to: &output)
    for asset in assets {
      guard let time = asset.expires else { continue }
      try text.add(labels(asset), microseconds: time.microseconds, to: &output)
    }
    text.begin("asset_level", "Whether somebody has to act: 0 no, 1 soon, 2 now.", to: &output)
    for asset in assets { try text.add(labels(asset), asset.level.number, to: &output) }
    text.begin("asset_consecutive_failures", "Runs that ended without success since the last success.", to: &output)
    for asset in assets { try text.add(labels(asset), asset.failuresInARow, to: &output) }
    text.begin(
      "asset_last_run_duration_seconds", "How long the newest run that ended took; left out where that is not known.",
      to: &output)
    for asset in assets {
      guard let count = asset.lastDurationMilliseconds else { continue }
      let (microseconds, overflow) = count.multipliedReportingOverflow(by: 1000)
      if !overflow { try text.add(labels(asset), microseconds: microseconds, to: &output) }
    }
    text.begin("asset_policy_info", "Always 1: rule, owner and severity of the asset, to join with.", to: &output)
    for asset in assets {
      let more = [("rule", asset.rule ?? ""), ("owner", asset.owner ?? ""), ("severity", asset.severity.rawValue)]
      try text.add(labels(asset) + more, 1, to: &output)
    }
  }

  private func writeTotals(_ text: inout MetricsText, to output: inout ByteSink) throws(OutputError) {
    text.begin("assets", "Assets by how fresh they are.", to: &output)
    for (state, count) in totals.states { try text.add([("state", state)], count, to: &output) }
    text.begin("assets_by_owner", "Assets by owner and level.", to: &output)
    for (owner, levels) in totals.owners {
      for (level, count) in levels { try text.add([("owner", owner ?? ""), ("level", level)], count, to: &output) }
    }
    text.begin("runs_failed_last_day", "Runs that failed or never came back in the last 24 hours.", to: &output)
    try text.add([], totals.failureCount, to: &output)
    text.begin("problems", "Files of the tree that cannot be read or that contradict themselves.", to: &output)
    for (kind, count) in totals.problemKinds { try text.add([("kind", kind)], count, to: &output) }
    text.begin("policy_rules", "Rules of the policy.", to: &output)
    try text.add([], totals.ruleCount, to: &output)
    text.begin("policy_rules_unmatched", "Rules of the policy that match no asset.", to: &output)
    try text.add([], totals.unmatchedRules, to: &output)
    if let asOf = totals.asOf {
      text.begin("index_as_of_timestamp_seconds", "What was true in the tree then is told here.", to: &output)
      try text.add(microseconds: asOf.microseconds, to: &output)
    }
    text.begin("report_timestamp_seconds", "When this was written: alert where that is long ago.", to: &output)
    try text.add(microseconds: totals.generatedAt.microseconds, to: &output)
    text.begin("build_info", "Always 1: the version of asset-catalog.", to: &output)
    try text.add([("version", RootCommand.version)], 1, to: &output)
  }
}

extension FreshnessLevel {
  /// As a gauge: 0, 1 or 2.
  fileprivate var number: Int { self == .ok ? 0 : self == .warn ? 1 : 2 }
}
