import ArgumentParser
import AssetCatalog
import FreshnessRules

/// The options of every command.
struct GlobalOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The storage root: a folder, or s3://BUCKET/PREFIX. Default: FILESYSTEM_URL without 'file://', else '.tmp/storage'.",
      valueName: "dir"),
    completion: .directory)
  var root: String?

  @Option(
    help: ArgumentHelp(
      "The metadata folder below the root. Default: ASSET_METADATA_LOCATION, else '_asset_metadata'.",
      valueName: "name"))
  var metadata: String?

  @Option(
    help: ArgumentHelp(
      "The index. Default: ASSET_CATALOG_INDEX, else '.index/catalog.sqlite' in the metadata folder; for a bucket in the "
        + "user's cache.",
      valueName: "file"),
    completion: .file())
  var index: String?

  @Option(
    help: ArgumentHelp(
      "The clock for ages: a date, an ISO-8601 time or a duration back from now. Default: now.", valueName: "time"))
  var now: String?

  @Option(
    help: ArgumentHelp(
      "How long after its start a run without heartbeats may be running. Default: 24h.", valueName: "duration"))
  var runningWindow: String?

  @Option(
    help: ArgumentHelp(
      "How long to wait for other processes that have the index: then the status is 75. Default: 10s for a question; "
        + "reconcile and rebuild wait for one another as long as it takes.", valueName: "duration"))
  var patience: String?

  @Flag(name: .shortAndLong, help: "Only the rows: no progress, no warnings, no closing words.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Say on standard error what is used and how long it took.")
  var verbose = false

  func validate() throws {
    if quiet && verbose { throw ValidationError("--quiet and --verbose cannot be given together") }
    if index?.isEmpty ?? false { throw ValidationError("--index is empty; name a file") }
    if metadata?.isEmpty ?? false { throw ValidationError("--metadata is empty; name a folder") }
  }
}
