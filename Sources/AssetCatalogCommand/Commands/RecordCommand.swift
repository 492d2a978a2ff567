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
      Writes what mad_prefect writes: the run's metadata, then the asset's manifest. When the command ends with 0, both \
      are on the disk, and the index has them. Each prints one JSON object that says what was recorded.

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

/// Which asset is recorded, and which run of it.
struct RecordedAssetOptions: ParsableArguments {
  static let rule = """
    Without --id, the id is what mad_prefect makes of an asset whose function takes no arguments: the MD5 of name, path and \
    artifacts folder (--asset-path, --artifacts-dir; empty if they are not given). mad_prefect makes an underscore of each \
    character of a name but letters, digits, '.', '_' and '-'; without --id, a name that it would not leave alone is refused \
    with the one that it makes. With --signature and without --id, the signature is the id, too. An asset with arguments needs its --id, or a --signature that tells its configurations apart.
    """

  @Option(help: ArgumentHelp("The name of the asset.", valueName: "name"))
  var name: String
  @Option(help: ArgumentHelp("The id of its configuration.", valueName: "id"))
  var id: String?
  @Option(help: ArgumentHelp("The signature of its configuration.", valueName: "text"))
  var signature: String?
  @Option(help: ArgumentHelp("The path of the asset, as its definition gives it.", valueName: "path"))
  var assetPath: String?
  @Option(help: ArgumentHelp("The artifacts folder of the asset, if its definition gives one.", valueName: "path"))
  var artifactsDir: String?
  @Option(help: ArgumentHelp("The arguments of the run, as text.", valueName: "text"))
  var parameters: String?
  @Option(help: ArgumentHelp("The id of the run. Default: 32 random hexadecimal digits.", valueName: "id"))
  var run: String?

  func validate() throws {
    do {
      _ = try identity()
    } catch {
      throw ValidationError(error.message)
    }
  }

  func report(_ event: RunReport.Event) throws(TextError) -> RunReport {
    let identity = try identity()
    return RunReport(
      event, of: identity.asset, runID: run ?? RunReport.makeRunID(), signature: identity.signature,
      assetPath: assetPath, parameters: parameters)
  }

  private func identity() throws(TextError) -> RecordedIdentity {
    try RecordedIdentity(
      name: name, id: id, signature: signature, assetPath: assetPath, artifactsFolder: artifactsDir)
  }
}

/// What a run wrote, as options give it.
struct RecordedArtifactOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A file that the run writes, relative to the root; may be repeated.", valueName: "path"))
  var artifact: [String] = []
  @Flag(help: "The asset has no artifacts any more.")
  var noArtifacts = false

  func validate() throws {
    if noArtifacts && !artifact.isEmpty { throw ValidationError("--artifact and --no-artifacts exclude each other") }
  }

  /// The artifacts; `nil` where nobody said.
  var facts: [ArtifactFacts]? {
    noArtifacts || !artifact.isEmpty ? artifact.map { ArtifactFacts(path: $0) } : nil
  }
}

/// The times of a run, as options give them.
struct RecordedTimes {
  let session: Session

  func time(_ text: String?, for option: String) throws(CommandFailure) -> Timestamp? {
    guard let text else { return nil }
    return try Session.time(text, now: session.now, for: option)
  }

  func milliseconds(_ text: String?) throws(CommandFailure) -> Int64? {
    guard let text else { return nil }
    let (seconds, attoseconds) = try Session.duration(text, for: "--duration").components
    return seconds * 1000 + attoseconds / 1_000_000_000_000_000
  }
}

/// A command that records one report.
protocol RecordingCommand: CatalogCommand {
  var future: FutureTimeOptions { get }
  func report(_ times: RecordedTimes) throws -> RunReport
  /// Records the report.
  func record(_ report: RunReport, in catalog: Catalog) throws(CatalogError) -> RecordedRun
}

extension RecordingCommand {
  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    try write(in: session, to: &output)
  }

  /// Records the report, and says what was recorded.
  func write(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    session.allowFutureTimes(future.allowFuture)
    let report = try report(RecordedTimes(session: session))
    let recorded = try record(report, in: session.catalog())
    if !globals.quiet { output.append(recorded: recorded) }
    return .success
  }

  func record(_ report: RunReport, in catalog: Catalog) throws(CatalogError) -> RecordedRun {
    try catalog.recordRun(report)
  }

  static var statuses: [ExitStatus] {
    [.success, .usage, .badData, .noSuchRoot, .internalError, .cannotWrite, .inputOutput, .busy]
  }
}

/// Times that lie ahead.
struct FutureTimeOptions: ParsableArguments {
  @Flag(help: "Take times that are more than 5 minutes ahead of the clock.")
  var allowFuture = false
}

/// `asset-catalog record start`.
struct RecordStartCommand: RecordingCommand {
  static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "A run began.",
    discussion: HelpText.discussion(
      """
      Only the run's metadata is written; the manifest tells of a run once it is over. With --heartbeat, the run is taken \
      for interrupted once three such intervals have passed without a 'record heartbeat'; without, it is after a day, or \
      once a run that began later has ended.

      With --if-due, the run begins only if the asset is due under the policy, see 'asset-catalog due'; of several workers \
      who try at once, one alone begins a run. A run id that was used before gets a new run beside it, ID.2.


      """ + RecordedAssetOptions.rule,
      examples: [
        "asset-catalog record start --name bronze.orders --id a1 --run 2026-11-23",
        "asset-catalog record start --name bronze.orders --id a1 --run 2026-11-23 --heartbeat 60s",
        "asset-catalog record start --name bronze.orders --id a1 --if-due && ./export.sh",
      ],
      found: "with --if-due, the asset is not due", statuses: [.success, .found] + Self.statuses.dropFirst()))

  @OptionGroup var asset: RecordedAssetOptions
  @Option(help: ArgumentHelp("When it began. Default: now.", valueName: "time"))
  var started: String?
  @Flag(help: "Begin only if the asset is due: otherwise the status is 1, or 75 while a run of it is under way.")
  var ifDue = false
  @OptionGroup var policy: PolicyOptions
  @OptionGroup var promise: HeartbeatPromiseOptions
  @OptionGroup var future: FutureTimeOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    if ifDue, started != nil { throw ValidationError("--if-due and --started exclude each other: a claim begins now") }
    if !ifDue, policy.policy != nil || policy.noPolicy {
      throw ValidationError("--policy and --no-policy go only with --if-due")
    }
  }

  func reconciling() throws(CommandFailure) -> Catalog.Reconciling { ifDue ? .always : .never }

  func run(in session: Session, to output: inout ByteSink) throws -> ExitStatus {
    guard ifDue else { return try write(in: session, to: &output) }
    let report = try report(RecordedTimes(session: session))
    let rules = try session.policy(policy).policy
    let catalog = try session.catalog()
    let row = try catalog.claimable(report.asset, under: rules)
    switch try catalog.claim(
      row, runID: report.runID, assetPath: report.assetPath, parameters: report.parameters,
      heartbeatEvery: report.heartbeatSeconds.map { .seconds($0) })
    {
    case .started(let run):
      if !globals.quiet { output.append(recorded: run) }
      return .success
    case .taken(let other):
      session.remark("the run \(quoted(other)) of \(quoted(report.asset.name)) has not ended")
      return .busy
    case .notDue(let reason):
      session.remark("\(quoted(report.asset.name)) is not due: \(reason.words)")
      return .found
    }
  }

  func report(_ times: RecordedTimes) throws -> RunReport {
    var report = try asset.report(.started)
    report.startedAt = try times.time(started, for: "--started")
    report.heartbeatSeconds = try promise.seconds()
    return report
  }
}

/// `asset-catalog record success`.
struct RecordSuccessCommand: RecordingCommand {
  static let configuration = CommandConfiguration(
    commandName: "success",
    abstract: "A run materialized its asset.",
    discussion: HelpText.discussion(
      """
      What --started, --asset-path and --parameters do not say is taken from the run's start, if that was recorded. Without \
      --artifact the manifest keeps the artifacts that it names; --no-artifacts says that there are none. Size, time, \
      format, rows and schema of each artifact are read from it, if it is there.


      """ + RecordedAssetOptions.rule,
      examples: [
        "asset-catalog record success --name bronze.orders --id a1 --run 2026-11-23 --artifact bronze/orders.parquet",
        "asset-catalog record success --name gold.kpi --asset-path gold/kpi.json --duration 90s",
      ], statuses: Self.statuses))

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
