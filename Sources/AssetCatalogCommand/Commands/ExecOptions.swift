import ArgumentParser
import AssetCatalog
import ManifestModel

/// What to do where another run of the asset is under way.
enum IfRunning: String, CaseIterable, ExpressibleByArgument, Sendable {
  case run, skip, wait, fail
}

/// How `exec` runs its command.
struct ExecOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Ask the command to end (TERM) after this time; 0 for never.", valueName: "duration"))
  var timeout: String?
  @Option(help: ArgumentHelp("Kill it this long after that.", valueName: "duration"))
  var killAfter: String?
  @Option(
    help: ArgumentHelp(
      "How often to record that the run is alive, 'none' for never. Default: 60s.", valueName: "duration"))
  var heartbeat: String?
  @Option(
    help: "What to do while another run of the asset is under way: run beside it, skip, wait for its end, or fail.")
  var ifRunning = IfRunning.run
  @Flag(help: "A success is a failure unless each --artifact is there and was written.")
  var requireArtifacts = false

  func validate() throws {
    if killAfter != nil && timeout == nil { throw ValidationError("--kill-after goes only with --timeout") }
  }

  func limit() throws(CommandFailure) -> ChildProcess.TimeLimit? {
    guard let timeout else { return nil }
    let duration = try Session.duration(timeout, for: "--timeout")
    let killAfter = try killAfter.map { text throws(CommandFailure) in try Session.duration(text, for: "--kill-after") }
    return duration == .zero ? nil : ChildProcess.TimeLimit(timeout: duration, killAfter: killAfter)
  }

  func interval() throws(CommandFailure) -> Duration? {
    try HeartbeatText.interval(heartbeat ?? "60s")
  }
}
