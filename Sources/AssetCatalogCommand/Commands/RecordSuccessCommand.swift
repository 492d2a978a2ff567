import ArgumentParser
import AssetCatalog
import FreshnessRules
import ManifestModel

/// `asset-catalog record success`.
struct RecordSuccessCommand: RecordingCommand {
  static let configuration = CommandConfiguration(
    commandName: "success",
    abstract: "A run materialized its asset.",
    discussion: HelpText.discussion(
      """
      What --started, --asset-path and --parameters do not say is taken from the run's start, if that was recorded. \
      Without --artifact the manifest keeps the artifacts that it names; --no-artifacts says that there are none. \
      Size, time, format, rows and schema of each artifact are read from it, if it is there.


      """ + RecordedAssetOptions.rule,
      examples: [
        "asset-catalog record success --name bronze.orders --id a1 --run 2026-11-23 --artifact bronze/orders.parquet",
        "asset-catalog record success --name gold.kpi --asset-path gold/kpi.json --duration 90s",
      ],
      unusable: "a time or a duration", statuses: Self.statuses))

  @OptionGroup var asset: RecordedAssetOptions
  @OptionGroup var artifacts: RecordedArtifactOptions
  @Option(help: ArgumentHelp("When the run began.", valueName: "time"))
  var started: String?
  @Option(help: ArgumentHelp("When it materialized. Default: now.", valueName: "time"))
  var materialized: String?
  @Option(help: ArgumentHelp("How long it took. Default: from its start to its end.", valueName: "duration"))
  var duration: String?
  @OptionGroup var future: FutureTimeOptions
  @OptionGroup var globals: GlobalOptions

  func report(_ times: RecordedTimes) throws -> RunReport {
    var report = try asset.report(.succeeded)
    report.startedAt = try times.time(started, for: "--started")
    report.endedAt = try times.time(materialized, for: "--materialized")
    report.durationMilliseconds = try times.milliseconds(duration)
    report.artifacts = artifacts.facts
    return report
  }
}
