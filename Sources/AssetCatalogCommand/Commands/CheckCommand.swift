import ArgumentParser
import AssetCatalog
import ManifestModel

/// `asset-catalog check`.
struct CheckCommand: FormattedCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Compare the tree with the index and print each difference.",
    discussion: HelpText.discussion(
      """
      Writes nothing. 'missing' is in the tree only, 'extra' in the index only, 'stale' differs, 'damaged' cannot be \
      read. A reconcile, or at worst a rebuild, removes every difference.
      """,
      examples: ["asset-catalog check", "asset-catalog check --format json"],
      found: "tree and index differ"))

  @OptionGroup var limit: LimitOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let all = try session.catalog().check()
    let answer = Answer(
      generatedAt: all.generatedAt, asOf: all.asOf, gaps: all.gaps, rows: Array(all.rows.prefix(limit.limit ?? .max)))
    let report = session.report(answer, columns: Column.differences, empty: "Tree and index agree.") { _ in
      "\(HumanText.count(all.rows.count, "difference"))."
    }
    session.clearProgress()
    return try report.write(format, to: &output) == 0 ? .success : .found
  }
}
