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
      Tells each key that holds for the asset, its value and the line it comes from; all rules that match, and what each of \
      them gives; the state and why; and the last three and next three ticks with their windows and deadlines. A run counts \
      for a tick from the opening of its window to its deadline. Without an id, every asset of that name is explained.
      """,
      examples: [
        "asset-catalog policy explain gold.revenue_daily", "asset-catalog policy explain gold.kpi a1 --format json",
      ],
      found: "there is no such asset"))

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

/// What a policy says of one asset, and how that came about.
struct PolicyExplanation: Sendable {
  /// A key that holds, and where it is said.
  struct Key: Sendable {
    let key: String
    let value: String
    /// The line of the file; `nil` for what holds where nobody says anything.
    let line: Int?
  }

  /// A rule that matches, and what becomes of it.
  struct Rule: Sendable {
    let title: String
    let line: Int?
    let gives: [String]
    /// Whether the demand is its own; `nil` for a rule that demands nothing.
    let decides: Bool?
  }

  /// A tick with its window and its deadline.
  struct Tick: Sendable {
    let tick: Timestamp
    let local: String
    let opens: Timestamp
    let deadline: Timestamp
    /// Whether a materialization counts for it; `nil` while that is open.
    let isMet: Bool?
  }

  let row: FreshnessRow
  let file: String?
  let demand: String
  let keys: [Key]
  let rules: [Rule]
  let ticks: [Tick]

  init(
    _ row: FreshnessRow, _ used: PolicyInUse, _ paths: [String], _ materialized: [Timestamp], now: Timestamp
  ) {
    let policy = used.policy.policy
    var matcher = PolicyMatcher(policy)
    let index = matcher.index(of: row.asset) { paths }
    let own = matcher.policies[index]
    self.row = row
    file = used.file
    demand = own.demand.words
    keys = (PolicyKeys.demand + PolicyKeys.cascading).compactMap { key in
      guard let value = own.text(of: key) else { return nil }
      return Key(key: key, value: value, line: policy.origin(of: key, own.rules)?.place.line)
    }
    rules = own.rules.map { index in
      let rule = policy.rules[index]
      let gives = (PolicyKeys.demand + PolicyKeys.cascading).filter { key in
        policy.origin(of: key, own.rules)?.rule == index
      }
      return Rule(
        title: rule.title, line: rule.place.line, gives: gives,
        decides: rule.part.demand == nil ? nil : own.demandRule == index)
    }
    let times = materialized + [row.lastMaterialized].compactMap(\.self)
    ticks = own.demand.deadline.map { Self.ticks($0, times, now) } ?? []
  }

  private static func ticks(_ deadline: Demand.Deadline, _ times: [Timestamp], _ now: Timestamp) -> [Tick] {
    var moments: [Timestamp] = []
    var moment = now
    while moments.count < 3, let tick = deadline.schedule.last(through: moment) {
      moments.insert(tick, at: 0)
      moment = Timestamp(microseconds: tick.microseconds.saturatingSubtract(1))
    }
    moment = now
    for _ in 0..<3 {
      guard let tick = deadline.schedule.next(after: moment) else { break }
      moments.append(tick)
      moment = tick
    }
    return moments.map { tick in
      let opens = Timestamp(microseconds: tick.microseconds.saturatingSubtract(deadline.window))
      let end = Timestamp(microseconds: tick.microseconds.saturatingAdd(deadline.grace))
      let isMet = times.contains { opens <= $0 && $0 <= end && $0 <= now }
      return Tick(
        tick: tick, local: deadline.schedule.zone.text(of: tick), opens: opens, deadline: end,
        isMet: isMet ? true : end <= now ? false : nil)
    }
  }
}
