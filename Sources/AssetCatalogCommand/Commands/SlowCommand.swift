import ArgumentParser
import AssetCatalog
import ManifestModel

/// `asset-catalog slow`.
struct SlowCommand: QuestionCommand {
  static let configuration = CommandConfiguration(
    commandName: "slow",
    abstract: "Runs that took much longer than those of their asset before them.",
    discussion: HelpText.discussion(
      """
      A run is held against the up to 30 succeeded runs before it; with fewer than 8, nothing is said. It is slow if \
      it lies 5 deviations above their median (the median deviation, at least 5 % of the median and 1s), is half as \
      long again as the median, and a minute longer; 'slow' of the policy may say otherwise. Of a run that is under \
      way ('overrun') the time counts that it has taken so far. Those come first, then the newest.
      """,
      examples: [
        "asset-catalog slow",
        "asset-catalog slow --since 7d --name 'gold.*' --format csv",
      ],
      found: "at least one run was or is slow, or a --name matches no asset",
      unusable: "the policy file, a time, a duration or the index"))

  @Option(
    help: ArgumentHelp(
      "Runs that ended at or after: a duration back from now, a date, or an ISO-8601 time.", valueName: "time"))
  var since = "24h"
  @OptionGroup var name: NameOptions
  @OptionGroup var labels: LabelOptions
  @OptionGroup var policy: PolicyOptions
  @OptionGroup var answer: AnswerOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let since = try Session.time(since, now: session.now, for: "--since")
    let found = try session.catalog().slowRuns(
      try session.policy(policy).policy, since: since, names: name.names, owners: labels.owners,
      severities: labels.severities, limit: answer.limit.limit)
    let report = session.report(
      found, columns: Column.slow, empty: "No run since \(HumanText.time(since)) was slow.",
      limit: answer.limit.limit
    ) {
      "\(HumanText.count($0, "run")) since \(HumanText.time(since)) much slower than before."
    }
    session.clearProgress()
    try report.write(answer.format, to: &output)
    return try session.status(
      !found.rows.isEmpty || session.isIncomplete(found.gaps) ? .found : .success, unlessUnmatched: name.names)
  }
}
