/// How fresh an asset is.
public enum FreshnessState: String, Sendable, CaseIterable {
  /// Good: its demand holds, and nothing is to be warned of.
  case fresh
  /// Good, but soon no more.
  case warn
  /// No more good: at least as old as its maximum age, or past its deadline. mad_prefect's cache rule: equal is
  /// expired.
  case stale
  /// No materialization is known.
  case never
  /// It cannot be told: a file cannot be read and never could, or the only times are ahead of the clock.
  case unknown
  /// Nothing is demanded of it.
  case ignored
}
