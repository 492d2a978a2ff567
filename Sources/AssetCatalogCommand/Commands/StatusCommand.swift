import ArgumentParser
import AssetCatalog
import ManifestModel

/// `asset-catalog status`.
struct StatusCommand: QuestionCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "What the catalog holds, on one screen.",
    discussion: HelpText.discussion(
      "The root, the index and its age, and how many assets, runs, artifacts and problems there are.",
      examples: ["asset-catalog status", "asset-catalog status --root /srv/storage --no-reconcile --format json"],
      unusable: "the policy file, a time, a duration or the index"))

  @Option(
    help: ArgumentHelp(
      "Assets at least this old count as stale, unless a rule of the policy file says otherwise. Default: 24h.",
      valueName: "duration"))
  var maxAge: String?
  @OptionGroup var policy: PolicyOptions
  @OptionGroup var answer: AnswerOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let maxAge = try maxAge.map { text throws(CommandFailure) in try Session.duration(text, for: "--max-age") }
    let used = try session.policy(policy)
    let status = try session.catalog().status(used.policy.demanding(maxAge: maxAge))
    session.clearProgress()
    if answer.format.format == .table {
      try CardForm().write(status.sections(maxAge: maxAge ?? PolicyInUse.defaultMaxAge, policy: used.file), to: &output)
    } else {
      let report = Report(
        columns: Column.status, rows: [status], generatedAt: status.generatedAt, asOf: status.asOf, root: status.root,
        emptySentence: "")
      try report.write(answer.format, to: &output)
    }
    return .success
  }
}
