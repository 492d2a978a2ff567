import ArgumentParser
import AssetCatalog

/// `asset-catalog schema-changes`.
struct SchemaChangesCommand: QuestionCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema-changes",
    abstract: "Assets whose latest run changed the schema of an artifact.",
    discussion: HelpText.discussion(
      """
      Compares the newest two runs of each asset that succeeded and recorded a schema hash, which changes if and only \
      if column names, types or their order do. An artifact is compared with the one of the same path; where paths \
      differ from run to run, with the one in the same place. New artifacts, and those without a hash, are no change. \
      mad_prefect records no hashes; 'asset-catalog record' and 'exec' do.
      """,
      examples: [
        "asset-catalog schema-changes", "asset-catalog schema-changes --name 'gold.*'",
        "asset-catalog schema-changes --format json | jq -r '.rows[].path'",
      ],
      found: "at least one schema changed, or a --name matches no asset"))

  @OptionGroup var name: NameOptions
  @OptionGroup var answer: AnswerOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let pages = try session.catalog().schemaChanges(names: name.names).pages(limit: answer.limit.limit)
    let report = session.report(
      pages, columns: Column.schemaChanges, empty: "No latest run changed a schema.", limit: answer.limit.limit
    ) {
      "\(HumanText.count($0, "schema")) changed."
    }
    session.clearProgress()
    let status: ExitStatus = try report.write(answer.format, to: &output) == 0 ? .success : .found
    return try session.status(status, unlessUnmatched: name.names)
  }
}
