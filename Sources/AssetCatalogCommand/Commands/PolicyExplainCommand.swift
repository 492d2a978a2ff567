import ArgumentParser
import AssetCatalog
import FreshnessRules
import ManifestModel

/// `asset-catalog policy explain`.
struct PolicyExplainCommand: FormattedCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Which rules an asset gets, how it stands, and when it is due.",
    discussion: HelpText.discussion(
      """
      Tells each key that holds for the asset, its value and the line it comes from; all rules that match, and what \
      each of them gives; the state and why; and the last three and next three ticks with their windows and deadlines. \
      A run counts for a tick from the opening of its window to its deadline. Without an id, every asset of that name \
      is explained.
      """,
      examples: [
        "asset-catalog policy explain gold.revenue_daily", "asset-catalog policy explain gold.kpi a1 --format json",
      ],
      found: "there is no such asset",
      unusable: "the policy file, a time, a duration or the index"))

  @Argument(help: "The name of the asset.")
  var name: String
  @Argument(help: "The id of one configuration.")
  var id: String?
  @OptionGroup var policy: PolicyOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var freshIndex: FreshIndexOptions
  @OptionGroup var globals: GlobalOptions

  func reconciling() throws(CommandFailure) -> Catalog.Reconciling { try freshIndex.reconciling() }

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    var used = try session.policy(policy)
    used.policy.tellsReasons = true
    let found = try session.assets(named: name, id: id)
    let catalog = try session.settledCatalog()
    let rows = try catalog.freshness(used.policy, name: GlobPattern.exactly(name)).rows
    var explanations: [PolicyExplanation] = []
    let wanted = Set(found.rows.map(\.asset))
    let explained = rows.filter { wanted.contains($0.asset) }
    for (row, runs) in zip(explained, try catalog.runs(ofEach: explained.map(\.asset))) {
      let paths = try catalog.artifacts(of: row.asset).rows.map(\.path)
      explanations.append(PolicyExplanation(row, used, paths, runs.compactMap(\.materialized), now: found.generatedAt))
    }
    session.clearProgress()
    if format.format == .table {
      try CardForm().write(explanations.flatMap(\.sections), to: &output)
    } else {
      let report = Report(
        columns: Column.explanations, rows: explanations, generatedAt: found.generatedAt, asOf: found.asOf,
        root: session.root, emptySentence: "")
      try report.write(format, to: &output)
    }
    return found.rows.isEmpty ? try session.endWithoutAsset(name, id) : .success
  }
}
