import ArgumentParser
internal import AssetCatalog

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
