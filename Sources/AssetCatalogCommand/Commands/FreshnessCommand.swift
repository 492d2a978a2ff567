import ArgumentParser
import AssetCatalog
internal import FreshnessRules

/// `asset-catalog freshness`.
struct FreshnessCommand: QuestionCommand {
  static let configuration = CommandConfiguration(
    commandName: "freshness",
    abstract: "How old each asset is, and whether that is too old or too late.",
    discussion: HelpText.discussion(
      """
      The age of an asset is the time since it was last materialized. It is 'fresh' below its maximum age, 'warn' from \
      the age to warn after, 'stale' from its maximum age on, 'never' if no materialization is known, and 'unknown' if \
      it cannot be told, since a file cannot be read or its times are ahead of the clock. The oldest come first, \
      'unknown' and 'never' first of all.

      A policy file gives assets ages, deadlines and owners of their own; see 'asset-catalog policy --help'. What it \
      demands nothing of is 'ignored'. For each asset that is not fine it is told why. --max-age and --warn-after take \
      the place of what the file demands outside its rules.
      """,
      examples: [
        "asset-catalog freshness --max-age 24h --warn-after 12h",
        "asset-catalog freshness --policy freshness.yaml --state stale,never",
        "asset-catalog freshness --owner finance --level error,warn --fail-on warn",
        "asset-catalog freshness --name 'bronze.*' --format csv > report.csv",
      ],
      found: "an asset among the rows is stale, unknown or was never materialized, or a --name matches no asset",
      unusable: "the policy file, a time, a duration or the index"))

  @OptionGroup var query: FreshnessOptions
  @OptionGroup var policy: PolicyOptions
  @Option(
    help: ArgumentHelp(
      "Only these states, with commas between them: \(WordList<FreshnessState>.choices). May be repeated: any of "
        + "them.",
      valueName: "states"),
    completion: .list(FreshnessState.allCases.map(\.rawValue)), transform: { try WordList($0, "state") })
  var state: [WordList<FreshnessState>] = []
  @OptionGroup var filter: FreshnessFilterOptions
  @Option(help: ArgumentHelp("One row for each: 'name' takes the id that materialized last.", valueName: "what"))
  var by: FreshnessGrouping?
  @OptionGroup var name: NameOptions
  @OptionGroup var answer: AnswerOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let used = try session.policy(policy, query)
    let states = state.isEmpty ? nil : state.reduce(into: []) { $0.formUnion($1.words) } as Set<FreshnessState>
    let pages = try session.catalog().freshnessQuestion(
      used.policy, names: name.names, states: states, levels: filter.levels, owners: filter.owners,
      severities: filter.severities, byName: by == .name
    ).pages(limit: answer.limit.limit)
    var isFound = false
    var counts: [FreshnessState: Int] = [:]
    let empty = name.names.isEmpty && state.isEmpty && filter.isEmpty ? "There are no assets." : "No assets match."
    let report = session.report(pages, columns: Column.freshness(used), empty: empty, limit: answer.limit.limit) {
      count in
      let summary = FreshnessState.allCases.compactMap { state in
        counts[state].map { "\(HumanText.count($0)) \(state.rawValue)" }
      }
      return "\(HumanText.count(count, "asset")): \(summary.joined(separator: ", "))."
    }
    session.clearProgress()
    try report.observing { row in
      counts[row.state, default: 0] += 1
      isFound = isFound || filter.failOn.isFound(row.level)
    }.write(answer.format, to: &output)
    return try session.status(
      isFound || session.isIncomplete(pages.gaps) ? .found : .success, unlessUnmatched: name.names)
  }
}

extension Session {
  /// The policy of a question that can also give ages of its own.
  func policy(_ options: PolicyOptions, _ ages: FreshnessOptions) throws(CommandFailure) -> PolicyInUse {
    var used = try policy(options)
    let maxAge = try ages.maxAge.map { text throws(CommandFailure) in try Self.duration(text, for: "--max-age") }
    let warnAfter = try ages.warnAfter.map { text throws(CommandFailure) in
      try Self.duration(text, for: "--warn-after")
    }
    used.policy = used.policy.demanding(maxAge: maxAge, warnAfter: warnAfter)
    let demand = used.policy.policy.top.demand
    if warnAfter != nil, let demand, let warning = demand.warnAfter, let age = demand.maxAge, warning >= age {
      throw CommandFailure(
        .usage, "--warn-after is not shorter than the maximum age, so it would never warn; shorten it")
    }
    return used
  }
}
