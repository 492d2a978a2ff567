import ArgumentParser
import AssetCatalog
import FreshnessRules

/// How many rows at most.
struct LimitOptions: ParsableArguments {
  // Unconditional, so that a negative number is seen as a number.
  @Option(parsing: .unconditional, help: ArgumentHelp("At most this many rows.", valueName: "n"))
  var limit: Int?

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit is at least 1") }
  }
}
