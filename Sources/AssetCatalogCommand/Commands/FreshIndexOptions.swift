import ArgumentParser
import AssetCatalog
import FreshnessRules

/// When a question brings the index up to date first.
struct FreshIndexOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Answer from the index as it is if the last reconcile began no longer ago than this. Default: 0s; 5m for a bucket.",
      valueName: "duration"))
  var maxLag: String?

  @Flag(help: "Answer from the index as it is.")
  var noReconcile = false

  func validate() throws {
    if noReconcile && maxLag != nil { throw ValidationError("--no-reconcile and --max-lag cannot be given together") }
  }

  /// The choice, for the library.
  func reconciling() throws(CommandFailure) -> Catalog.Reconciling {
    if noReconcile { return .never }
    guard let maxLag else { return .always }
    return .maxLag(try Session.duration(maxLag, for: "--max-lag"))
  }
}
