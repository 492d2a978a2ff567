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
      'failed' was recorded as such. 'interrupted' began and never ended: when an asset's function raises, mad_prefect \
      writes nothing more, so this is how most failures look. A run with heartbeats is interrupted three intervals \
      after the last one; another one when a run that began later has ended, or after the running window. 'overrun' \
      has not ended, but takes longer than the past of its asset allows (8 successes or more).

      The time of a failure is the end of a failed run if known, else the manifest's updated_at if it is the last run, \
      else the run's start; of the others it is the instant at which they became what they are. So asking for the last \
      hour every hour misses none. With a cursor file each failure comes once, however late its file came; the file is \
      replaced after the answer was written, and begins with what failed since --since.
      """,
      examples: [
        "asset-catalog failures",
        "asset-catalog failures --since 2026-01-31T18:00:00+01:00 --name 'bronze.*'",
        "asset-catalog failures --unresolved --unfinished",
        "asset-catalog failures --cursor-file /var/lib/oncall/failures --format ndjson",
      ],
      found:
        "at least one failure among the rows, or a run or folder that cannot be read, or a --name matches no asset",
      unusable: "the cursor file, a time, a duration or the index"))

  @Option(
    help: ArgumentHelp(
      "Failures at or after: a duration back from now, a date, or an ISO-8601 time.", valueName: "time"))
  var since = "24h"
  @Flag(help: "Only failures after which their asset has not succeeded.")
  var unresolved = false
  @Flag(help: "Runs that have not ended as well; they do not count for the exit status.")
  var unfinished = false
  @Option(
    help: ArgumentHelp("Only failures that no answer with this file has had before.", valueName: "file"),
    completion: .file())
  var cursorFile: String?
  @OptionGroup var name: NameOptions
  @OptionGroup var answer: AnswerOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let since = try Session.time(since, now: session.now, for: "--since")
    if since > session.now {
      session.remark("--since \(HumanText.time(since)) is ahead of the clock: nothing can have failed since then")
    }
    let cursor = try cursorFile.map { path throws(CommandFailure) in try FailureCursorFile(path: path) }
    let pages = try session.catalog().failureQuestion(
      since: cursor?.start ?? since, names: name.names, unresolvedOnly: unresolved,
      includingUnfinished: unfinished
    ).pages(limit: cursor == nil ? answer.limit.limit : nil)
    let sinceText = cursor?.isNew == false ? "since the last answer" : "since \(HumanText.time(since))"
    let sentence = pages.unfinished?.sentence(now: pages.generatedAt) ?? ""
    var failures = 0
    var report = session.report(
      pages, columns: Column.failures, empty: "No run failed \(sinceText). \(sentence)", limit: answer.limit.limit
    ) { _ in
      "\(HumanText.count(failures, "failure")) \(sinceText). \(sentence)"
    }
    if let cursor {
      let isFiltered = !name.names.isEmpty || unresolved
      report = report.keeping(cursor.news(since: since, limit: answer.limit.limit, isFiltered: isFiltered))
    }
    report.extras = pages.unfinished?.fields ?? []
    if !globals.quiet, pages.unfinished?.count ?? 0 > 0 { report.remarks.append(sentence) }
    session.clearProgress()
    try report.observing { if $0.outcome != .running { failures += 1 } }.write(answer.format, to: &output)
    let unreadable = try pages.gaps.unreadableRuns > 0 ? unreadableRuns(in: session, since: since, cursor) : 0
    if let cursor { session.afterAnswer = { try cursor.replace() } }
    if unreadable > 0 {
      Session.say(
        "\(HumanText.count(unreadable, "run")) cannot be read and may have failed; 'asset-catalog problems' names them")
    }
    if session.isIncomplete(pages.gaps) || unreadable > 0 { failures += 1 }
    return try session.status(failures == 0 ? .success : .found, unlessUnmatched: name.names)
  }
}

extension FailuresCommand {
  /// How many runs cannot be read, and were found to be so since then, or since the last answer with the cursor file:
  /// they are not known to be well.
  private func unreadableRuns(
    in session: Session, since: Timestamp, _ cursor: FailureCursorFile?
  ) throws -> Int {
    try session.settledCatalog().problems().rows.count { problem in
      guard problem.kind != .unsettled, problem.kind != .truncated, MetadataLayout.isOfRun(problem.path) else {
        return false
      }
      return cursor?.isNews(unreadable: problem) ?? (problem.seenAt >= since)
    }
  }
}

extension UnfinishedSummary {
  /// For programs, in any answer about failures.
  var fields: [Cell.Field] {
    [
      Cell.Field("unfinished_runs", .integer(count)),
      Cell.Field("oldest_unfinished_started_at", .time(oldestStart)),
    ]
  }

  /// For people: `2 runs have not ended; the oldest began 5m ago.`
  func sentence(now: Timestamp) -> String {
    guard count > 0 else { return "No run is unfinished." }
    let oldest =
      oldestStart.map { "; the \(count == 1 ? "run" : "oldest") began \(HumanText.ago(from: $0, to: now))" } ?? ""
    return "\(HumanText.count(count, "run")) \(count == 1 ? "has" : "have") not ended\(oldest)."
  }
}
