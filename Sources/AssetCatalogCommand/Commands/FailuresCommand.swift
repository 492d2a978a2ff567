import ArgumentParser
import AssetCatalog
import ManifestModel

/// `asset-catalog failures`.
struct FailuresCommand: QuestionCommand {
  static let configuration = CommandConfiguration(
    commandName: "failures",
    abstract: "Runs that failed or never came back, newest first.",
    discussion: HelpText.discussion(
      """
      'failed' was recorded as such. 'interrupted' began and never finished: when an asset's function raises, mad_prefect \
      writes nothing more, so this is how most failures look. The newest run of an asset counts as running during its first \
      24 hours. The time of a failure is the end of the run if known, else the manifest's updated_at if it is the last run, \
      else the run's start.
      """,
      examples: [
        "asset-catalog failures",
        "asset-catalog failures --since 2026-01-31T18:00:00+01:00 --name 'bronze.*'",
        "asset-catalog failures --since 7d --format ndjson",
      ],
      found: "at least one failure since then, or a --name matches no asset"))

  @Option(
    help: ArgumentHelp(
      "Failures at or after: a duration back from now, a date, or an ISO-8601 time.", valueName: "time"))
  var since = "24h"
  @OptionGroup var name: NameOptions
  @OptionGroup var answer: AnswerOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let since = try Session.time(since, now: session.now, for: "--since")
    let pages = try session.catalog().failurePages(since: since, names: name.names, limit: answer.limit.limit)
    let sinceText = HumanText.time(since)
    if since > session.now {
      session.remark("--since \(sinceText) is ahead of the clock: nothing can have failed since then")
    }
    let report = session.report(
      pages, columns: Column.failures, empty: "No run failed since \(sinceText).", limit: answer.limit.limit
    ) {
      "\(HumanText.count($0, "failure")) since \(sinceText)."
    }
    session.clearProgress()
    let status: ExitStatus = try report.write(answer.format, to: &output) == 0 ? .success : .found
    return try session.status(status, unlessUnmatched: name.names)
  }
}

/// `asset-catalog problems`.
struct ProblemsCommand: QuestionCommand {
  static let configuration = CommandConfiguration(
    commandName: "problems",
    abstract: "Files of the tree that cannot be read or that contradict themselves.",
    discussion: HelpText.discussion(
      """
      Indexed all the same: 'misplaced' (a manifest whose name or id is not that of its folder), 'future_time' (materialized \
      more than 5 minutes ahead of now). Not indexed, while the last good values stay: 'unreadable', 'too_large', \
      'not_a_file', 'invalid_name', 'invalid_json', 'invalid_manifest', 'invalid_run'.
      """,
      examples: ["asset-catalog problems", "asset-catalog problems --format json"],
      found: "there is at least one problem"))

  @OptionGroup var answer: AnswerOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let problems = try session.catalog().problems(limit: answer.limit.limit)
    let report = session.report(problems, columns: Column.problems, empty: "No problems.", limit: answer.limit.limit) {
      "\(HumanText.count($0, "problem"))."
    }
    session.clearProgress()
    return try report.write(answer.format, to: &output) == 0 ? .success : .found
  }
}
