import ArgumentParser
import ManifestModel

/// `asset-catalog record heartbeat`.
struct RecordHeartbeatCommand: RecordingCommand {
  static let configuration = CommandConfiguration(
    commandName: "heartbeat",
    abstract: "A run is alive.",
    discussion: HelpText.discussion(
      """
      A run that was heard of counts as running until three intervals have passed, however long it takes and whatever \
      other runs of its asset do; after that, as interrupted. Only the run's own metadata is written. A run that has \
      not begun, or has ended, is refused with 1: whoever hears that may stop.


      """ + RecordedAssetOptions.rule,
      examples: [
        "asset-catalog record heartbeat --name bronze.orders --id a1 --run \"$JOB_ID\"",
        "asset-catalog record heartbeat --name bronze.orders --id a1 --run \"$JOB_ID\" --heartbeat 5m",
      ], found: "no such run is under way",
      unusable: "a time or a duration", statuses: [.success, .found] + Self.statuses.dropFirst()))

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
