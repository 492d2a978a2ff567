import ArgumentParser
import AssetCatalog

/// `asset-catalog stale`.
struct StaleCommand: QuestionCommand {
  static let configuration = CommandConfiguration(
    commandName: "stale",
    abstract: "Only what is not fresh, oldest first.",
    discussion: HelpText.discussion(
      """
      Assets that are stale under the policy file, and first of all those of which it cannot be told and those that \
      were never materialized, unless the policy waits for them. With --max-age the file is not looked at: assets \
      whose last materialization is at least so long ago. Without both, 24h.
      """,
      examples: [
        "asset-catalog stale --max-age 7d",
        "asset-catalog stale --owner finance",
        "asset-catalog stale --max-age 6h --name 'bronze.*' --quiet || page-the-engineer",
      ],
      found: "at least one asset is stale, unknown or was never materialized, or a --name matches no asset",
      unusable: "the policy file, a time, a duration or the index"))

  @Option(
    help: ArgumentHelp("Assets at least this old are stale, whatever the policy file says.", valueName: "duration"))
  var maxAge: String?
  @OptionGroup var policy: PolicyOptions
  @OptionGroup var filter: FreshnessFilterOptions
  @OptionGroup var name: NameOptions
  @OptionGroup var answer: AnswerOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    if maxAge != nil && policy.policy != nil {
      throw ValidationError("--max-age and --policy cannot be given together")
    }
  }

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    var used = PolicyInUse()
    if let maxAge {
      used.policy = FreshnessPolicy(maxAge: try Session.duration(maxAge, for: "--max-age"))
    } else {
      used = try session.policy(policy)
    }
    let pages = try session.catalog().freshnessQuestion(
      used.policy, names: name.names, states: [.stale, .never, .unknown], levels: filter.levels ?? [.warn, .error],
      owners: filter.owners, severities: filter.severities
    ).pages(limit: answer.limit.limit)
    let report = session.report(
      pages, columns: Column.freshness(used), empty: "No asset is stale.", limit: answer.limit.limit
    ) {
      "\(HumanText.count($0, "asset")) stale, unknown or never materialized."
    }
    session.clearProgress()
    var isFound = false
    try report.observing { isFound = isFound || filter.failOn.isFound($0.level) }.write(answer.format, to: &output)
    return try session.status(
      isFound || session.isIncomplete(pages.gaps) ? .found : .success, unlessUnmatched: name.names)
  }
}
