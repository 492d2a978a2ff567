/// Why an asset is not fine.
public enum FreshnessReason: String, Sendable, CaseIterable {
  /// The last runs ended without success.
  case failing
  /// A run is under way.
  case running
  /// No run since the window opened, or since the limit.
  case notStarted = "not_started"
  /// It came before the window opened.
  case tooEarly = "too_early"
  /// A run began and is given up.
  case lost
  /// No materialization is known.
  case never
  /// The state cannot be told, or the values are the last good ones.
  case unreadable
}
