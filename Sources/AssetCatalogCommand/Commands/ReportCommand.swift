import ArgumentParser
import AssetCatalog
internal import Glibc

/// `asset-catalog report`.
struct ReportCommand: CatalogCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "The morning's report: a page, a chat message, metrics, or for programs.",
    discussion: HelpText.discussion(
      """
      'html' is one page that needs no server and no script. 'markdown' is a verdict, what needs somebody, and what \
      failed by its error. 'openmetrics' is for the textfile collector of node_exporter: gauges without ages, so that \
      an alert which counts them stays right when the writer stops. 'json' has the same numbers. A report that was \
      written ends with 0, whatever it says, unless --fail-on asks otherwise; one that fails leaves the file that was \
      there.
      """,
      examples: [
        "asset-catalog report --format html --output /srv/www/assets.html",
        "asset-catalog report >> \"$GITHUB_STEP_SUMMARY\"",
        "asset-catalog report --format openmetrics --output /var/lib/prometheus/node-exporter/assets.prom",
        "asset-catalog report --format openmetrics --label catalog=prod --series 500",
      ],
      found: "an asset has the level that --fail-on names, or a worse one",
      unusable: "the policy file, a time, a duration or the index"))

  @Option(help: "How to write the report.")
  var format = ReportFormat.markdown
  @Option(
    help: ArgumentHelp(
      "Write the report into this file, which is replaced whole or, where the report fails, not at all.",
      valueName: "file"),
    completion: .file())
  var output: String?
  @Option(help: ArgumentHelp("In Markdown, link the assets to a page at this address.", valueName: "url"))
  var linkBase: String?
  @Option(
    help: ArgumentHelp(
      "In HTML, how often the page is written; one that is older says so in red. Default: 2h.", valueName: "duration"))
  var expectEvery: String?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "In HTML, up to how many assets all get a row; of more, only those that are not well. Default: 10000.",
      valueName: "n"),
    transform: WholeNumber.from(0))
  var htmlAssets: Int?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("In metrics, at most this many assets get series of their own.", valueName: "n"),
    transform: WholeNumber.from(0))
  var series: Int?
  @Option(
    name: .customLong("label"),
    help: ArgumentHelp("In metrics, a label of every series. May be repeated.", valueName: "name=value"))
  var labels: [String] = []
  @Option(
    help: ArgumentHelp(
      "End with status 1 if an asset is at this level or worse: error, warn or none.", valueName: "level"),
    completion: .list(["error", "warn", "none"]), transform: FailOn.init)
  var failOn = FailOn.none
  @OptionGroup var ages: FreshnessOptions
  @OptionGroup var policy: PolicyOptions
  @OptionGroup var freshIndex: FreshIndexOptions
  @OptionGroup var globals: GlobalOptions

  var outputPath: String? { output }

  func reconciling() throws(CommandFailure) -> Catalog.Reconciling { try freshIndex.reconciling() }

  func validate() throws {
    if output?.isEmpty ?? false { throw ValidationError("--output is empty; name a file") }
    if let linkBase {
      guard format == .markdown else { throw ValidationError("--link-base goes only with --format markdown") }
      guard ReportLink(linkBase) != nil else {
        throw ValidationError(
          "--link-base is no http:// or https:// address of a page without spaces and #: \(quoted(linkBase))")
      }
    }
    if expectEvery != nil || htmlAssets != nil, format != .html {
      throw ValidationError("--expect-every and --html-assets go only with --format html")
    }
    if series != nil || !labels.isEmpty, format != .openmetrics {
      throw ValidationError("--series and --label go only with --format openmetrics")
    }
    _ = try MetricsLabels.parsed(labels)
  }

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let used = try session.policy(policy, ages)
    switch format {
    case .html: return try writePage(session, used, to: &output)
    case .markdown:
      let report = try MarkdownReport(session, used)
      session.clearProgress()
      try report.write(link: linkBase.flatMap(ReportLink.init), to: &output)
      return status(report.totals, session)
    case .json:
      let report = try JSONReport(session, used)
      session.clearProgress()
      try report.write(to: &output)
      return status(report.totals, session)
    case .openmetrics:
      let report = try MetricsReport(session, used, series: series ?? 2_000)
      session.clearProgress()
      let isForTerminal = outputPath == nil && StandardStreams.terminalWidth(of: STDOUT_FILENO) != nil
      try report.write(labels: try MetricsLabels.parsed(labels), isForTerminal: isForTerminal, to: &output)
      let rest = report.left
      if rest > 0 {
        session.remark(
          "\(HumanText.count(rest, "asset")) \(rest == 1 ? "has" : "have") no series of \(rest == 1 ? "its" : "their") own; "
            + "--series allows more than \(HumanText.count(series ?? 2_000))")
      }
      return status(report.totals, session)
    }
  }

  private func writePage(
    _ session: Session, _ used: PolicyInUse, to output: inout ByteSink
  ) throws -> ExitStatus {
    let every = try expectEvery.map { text throws(CommandFailure) in
      try Session.duration(text, for: "--expect-every")
    }
    var report = try MorningReport(session, used, assetLimit: htmlAssets ?? 10_000)
    if let every { report.expectEvery = every.microseconds }
    session.clearProgress()
    try PageForm.write(report, to: &output)
    return status(report.overview.worstLevel, report.gaps, session)
  }

  private func status(_ totals: ReportTotals, _ session: Session) -> ExitStatus {
    status(totals.worstLevel, totals.gaps, session)
  }

  private func status(_ worst: FreshnessLevel, _ gaps: AnswerGaps, _ session: Session) -> ExitStatus {
    failOn.isFound(worst) || (failOn != .none && session.isIncomplete(gaps)) ? .found : .success
  }
}
