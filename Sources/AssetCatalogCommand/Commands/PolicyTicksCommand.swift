import ArgumentParser
import FreshnessRules
import ManifestModel

/// `asset-catalog policy ticks`.
struct PolicyTicksCommand: FormattedCommand {
  static let configuration = CommandConfiguration(
    commandName: "ticks",
    abstract: "When a cron line ticks, in UTC and on the wall.",
    discussion: HelpText.discussion(
      """
      A line is minute, hour, day of month, month, day of week, as in crontab(5) of Debian; beyond that, day L (the \
      last) and LW (the last Monday to Friday), weekday FRIL (the last Friday) and MON#2 (the second Monday). Where \
      clocks change, a line whose minute or hour begins with * follows the clock; any other ticks once for each time \
      on the wall.
      """,
      examples: [
        "asset-catalog policy ticks '0 7 * * 1-5' --timezone Europe/London",
        "asset-catalog policy ticks '30 1 * * *' --timezone Europe/London --from 2026-03-28 --count 3",
        "asset-catalog policy ticks '0 9 L * *' --format json | jq -r '.rows[].tick'",
      ],
      unusable: "the cron line, the zone or a time",
      statuses: [.success, .usage, .badData, .internalError, .inputOutput]))

  @Argument(help: ArgumentHelp("The cron line, in quotes.", valueName: "cron"))
  var cron: String
  @Option(help: ArgumentHelp("The zone of its wall time, such as Europe/London.", valueName: "zone"))
  var timezone = "UTC"
  @Option(help: ArgumentHelp("Ticks after this time. Default: now.", valueName: "time"))
  var from: String?
  @Option(
    parsing: .unconditional, help: ArgumentHelp("How many ticks.", valueName: "n"),
    transform: WholeNumber.from(1, to: 100_000))
  var count = 10
  @OptionGroup var format: FormatOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let expression: CronExpression
    let zone: TimeZoneFile
    do {
      expression = try CronExpression(cron)
    } catch {
      throw CommandFailure(.badData, error.message)
    }
    do {
      zone = try PolicyLocation.zones(.process).zone(timezone)
    } catch {
      throw CommandFailure(.badData, "--timezone: \(error.message)")
    }
    let schedule = CronSchedule([expression], zone: zone)
    var moment =
      try from.map { text throws(CommandFailure) in
        try Session.time(text, now: session.now, for: "--from")
      } ?? session.now
    var rows: [TickRow] = []
    while rows.count < count, let tick = schedule.next(after: moment) {
      rows.append(TickRow(tick, schedule, after: rows.last?.tick))
      moment = tick
    }
    let report = Report(
      columns: Column.ticks, rows: rows, generatedAt: session.now, asOf: nil, root: session.root,
      emptySentence: "No ticks.")
    try report.write(format, to: &output)
    return .success
  }
}

extension Column where Row == TickRow {
  static let ticks: [Column] = [
    Column("tick", "TICK") { .time($0.tick) },
    Column("local", "LOCAL") { .text($0.local) },
    Column("gap_seconds", "GAP", isRightAligned: true) { .span($0.gap) },
    Column("note", nil) { .text($0.note?.rawValue) },
    Column("note_text", "CLOCKS") { .text($0.words) },
  ]
}
