import ArgumentParser
import AssetCatalog
import ManifestModel

/// `asset-catalog record failure`.
struct RecordFailureCommand: RecordingCommand {
  /// Each byte may take six in a manifest, which may have 16 MiB.
  private static let longestText = 1 << 20

  static let configuration = CommandConfiguration(
    commandName: "failure",
    abstract: "A run failed.",
    discussion: HelpText.discussion(
      """
      The manifest keeps the time of the last materialization and the artifacts that it names. Its last_error is the \
      error, with the type before it. A long text can come from a file or a pipe, or from standard input as '-'; of \
      one that is longer than 1 MiB the end is kept.

      With --unfinished, it is a run that began and has not ended whose end is recorded, for hooks that know the asset \
      and not the run: the newest one, or with --since, of those that began then or later, the first. Without --id it \
      is one of any asset of the name. If there is none, the status is 1.


      """ + RecordedAssetOptions.rule,
      examples: [
        "asset-catalog record failure --name bronze.orders --id a1 --error-type TimeoutError --error 'no answer in 30 s'",
        "asset-catalog record failure --name bronze.orders --id a1 --error 'exit status 1' --traceback-file job.log",
        "asset-catalog record failure --unfinished --name bronze.orders --id a1 --since \"$began\" --error-file error.txt",
      ], found: "no run of the asset is unfinished",
      unusable: "a file, a time or a duration", statuses: [.success, .found] + Self.statuses.dropFirst()))

  @OptionGroup var asset: RecordedAssetOptions
  @Flag(help: "End a run that has begun and not ended, instead of one that --run names.")
  var unfinished = false
  @Option(help: ArgumentHelp("With --unfinished: the first that began at this time or later.", valueName: "time"))
  var since: String?
  @OptionGroup var artifacts: RecordedArtifactOptions
  @Option(help: ArgumentHelp("What went wrong.", valueName: "text"))
  var error: String?
  @Option(help: ArgumentHelp("A file with what went wrong.", valueName: "file"), completion: .file())
  var errorFile: String?
  @Option(help: ArgumentHelp("The kind of error, such as TimeoutError.", valueName: "text"))
  var errorType: String?
  @Option(help: ArgumentHelp("The stack, or other details.", valueName: "text"))
  var traceback: String?
  @Option(help: ArgumentHelp("A file with the stack.", valueName: "file"), completion: .file())
  var tracebackFile: String?
  @Option(help: ArgumentHelp("When the run began.", valueName: "time"))
  var started: String?
  @Option(help: ArgumentHelp("When it failed. Default: now.", valueName: "time"))
  var ended: String?
  @Option(help: ArgumentHelp("How long it took. Default: from its start to its end.", valueName: "duration"))
  var duration: String?
  @OptionGroup var future: FutureTimeOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    if unfinished && asset.run != nil { throw ValidationError("--unfinished and --run cannot be given together") }
    if since != nil && !unfinished { throw ValidationError("--since goes only with --unfinished") }
    if error != nil && errorFile != nil { throw ValidationError("--error and --error-file cannot be given together") }
    if error == nil && errorFile == nil {
      throw ValidationError("give what went wrong with --error or --error-file")
    }
    if traceback != nil && tracebackFile != nil {
      throw ValidationError("--traceback and --traceback-file cannot be given together")
    }
    if errorFile == "-" && tracebackFile == "-" {
      throw ValidationError("standard input can be the error or the stack; give a file for one of them")
    }
  }

  func report(_ times: RecordedTimes) throws -> RunReport {
    let message = try error ?? errorFile.map { try Self.text(of: $0, times.session) } ?? ""
    let traceback = try traceback ?? tracebackFile.map { try Self.text(of: $0, times.session) }
    var report = try asset.report(.failed(RunError(type: errorType, message: message, traceback: traceback)))
    report.artifacts = artifacts.facts
    if unfinished { report.choice = .unfinished(since: try times.time(since, for: "--since")) }
    report.startedAt = try times.time(started, for: "--started")
    report.endedAt = try times.time(ended, for: "--ended")
    report.durationMilliseconds = try times.milliseconds(duration)
    return report
  }

  func record(_ report: RunReport, in catalog: Catalog) throws(CatalogError) -> RecordedRun {
    let isOfAnyID = unfinished && asset.id == nil && asset.signature == nil && asset.assetPath == nil
    return try isOfAnyID ? catalog.recordUnfinishedRun(report) : catalog.recordRun(report)
  }

  /// The end of a file: a failure must not go unrecorded because its log is long.
  private static func text(of path: String, _ session: Session) throws(CommandFailure) -> String {
    let (bytes, isCut) = try InputFile.tail(of: path, named: "error text", keeping: longestText)
    guard isCut else { return String(decoding: bytes, as: UTF8.self) }
    session.remark("of the error text \(path == "-" ? "on standard input" : quoted(path)) the last MiB was recorded")
    return TextTail.text(bytes)
  }
}
