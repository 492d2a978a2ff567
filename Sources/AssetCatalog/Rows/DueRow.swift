package import FreshnessRules
public import ManifestModel

/// One asset, and whether a scheduler should run it now.
public struct DueRow: Sendable {
  /// The asset.
  public let asset: AssetIdentifier
  /// Why it is not due; `nil`: it is.
  public let whyNot: NotDueReason?
  /// Since when it is due, or from when on it will be; `nil` where it was never materialized, that cannot be told, or
  /// nothing is demanded.
  public let dueSince: Timestamp?
  /// When the last materialization expires.
  public let deadline: Timestamp?
  /// A run that begins later than this will usually miss the deadline.
  public let latestStart: Timestamp?
  /// How many deadlines have passed since the last materialization that counted, 1,000 at most. One run makes good for
  /// all of them.
  public let missed: Int
  /// Runs that ended without success since the last success.
  public let consecutiveFailures: Int
  /// When the wait after the last failure ends.
  public let notBefore: Timestamp?
  /// How much it matters.
  public let severity: FreshnessSeverity
  /// Whose it is.
  public let owner: String?
  /// What the policy calls the rule that the demand comes from; `nil` where no rule makes one.
  public let rule: String?
  /// The median duration of the last 30 runs that succeeded, in milliseconds; `nil` where nothing is known.
  package let typicalDurationMilliseconds: Int64?

  /// What decides whether it is due.
  package let terms: Terms

  /// The median duration of the last 30 runs that succeeded; `nil` where nothing is known.
  public var typicalDuration: Duration? { typicalDurationMilliseconds.map { .milliseconds($0) } }
  /// Whether a scheduler should run it now.
  public var isDue: Bool { whyNot == nil }

  /// What is demanded, as far as it takes to decide once more. Assets of which the policy says the same share it, so
  /// that a row is small.
  package final class Terms: Sendable {
    package let demand: Demand
    package let retry: RetryRule
    /// How long an unfinished run without heartbeats counts as running, in microseconds.
    package let window: Int64
    /// How long any unfinished run does, where the policy says so.
    package let runTimeout: Int64?
    package let isSuperseded: Bool

    init(_ policy: AssetPolicy, window: Int64, isSuperseded: Bool) {
      demand = policy.demand
      retry = policy.retry
      self.window = window
      runTimeout = policy.runTimeout
      self.isSuperseded = isSuperseded
    }
  }
}
