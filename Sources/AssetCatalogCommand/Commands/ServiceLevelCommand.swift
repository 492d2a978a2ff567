import ArgumentParser
import AssetCatalog
import FreshnessRules
import ManifestModel

/// `asset-catalog slo`.
struct ServiceLevelCommand: QuestionCommand {
  static let configuration = CommandConfiguration(
    commandName: "slo",
    abstract: "For what share of the time assets were as fresh as they should be.",
    discussion: HelpText.discussion(
      """
      Measured is from --over ago, or from when the asset was first seen, until now; 'bad' is the time in which its \
      newest materialization had expired, and that before the first one. 'budget left' is how much longer it may be \
      bad before the target of the policy is missed. Shares are cut and not rounded: what was bad for a second never \
      shows 100 %.

      Today's policy judges the past: excepted dates are taken out, pauses are not, since nobody recorded them. Assets \
      that are ignored are left out. Run folders that were removed shorten the history; 'history_from' says where it \
      begins. With --by, seconds are added up, not shares.
      """,
      examples: [
        "asset-catalog slo",
        "asset-catalog slo --over 7d --below 99%",
        "asset-catalog slo --by owner --format csv",
      ],
      found: "a row misses its target or is below --below, or a --name matches no asset",
      unusable: "the policy file, a time, a duration or the index"))

  @Option(help: ArgumentHelp("How far back to look.", valueName: "duration"))
  var over = "30d"
  @Option(help: ArgumentHelp("One row for each owner, severity or rule.", valueName: "label"))
  var by: ServiceLevelGroupingText?
  @Option(help: ArgumentHelp("Only rows whose share is less than this, such as 99.5%.", valueName: "percentage"))
  var below: String?
  @OptionGroup var name: NameOptions
  @OptionGroup var labels: LabelOptions
  @OptionGroup var policy: PolicyOptions
  @OptionGroup var answer: AnswerOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let over = try Session.duration(over, for: "--over")
    guard over > .zero else {
      throw CommandFailure(.badData, "--over: nothing can be measured over 0s; write 30d or so")
    }
    let below = try below.map { text throws(CommandFailure) in try Self.percentage(text) }
    let share = below.map { Double($0.millionths) / 1_000_000 }
    let rules = try session.policy(policy).policy
    let catalog = try session.catalog()
    let (severities, limit) = (labels.severities, answer.limit.limit)
    let sentence = "No assets match" + (below == nil ? "." : ", or none is below \(self.below ?? "").")
    var missed = 0
    func note(_ count: Int) -> String {
      let line = below == nil ? "target" : "that"
      return "\(HumanText.count(count, "row")) over \(self.over), \(HumanText.count(missed)) below \(line)."
    }
    let gaps: AnswerGaps
    if let by = by?.grouping {
      let found = try catalog.serviceLevels(
        rules, by: by, over: over, names: name.names, owners: labels.owners, severities: severities, below: share)
      let rows = limit.map { Array(found.rows.prefix($0)) } ?? found.rows
      missed = rows.count { below != nil || $0.figures.missesTarget }
      gaps = found.gaps
      session.clearProgress()
      try session.report(
        Answer(generatedAt: found.generatedAt, asOf: found.asOf, gaps: found.gaps, rows: rows),
        columns: Column.serviceLevels(by: by), empty: sentence, limit: limit, note: note
      ).write(answer.format, to: &output)
    } else {
      let found = try catalog.serviceLevels(
        rules, over: over, names: name.names, owners: labels.owners, severities: severities, below: share
      ).pages(limit: limit)
      gaps = found.gaps
      session.clearProgress()
      try session.report(found, columns: Column.serviceLevels, empty: sentence, limit: limit, note: note)
        .observing { if below != nil || $0.figures.missesTarget { missed += 1 } }.write(answer.format, to: &output)
    }
    return try session.status(
      missed > 0 || session.isIncomplete(gaps) ? .found : .success, unlessUnmatched: name.names)
  }

  private static func percentage(_ text: String) throws(CommandFailure) -> Percentage {
    guard let percentage = Percentage(text), percentage.millionths <= 1_000_000 else {
      throw CommandFailure(
        .badData,
        "--below: \(quoted(text)) cannot be used; write at most 100% with up to four digits after the point, such as 99.5%"
      )
    }
    return percentage
  }
}

/// The word of `--by`.
struct ServiceLevelGroupingText: ExpressibleByArgument {
  let grouping: ServiceLevelGrouping

  init?(argument: String) {
    guard let grouping = ServiceLevelGrouping(rawValue: argument) else { return nil }
    self.grouping = grouping
  }

  static var allValueStrings: [String] { ServiceLevelGrouping.allCases.map(\.rawValue) }
}
