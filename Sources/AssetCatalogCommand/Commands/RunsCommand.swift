import ArgumentParser
import AssetCatalog
import ManifestModel

/// `asset-catalog runs`.
struct RunsCommand: QuestionCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "The history of an asset: outcomes, durations, success rate.",
    discussion: HelpText.discussion(
      """
      Newest first. Below the table: how many runs succeeded, and their median and 95th percentile duration. In JSON \
      that is 'summary'; it counts all runs, whatever --limit says. If a name has several ids and none is given, the \
      runs of all of them are shown, and JSON has 'summaries', one for each, instead of 'summary'.
      """,
      examples: ["asset-catalog runs bronze.orders", "asset-catalog runs bronze.orders a1 --limit 20 --format csv"],
      found: "there is no such asset"))

  @Argument(help: "The name of the asset.")
  var name: String
  @Argument(help: "The id of one configuration.")
  var id: String?
  @OptionGroup var answer: AnswerOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let found = try session.assets(named: name, id: id)
    let catalog = try session.settledCatalog()
    var rows: [RunRow] = []
    var summaries: [(asset: AssetIdentifier, summary: RunSummary)] = []
    for asset in found.rows.map(\.asset) {
      rows += try catalog.runs(of: asset, limit: answer.limit.limit).rows
      summaries.append((asset, try catalog.runSummary(of: asset)))
    }
    if summaries.count > 1 { rows.sort(by: Self.isNewer) }
    if let limit = answer.limit.limit { rows = Array(rows.prefix(limit)) }
    var report = session.report(
      Answer(generatedAt: found.generatedAt, asOf: found.asOf, rows: rows), columns: Column.runs,
      empty: "No runs are recorded.", limit: answer.limit.limit)
    let (sentences, asOf) = (Self.sentences(summaries), report.notes)
    report.notes = { globals.quiet ? [] : sentences + asOf($0) }
    report.extras = Self.extras(summaries)
    session.clearProgress()
    if found.rows.isEmpty && answer.format.format == .table { return try session.endWithoutAsset(name, id) }
    try report.write(answer.format, to: &output)
    return found.rows.isEmpty ? try session.endWithoutAsset(name, id) : .success
  }

  private static func sentences(_ summaries: [(asset: AssetIdentifier, summary: RunSummary)]) -> [String] {
    if summaries.count == 1 { return summaries.map(\.summary.sentence) }
    return summaries.map { "\($0.asset.id): \($0.summary.sentence)" }
  }

  private static func extras(_ summaries: [(asset: AssetIdentifier, summary: RunSummary)]) -> [Cell.Field] {
    let records = summaries.map { asset, summary in
      [Cell.Field("asset_name", .text(asset.name)), Cell.Field("asset_id", .text(asset.id))] + summary.fields
    }
    if records.count == 1 { return [Cell.Field("summary", .record(records[0]))] }
    return [Cell.Field("summaries", .records(records))]
  }

  /// The newest start first, runs without one last; then by id.
  private static func isNewer(_ left: RunRow, _ right: RunRow) -> Bool {
    let leftStart = left.startedAt?.microseconds ?? .min
    let rightStart = right.startedAt?.microseconds ?? .min
    if leftStart != rightStart { return leftStart > rightStart }
    if left.asset != right.asset { return left.asset < right.asset }
    return left.runID.utf8.lexicographicallyPrecedes(right.runID.utf8)
  }
}
