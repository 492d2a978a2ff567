import ArgumentParser
import AssetCatalog
import ManifestModel

/// `asset-catalog rebuild`.
struct RebuildCommand: FormattedCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild",
    abstract: "Read everything again and replace the content of the index.",
    discussion: HelpText.discussion(
      """
      Also when the index is damaged or is no database: what stands in its place is moved aside. Those who read go on \
      with the old content until the new one is there, and a rebuild that is interrupted leaves the old one. What is \
      recorded meanwhile is in the new one.
      """,
      examples: ["asset-catalog rebuild", "asset-catalog rebuild --no-wait --format json"]))

  @Flag(help: "If another process has the index, end with 75 at once.")
  var noWait = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var globals: GlobalOptions

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    let summary = try session.catalog().rebuild(wait: !noWait)
    session.clearProgress()
    try summary.write(quiet: globals.quiet, format, to: &output)
    return .success
  }
}
