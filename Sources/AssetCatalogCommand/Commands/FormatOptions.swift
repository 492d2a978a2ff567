import ArgumentParser
import AssetCatalog
import FreshnessRules

/// The form of the output.
struct FormatOptions: ParsableArguments {
  @Option(help: "How to write the answer.")
  var format = OutputFormat.table

  @Option(
    help: ArgumentHelp(
      "Write the answer into this file, which is replaced whole or, where the answer fails, not at all.",
      valueName: "file"),
    completion: .file())
  var output: String?

  @Flag(help: "In CSV, leave every text as it is: no guard against formulas, no visible control characters.")
  var csvRaw = false

  func validate() throws {
    if csvRaw && format != .csv { throw ValidationError("--csv-raw goes only with --format csv") }
    if output?.isEmpty ?? false { throw ValidationError("--output is empty; name a file") }
  }
}
