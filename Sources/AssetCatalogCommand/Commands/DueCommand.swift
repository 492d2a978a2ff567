import ArgumentParser
import AssetCatalog
import ManifestModel

/// `asset-catalog due`.
struct DueCommand: QuestionCommand {
  static let configuration = CommandConfiguration(
    commandName: "due",
    abstract: "What a scheduler should run now, most urgent first.",
    discussion: HelpText.discussion(
      """
      An asset is due when a new materialization is wanted: from the opening of the window of its next deadline on, or \
      from the age to warn after, else from its maximum age; at once if it was never materialized, or if that cannot \
      be told. However many deadlines it missed, it is due once. It is not due while a run of it is under way \
      ('running'), nor shortly after a failure ('backing_off': 5m after the first, twice as long after each further \
      one, 6h at most, or as 'retry' of the policy has it), nor after as many failures as 'retry' allows \
      ('retries_used_up').

      First comes what cannot be in time any more, by severity; then what must begin soonest, its typical duration \
      taken into account. To run one, use 'record start --if-due': of several workers it lets one alone begin.
      """,
      examples: [
        "asset-catalog due",
        "asset-catalog due --within 2h --severity critical",
        "asset-catalog due --all --name 'gold.*' --format json",
      ],
      found: "an asset among the rows is due, or a --name matches no asset",
      unusable: "the policy file, a time, a duration or the index"))

  @Option(help: ArgumentHelp("Also what becomes due within this time.", valueName: "duration"))
  var within: String?
  @Flag(help: "Also what is not due, with the reason.")
  var all = false
  @OptionGroup var name: NameOptions
  @OptionGroup var labels: LabelOptions
  @OptionGroup var policy: PolicyOptions
  @OptionGroup var answer: AnswerOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let within = try within.map { text throws(CommandFailure) in try Session.duration(text, for: "--within") }
    let found = try session.catalog().due(
      try session.policy(policy).policy, within: within, all: all, names: name.names, owners: labels.owners,
      severities: labels.severities, limit: answer.limit.limit)
    let due = found.rows.count(where: \.isDue)
    let report = session.report(
      found, columns: Column.due, empty: all ? "No assets match." : "Nothing is due.", limit: answer.limit.limit
    ) { count in
      count == due
        ? "\(HumanText.count(due, "asset")) due."
        : "\(HumanText.count(due, "asset")) due, \(HumanText.count(count - due)) not."
    }
    session.clearProgress()
    try report.write(answer.format, to: &output)
    return try session.status(
      due > 0 || session.isIncomplete(found.gaps) ? .found : .success, unlessUnmatched: name.names)
  }
}
