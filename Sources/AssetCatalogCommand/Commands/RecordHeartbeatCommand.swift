import ArgumentParser
import AssetCatalog
import ManifestModel

/// How often a run will say that it is alive, as an option gives it.
struct HeartbeatPromiseOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How often 'record heartbeat' will say that the run is alive; 'none' for never.", valueName: "duration"))
  var heartbeat: String?

  /// The interval in seconds; `nil` where there is none.
  func seconds() throws(CommandFailure) -> Int64? {
    try HeartbeatText.interval(heartbeat)?.wholeSeconds
  }
}

/// Intervals of heartbeats as people type them: a duration, or `none` or `0` for no heartbeats.
enum HeartbeatText {
  /// - Parameter text: what stands after `--heartbeat`, if it is there.
  /// - Returns: `nil` for no heartbeats.
  static func interval(_ text: String?) throws(CommandFailure) -> Duration? {
    guard let text, text != "none", text != "0" else { return nil }
    let interval = try Session.duration(text, for: "--heartbeat")
    if interval == .zero { return nil }
    guard interval >= .seconds(1), interval <= .seconds(RunMetadata.heartbeatSecondsRange.upperBound) else {
      throw CommandFailure(.badData, "--heartbeat: \(quoted(text)) is no interval; write one of 1s to 365d, or none")
    }
    return interval
  }
}

/// `asset-catalog record heartbeat`.
struct RecordHeartbeatCommand: RecordingCommand {
  static let configuration = CommandConfiguration(
    commandName: "heartbeat",
    abstract: "A run is alive.",
    discussion: HelpText.discussion(
      """
      A run that was heard of counts as running until three intervals have passed, however long it takes and whatever other \
      runs of its asset do; after that, as interrupted. Only the run's own metadata is written. A run that has not begun, or \
      has ended, is refused with 1: whoever hears that may stop.


      """ + RecordedAssetOptions.rule,
      examples: [
        "asset-catalog record heartbeat --name bronze.orders --id a1 --run \"$JOB_ID\"",
        "asset-catalog record heartbeat --name bronze.orders --id a1 --run \"$JOB_ID\" --heartbeat 5m",
      ], found: "no such run is under way", statuses: [.success, .found] + Self.statuses.dropFirst()))

  @OptionGroup var asset: RecordedAssetOptions
  @Option(help: ArgumentHelp("When it was known to be alive. Default: now.", valueName: "time"))
  var at: String?
  @OptionGroup var promise: HeartbeatPromiseOptions
  @OptionGroup var future: FutureTimeOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    if asset.run == nil { throw ValidationError("name the run with --run") }
  }

  func report(_ times: RecordedTimes) throws -> RunReport {
    var report = try asset.report(.alive)
    report.endedAt = try times.time(at, for: "--at")
    report.heartbeatSeconds = try promise.seconds()
    return report
  }
}
