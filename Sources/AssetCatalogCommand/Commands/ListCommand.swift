import ArgumentParser
import AssetCatalog
import ManifestModel

/// `asset-catalog list`.
struct ListCommand: QuestionCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "All assets, by name and id.",
    discussion: HelpText.discussion(
      "An asset is a folder asset_name=…/asset_id=… that has a manifest or a run.",
      examples: ["asset-catalog list", "asset-catalog list --name 'gold.*' --format csv"],
      found: "a --name matches no asset"))

  @OptionGroup var name: NameOptions
  @OptionGroup var answer: AnswerOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let pages = try session.catalog().assetQuestion(names: name.names).pages(limit: answer.limit.limit)
    let report = session.report(
      pages, columns: Column.assets, empty: name.names.isEmpty ? "There are no assets." : "No assets match.",
      limit: answer.limit.limit
    ) {
      "\(HumanText.count($0, "asset"))."
    }
    session.clearProgress()
    try report.write(answer.format, to: &output)
    return try session.status(.success, unlessUnmatched: name.names)
  }
}
