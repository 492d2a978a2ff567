/// Why nothing is demanded of an asset.
public enum IgnoredReason: String, Sendable, CaseIterable {
  /// A rule says so.
  case rule
  /// A rule pauses it until a time.
  case paused
  /// Another id of its name was materialized last.
  case superseded
}
