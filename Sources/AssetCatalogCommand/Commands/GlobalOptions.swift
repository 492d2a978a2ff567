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

  @Option(help: ArgumentHelp("The clock for ages: a date or an ISO-8601 time. Default: now.", valueName: "time"))
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
    if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other") }
    if index?.isEmpty ?? false { throw ValidationError("--index is empty; name a file") }
    if metadata?.isEmpty ?? false { throw ValidationError("--metadata is empty; name a folder") }
  }
}

/// How an answer is written.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
  case table, markdown, json, ndjson, csv
}

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
    if noReconcile && maxLag != nil { throw ValidationError("--no-reconcile and --max-lag exclude each other") }
  }

  /// The choice, for the library.
  func reconciling() throws(CommandFailure) -> Catalog.Reconciling {
    if noReconcile { return .never }
    guard let maxLag else { return .always }
    return .maxLag(try Session.duration(maxLag, for: "--max-lag"))
  }
}

/// How many rows at most.
struct LimitOptions: ParsableArguments {
  // Unconditional, so that a negative number is seen as a number.
  @Option(parsing: .unconditional, help: ArgumentHelp("At most so many rows.", valueName: "n"))
  var limit: Int?

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit is at least 1") }
  }
}

/// Patterns over names.
struct NameOptions: ParsableArguments {
  @Option(
    name: .customLong("name"),
    help: ArgumentHelp(
      "Only assets whose name matches this pattern: '*', '?', '[a-z]'. May be repeated: any of them.",
      valueName: "glob"))
  var names: [String] = []

  func validate() throws {
    for name in names {
      if let fault = GlobPattern.fault(in: name) { throw ValidationError("--name is no pattern: \(fault)") }
    }
  }
}

/// The options of every question.
struct AnswerOptions: ParsableArguments {
  @OptionGroup var format: FormatOptions
  @OptionGroup var limit: LimitOptions
  @OptionGroup var freshIndex: FreshIndexOptions
}
