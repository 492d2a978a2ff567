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
      or signal and the end (64 KiB) of what it wrote to standard error. The command has the same standard input and output \
      and gets the signals that are sent to asset-catalog. It finds the run in ASSET_CATALOG_RUN_ID, and the asset in \
      ASSET_CATALOG_ASSET_NAME and ASSET_CATALOG_ASSET_ID.

      The exit status is that of the command, or 128 and the number of the signal that ended it; 127 if there is no such \
      command, 126 if it cannot be run. A record that fails is a warning: the command runs all the same. Only what is wrong \
      with the command line (64, 65) or with the storage root (66) keeps it from running.


      """ + RecordedAssetOptions.rule,
      examples: [
        "asset-catalog exec --name bronze.orders --id a1 --artifact bronze/orders.csv -- ./export.sh --day yesterday",
        "asset-catalog exec --name gold.kpi --asset-path gold/kpi.json -- python3 kpi.py",
      ], statuses: [.usage, .badData, .noSuchRoot]))

  @OptionGroup var asset: RecordedAssetOptions
  @Option(help: ArgumentHelp("A file that the run writes, relative to the root; may be repeated.", valueName: "path"))
  var artifact: [String] = []
  @OptionGroup var globals: GlobalOptions
  @Argument(parsing: .postTerminator, help: "The command and its arguments, behind '--'.")
  var command: [String]

  func validate() throws {
    if command.first?.isEmpty ?? true { throw ValidationError("name the command to run behind '--'") }
  }

  /// Runs the command and gives the status to end with.
  func perform() throws -> Int32 {
    let session = try Session(globals, reconciling: .never)
    let catalog = try session.catalog()
    let child = ChildProcess()
    var report = try asset.report(.started)
    report.startedAt = session.now
    try begin(report, in: catalog, session)
    let (end, errors) = child.run(
      command,
      environment: [
        ("ASSET_CATALOG_RUN_ID", report.runID), ("ASSET_CATALOG_ASSET_NAME", report.asset.name),
        ("ASSET_CATALOG_ASSET_ID", report.asset.id),
      ])
    if case .notStarted(let number) = end {
      Session.say("\(quoted(command[0])) cannot be run: \(systemMessage(number))")
    }
    if case .exited(0) = end {
      report.event = .succeeded
      if !artifact.isEmpty { report.artifacts = artifact.map { ArtifactFacts(path: $0) } }
    } else {
      report.event = .failed(RunError(end, of: command[0], errors: errors))
    }
    do throws(CatalogError) {
      try catalog.recordRun(report)
      if globals.verbose { Session.say("recorded the run \(quoted(report.runID))") }
    } catch {
      Session.say("how the run \(quoted(report.runID)) ended was not recorded: \(error.message)")
    }
    return end.status
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
    // Cut within a character, the tail would begin with bytes that mean nothing.
    let whole = errors.drop { $0 & 0xC0 == 0x80 }
    let tail = String(decoding: errors.count - whole.count <= 3 ? whole : errors[...], as: UTF8.self)
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
