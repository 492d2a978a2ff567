/// What an asset has to keep: an age, or a deadline.
public enum FreshnessDemand: String, Sendable, CaseIterable {
  /// Its materialization may be no older than this.
  case age
  /// It has to come by a time of the clock.
  case deadline
}
