import ArgumentParser
import AssetCatalog
import Glibc
import LinuxSystem
import ManifestModel

/// `asset-catalog exec`.
struct ExecCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec",
    abstract: "Run a command as a run of an asset, and record how it ended.",
    discussion: HelpText.discussion(
      """
      Records that the run began, runs the command, and records a success if it ends with 0, else a failure with its \
      status or signal and the end (64 KiB) of what it wrote to standard error. The command has the same standard \
      input and output, limits and signals. Its standard error goes on through a pipe, or a terminal where it is one, \
      also for what the command leaves running; where standard output and standard error are one file, it has the file \
      itself, so that all lines stay in order, and the end of those is recorded. Through one pipe their order may \
      change. It finds the run in ASSET_CATALOG_RUN_ID, and the asset in ASSET_CATALOG_ASSET_NAME and \
      ASSET_CATALOG_ASSET_ID. A script without a first line that says what runs it is run by /bin/sh.

      The command always runs: under a --run that was used before it is a run beside that one, such as ID.2, with a \
      warning, and a record that fails is a warning, too. Only what is wrong with the command line (64, 65) or with \
      the storage root (66), and --if-running, keep it from running. While it runs, its metadata says every minute \
      that it is alive (--heartbeat), so that the run counts as interrupted soon after asset-catalog was killed.

      With --if-running skip, the command is not run while another run of the asset is under way, and the status is 0; \
      with fail it is 75; with wait it is run when no other is. A run is under way until three heartbeats are missing; \
      one without heartbeats for a day, or until a run that began later has ended.

      Signals that are sent to asset-catalog (TERM, HUP, INT, QUIT, USR1, USR2, TSTP, CONT) are forwarded to the \
      command, but not those that are ignored, as under nohup. One that is sent to the whole process group, as timeout \
      does, reaches the command twice; the keys of a terminal do not. asset-catalog stops when the command does. After \
      TERM, HUP, INT or QUIT the run is recorded as failed, with the type Cancelled, whatever the command's status.

      The exit status is that of the command; 127 if there is no such command, 126 if it cannot be run, 128 and the \
      number of the signal that ended it; 124 after --timeout, 137 after --kill-after; 1 if it ended with 0 and \
      --require-artifacts finds that an artifact is missing or was not written. After HUP, INT, QUIT and TERM, \
      asset-catalog ends by the same signal, so that a loop of a shell stops as it should.


      """ + RecordedAssetOptions.rule,
      examples: [
        "asset-catalog exec --name bronze.orders --id a1 --artifact bronze/orders.csv -- ./export.sh --day yesterday",
        "asset-catalog exec --name gold.kpi --asset-path gold/kpi.json --if-running skip --timeout 1h -- python3 kpi.py",
      ],
      unusable: "a time or a duration", statuses: [.usage, .badData, .noSuchRoot, .busy]))

  @OptionGroup var asset: RecordedAssetOptions
  @OptionGroup var artifacts: RecordedArtifactOptions
  @OptionGroup var options: ExecOptions
  @OptionGroup var globals: GlobalOptions
  @Argument(parsing: .postTerminator, help: "The command and its arguments, after '--'.")
  var command: [String]

  func validate() throws {
    if command.first?.isEmpty ?? true { throw ValidationError("name the command to run after '--'") }
    if options.requireArtifacts && artifacts.artifact.isEmpty {
      throw ValidationError("--require-artifacts needs the --artifact that the command writes")
    }
  }

  /// Runs the command and says how it ended.
  ///
  /// - Parameter words: the whole command line, byte for byte.
  func perform(_ words: [[UInt8]]) throws -> ChildEnd {
    let session = try Session(globals, reconciling: .never, lives: true)
    let patience = LastPatience()
    session.stopWaiting { patience.isOver && ChildProcess.isAskedToEnd }
    let catalog = try session.catalog()
    let limit = try options.limit()
    let interval = try options.interval()
    let child = ChildProcess()
    StandardStreams.limitPatience()
    var report = try asset.report(.started)
    report.startedAt = session.now
    report.choice = .unused
    report.heartbeatSeconds = interval?.wholeSeconds
    if !ChildProcess.isAskedToEnd {
      switch try begin(report, child, session) {
      case .recorded(let run):
        report.runID = run.runID
        report.choice = .named
        // It may have waited for others, and then began later than this program.
        report.startedAt = run.metadata.startedAt
      case .notRecorded: break
      case .notToRun(let end): return end
      }
    }
    let watch = ArtifactWatch(artifacts.artifact, of: catalog)
    let heart = HeartThread.started(
      catalog.heart(of: report.asset, runID: report.runID, every: report.choice == .named ? interval : nil))
    // The clock of the wall may be set while the command runs.
    let clock = ContinuousClock()
    let began = clock.now
    let outcome = child.run(
      RawCommandLine.command(in: words, count: command.count) ?? command.map { Array($0.utf8) },
      environment: [
        ("ASSET_CATALOG_RUN_ID", report.runID), ("ASSET_CATALOG_ASSET_NAME", report.asset.name),
        ("ASSET_CATALOG_ASSET_ID", report.asset.id),
      ], limit: limit)
    let (seconds, attoseconds) = began.duration(to: clock.now).components
    heart?.stop()
    report.heartbeatSeconds = nil
    report.durationMilliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
    let end = judge(outcome, watch, &report)
    do throws(CatalogError) {
      // Who asks for the end may not wait for long before he kills.
      let hasty = outcome.request != nil
      patience.begin(.seconds(3))
      let ending = hasty ? try session.catalog(lockPatience: .seconds(3), storePatience: .seconds(3)) : catalog
      let recorded = try ending.recordRun(report)
      if globals.verbose { Session.say("recorded the run \(quoted(recorded.runID))") }
    } catch {
      Session.say("how the run \(quoted(report.runID)) ended was not recorded: \(error.sentence)")
    }
    return end
  }

  /// What to do where a command cannot be started.
  private static func wayOut(of number: Int32) -> String {
    switch number {
    case ENOENT, ENOTDIR: "give its path, or put its folder into PATH"
    case EACCES, EPERM: "make it executable for this user"
    case ENOEXEC, EINVAL: "name a program that this machine can run"
    case E2BIG: "give it fewer or shorter arguments"
    case EMFILE, ENFILE: "raise the limit on open files"
    case ENOMEM, EAGAIN: "give it more memory, or raise the limit on processes"
    default: "run it without asset-catalog to see what is wrong"
    }
  }

  /// Makes the report one of the end, and says how this program ends.
  private func judge(_ outcome: ChildProcess.Outcome, _ watch: ArtifactWatch, _ report: inout RunReport) -> ChildEnd {
    if case .notStarted(let number) = outcome.end {
      Session.say("\(quoted(command[0])) cannot be run: \(SystemError(number).text); \(Self.wayOut(of: number))")
    }
    guard outcome.end == .exited(0), outcome.request == nil else {
      report.event = .failed(RunError(outcome, of: command[0], limit: options.timeout))
      guard case .timeout(let isKilled)? = outcome.request else { return outcome.end }
      Session.say(
        "the command had not ended after \(options.timeout ?? "its time") and was \(isKilled ? "killed" : "stopped")")
      return .exited(isKilled ? 128 + SIGKILL : 124)
    }
    let faults = watch.faults()
    for fault in faults { Session.say("the command succeeded, but \(fault.clause)") }
    if options.requireArtifacts, !faults.isEmpty {
      report.event = .failed(RunError(faults))
      return .exited(ExitStatus.found.rawValue)
    }
    report.event = .succeeded
    report.artifacts = artifacts.facts
    return outcome.end
  }

  /// What came of the beginning.
  private enum Beginning {
    case recorded(RecordedRun)
    /// The command runs all the same.
    case notRecorded
    case notToRun(ChildEnd)
  }

  /// Records the beginning; what is wrong for good is thrown, what may pass is a warning.
  private func begin(_ given: RunReport, _ child: ChildProcess, _ session: Session) throws -> Beginning {
    var report = given
    // Who asks whether another run is under way waits for the answer.
    let isAlone = options.ifRunning != .run
    if isAlone { report.runningWindowMicroseconds = session.runningWindow.microseconds }
    // A store that says nothing keeps the command from running no longer than it must.
    let catalog = try session.catalog(
      lockPatience: isAlone ? nil : .seconds(2), storePatience: .seconds(10),
      isAskedToStop: { ChildProcess.isAskedToEnd })
    var pause = Duration.milliseconds(100)
    while true {
      do throws(CatalogError) {
        let recorded = try catalog.recordRun(report)
        if !recorded.runID.utf8.elementsEqual(report.runID.utf8) {
          Session.say("the run \(quoted(report.runID)) was used before; this one is \(quoted(recorded.runID))")
        }
        return .recorded(recorded)
      } catch {
        switch (error.code.kind, options.ifRunning) {
        case (.invalidArgument, _), (.noSuchRoot, _): throw error
        case (.running, .skip):
          Session.say("the command was not run: \(error.message)")
          return .notToRun(.exited(ExitStatus.success.rawValue))
        case (.running, .wait), (.busy, .wait):
          if let number = child.takeRequest(within: pause) { return .notToRun(.signalled(number)) }
          pause = min(pause * 2, .seconds(1))
        case (.running, _), (.busy, .skip), (.busy, .fail): throw error
        default:
          Session.say("the beginning of the run \(quoted(report.runID)) was not recorded: \(error.sentence)")
          return .notRecorded
        }
      }
      // A clock that stands still would never see a run grow old.
      if globals.now == nil { report.startedAt = nil }
    }
  }
}
