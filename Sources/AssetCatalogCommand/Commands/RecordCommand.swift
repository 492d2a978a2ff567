import ArgumentParser
import AssetCatalog
import FreshnessRules
import ManifestModel

/// `asset-catalog record`.
struct RecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Write that a run began, is alive, succeeded or failed.",
    discussion: """
      Writes what mad_prefect writes: the run's metadata, then the asset's manifest. When the command ends with 0, \
      both are on the disk, and the index has them. Each prints one JSON object that says what was recorded.

      EXAMPLES:
        asset-catalog record start --name bronze.orders --asset-path bronze/orders.parquet --run "$JOB_ID"
        asset-catalog record success --name bronze.orders --asset-path bronze/orders.parquet --run "$JOB_ID" \\
          --artifact bronze/orders.parquet
        asset-catalog record failure --name bronze.orders --id a1 --run "$JOB_ID" --error-type TimeoutError --error '30 s'
        asset-catalog record heartbeat --name bronze.orders --id a1 --run "$JOB_ID"
        asset-catalog record batch runs.ndjson

      EXIT STATUS:
        0   done
        64  usage   65  bad time or report   66  no such root
        70  internal   73  cannot write   74  I/O   75  busy, try again
      """,
    subcommands: [
      RecordStartCommand.self, RecordHeartbeatCommand.self, RecordSuccessCommand.self, RecordFailureCommand.self,
      RecordBatchCommand.self,
    ])
}

extension ByteSink {
  /// One line of JSON that says what was recorded.
  mutating func append(recorded run: RecordedRun) {
    let event =
      run.manifestPath != nil
      ? run.metadata.materialized == nil ? "failure" : "success" : run.isSignOfLife ? "heartbeat" : "start"
    appendJSON([
      Cell.Field("asset_name", .text(run.asset.name)), Cell.Field("asset_id", .text(run.asset.id)),
      Cell.Field("run_id", .text(run.runID)), Cell.Field("event", .text(event)),
      Cell.Field("started_at", .time(run.metadata.startedAt)),
      Cell.Field("materialized", .time(run.metadata.materialized)),
      Cell.Field("duration_ms", .milliseconds(run.metadata.durationMilliseconds)),
      Cell.Field("metadata_path", .text(run.metadataPath)), Cell.Field("manifest_path", .text(run.manifestPath)),
    ])
    append("\n")
  }
}
