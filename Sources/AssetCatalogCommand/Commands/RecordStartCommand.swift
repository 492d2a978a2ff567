import ArgumentParser
import AssetCatalog
import FreshnessRules
import ManifestModel

/// `asset-catalog record start`.
struct RecordStartCommand: RecordingCommand {
  static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "A run began.",
    discussion: HelpText.discussion(
      """
      Only the run's metadata is written; the manifest tells of a run once it is over. With --heartbeat, the run is \
      taken for interrupted once three such intervals have passed without a 'record heartbeat'; without, it is after a \
      day, or once a run that began later has ended.

      With --if-due, the run begins only if the asset is due under the policy, see 'asset-catalog due'; of several \
      workers who try at once, one alone begins a run. A run id that was used before gets a new run beside it, ID.2.


      """ + RecordedAssetOptions.rule,
      examples: [
        "asset-catalog record start --name bronze.orders --id a1 --run 2026-11-23",
        "asset-catalog record start --name bronze.orders --id a1 --run 2026-11-23 --heartbeat 60s",
        "asset-catalog record start --name bronze.orders --id a1 --if-due && ./export.sh",
      ],
      found: "with --if-due, the asset is not due",
      unusable: "the policy file, a time or a duration", statuses: [.success, .found] + Self.statuses.dropFirst()))

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
    if ifDue, started != nil {
      throw ValidationError("--if-due and --started cannot be given together: a claim begins now")
    }
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
