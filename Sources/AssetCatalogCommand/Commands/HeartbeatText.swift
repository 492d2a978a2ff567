import ManifestModel

/// Intervals of heartbeats as people type them: a duration, or `none` or `0` for no heartbeats.
enum HeartbeatText {
  /// - Parameter text: what stands after `--heartbeat`, if it is there.
  /// - Returns: `nil` for no heartbeats.
  static func interval(_ text: String?) throws(CommandFailure) -> Duration? {
    guard let text, text != "none", text != "0" else { return nil }
    let interval = try Session.duration(text, for: "--heartbeat")
    if interval == .zero { return nil }
    guard interval >= .seconds(1), interval <= .seconds(RunMetadata.heartbeatSecondsRange.upperBound) else {
      throw CommandFailure(.badData, "--heartbeat: \(quoted(text)) is no interval; write one of 1s to 365d, or none")
    }
    return interval
  }
}
