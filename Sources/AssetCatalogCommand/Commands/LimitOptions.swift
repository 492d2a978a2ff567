import ArgumentParser
import AssetCatalog
import FreshnessRules

/// How many rows at most.
struct LimitOptions: ParsableArguments {
  // Unconditional, so that a negative number is seen as a number.
  @Option(
    parsing: .unconditional, help: ArgumentHelp("At most this many rows.", valueName: "n"),
    transform: WholeNumber.from(1))
  var limit: Int?
}
