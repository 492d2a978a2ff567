import ArgumentParser
import AssetCatalog
import Glibc
import ManifestModel

/// `asset-catalog exec`.
struct ExecCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec",
    abstract: "Run a command as a run of an asset, and record how it ended.",
    discussion: HelpText.discussion(
      """
      Records that the run began, runs the command, and records a success if it ends with 0, else a failure with its status \
      or signal and the end (64 KiB) of what it wrote to standard error. The command has the same standard input and output; \
      its standard error is a pipe, whose content asset-catalog hands on until the command ends, and for at most a second more. It \
      finds the run in ASSET_CATALOG_RUN_ID, and the asset in ASSET_CATALOG_ASSET_NAME and ASSET_CATALOG_ASSET_ID. A script \
      without a first line that says what runs it is run by /bin/sh.

      Signals that are sent to asset-catalog (TERM, HUP, INT, QUIT, USR1, USR2, TSTP, CONT) are handed on to the command, but \
      not those that are ignored, as under nohup. One that is sent to the whole process group, as timeout does, reaches the \
      command twice; the keys of a terminal do not. \
      asset-catalog stops when the command does.

      The exit status is that of the command; 127 if there is no such command, 126 if it cannot be run, 128 and the number of \
      the signal that ended it. After HUP, INT, QUIT and TERM, asset-catalog ends by the same signal, so that a loop of a shell \
      stops as it should. A record that fails is a warning: the command runs all the same. Only what is wrong with the command \
      line (64, 65) or with the storage root (66) keeps it from running.


      """ + RecordedAssetOptions.rule,
      examples: [
        "asset-catalog exec --name bronze.orders --id a1 --artifact bronze/orders.csv -- ./export.sh --day yesterday",
        "asset-catalog exec --name gold.kpi --asset-path gold/kpi.json -- python3 kpi.py",
      ], statuses: [.usage, .badData, .noSuchRoot]))

  @OptionGroup var asset: RecordedAssetOptions
  @OptionGroup var artifacts: RecordedArtifactOptions
  @OptionGroup var globals: GlobalOptions
  @Argument(parsing: .postTerminator, help: "The command and its arguments, behind '--'.")
  var command: [String]

  func validate() throws {
    if command.first?.isEmpty ?? true { throw ValidationError("name the command to run behind '--'") }
  }

  /// Runs the command and says how it ended.
  ///
  /// - Parameter words: the whole command line, byte for byte.
  func perform(_ words: [[UInt8]]) throws -> ChildEnd {
    let session = try Session(globals, reconciling: .never)
    let catalog = try session.catalog()
    let child = ChildProcess()
    StandardStreams.limitPatience()
    var report = try asset.report(.started)
    report.startedAt = session.now
    if !child.isAskedToEnd { try begin(report, in: session.catalog(lockPatience: .seconds(2)), session) }
    // The clock of the wall may be set while the command runs.
    let clock = ContinuousClock()
    let began = clock.now
    let outcome = child.run(
      RawCommandLine.command(in: words, count: command.count) ?? command.map { Array($0.utf8) },
      environment: [
        ("ASSET_CATALOG_RUN_ID", report.runID), ("ASSET_CATALOG_ASSET_NAME", report.asset.name),
        ("ASSET_CATALOG_ASSET_ID", report.asset.id),
      ])
    let end = outcome.end
    let (seconds, attoseconds) = began.duration(to: clock.now).components
    report.durationMilliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
    if case .notStarted(let number) = end {
      Session.say("\(quoted(command[0])) cannot be run: \(systemMessage(number))")
    }
    if case .exited(0) = end {
      report.event = .succeeded
      report.artifacts = artifacts.facts
    } else {
      report.event = .failed(RunError(end, of: command[0], errors: outcome.errors))
    }
    do throws(CatalogError) {
      // Who asks for the end may not wait for long before he kills.
      try (outcome.isAsked ? session.catalog(lockPatience: .seconds(3)) : catalog).recordRun(report)
      if globals.verbose { Session.say("recorded the run \(quoted(report.runID))") }
    } catch {
      Session.say("how the run \(quoted(report.runID)) ended was not recorded: \(error.message)")
    }
    return end
  }

  /// Records the beginning; what is wrong for good ends here, what may pass is a warning.
  private func begin(_ report: RunReport, in catalog: AssetCatalog, _ session: Session) throws(CatalogError) {
    do throws(CatalogError) {
      try catalog.recordRun(report)
    } catch {
      if error.code == .invalidArgument || error.code == .noSuchRoot { throw error }
      Session.say("the beginning of the run \(quoted(report.runID)) was not recorded: \(error.message)")
    }
  }
}

extension RunError {
  /// What the end of a command that did not succeed says.
  init(_ end: ChildEnd, of command: String, errors: [UInt8]) {
    let tail = TextTail.text(errors)
    let lastLine = tail.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
    let words = lastLine.map { ": \($0.prefix(500))" } ?? ""
    let traceback = tail.isEmpty ? nil : tail
    switch end {
    case .exited(let status):
      self.init(type: "ExitStatus", message: "\(status)\(words)", traceback: traceback)
    case .signalled(let number):
      self.init(type: "Signal", message: "\(SignalName.name(of: number))\(words)", traceback: traceback)
    case .notStarted(let number):
      self.init(type: "NotStarted", message: "\(command): \(systemMessage(number))")
    }
  }
}

/// Names of signals.
enum SignalName {
  static func name(of number: Int32) -> String {
    let names: [Int32: String] = [
      SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP", SIGABRT: "SIGABRT",
      SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1", SIGSEGV: "SIGSEGV",
      SIGUSR2: "SIGUSR2", SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU",
      SIGXFSZ: "SIGXFSZ", SIGSYS: "SIGSYS",
    ]
    return names[number] ?? "signal \(number)"
  }
}
