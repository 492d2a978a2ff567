package import FreshnessRules
public import ManifestModel

/// One asset in a freshness report.
public struct FreshnessRow: Sendable {
  /// The asset.
  public let asset: AssetIdentifier
  /// How fresh it is.
  public let state: FreshnessState
  /// When it was last materialized; `nil` where that is not known.
  public let lastMaterialized: Timestamp?
  /// Microseconds between the last materialization and the clock of the answer; negative for a time a little ahead of
  /// it.
  package let ageMicroseconds: Int64?
  /// How long this materialization is good for, in microseconds: the asset is stale from this age on, be that because
  /// of its age or because of a deadline. 0 for an asset never materialized that has a deadline and no maximum age;
  /// `Int64.max` where nothing expires.
  package let maxAgeMicroseconds: Int64
  /// How the newest run that ended did so, by the manifest or by its own metadata, whichever tells more; `nil` where
  /// neither tells.
  public let lastStatus: ManifestStatus?
  /// That run.
  public let lastRunID: String?
  /// Where the time was found; `nil` where there is none.
  public let source: MaterializationSource?
  /// Whether the manifest on disk cannot be read at present, so that the values are those of the last good one.
  public let isDamaged: Bool
  /// Whether somebody has to act.
  public internal(set) var level = FreshnessLevel.ok
  /// What expires first; `nil` where nothing is demanded.
  public internal(set) var demand: FreshnessDemand?
  /// Since when it is stale: the first limit missed, however many followed.
  public internal(set) var staleSince: Timestamp?
  /// Until when it is good, if it is.
  public internal(set) var freshUntil: Timestamp?
  /// Why nothing is demanded of it; `nil` in another state than ``FreshnessState/ignored``.
  public internal(set) var ignoredBecause: IgnoredReason?
  /// What the policy says of it beyond its demand.
  let words: PolicyWords
  /// What its runs tell; `nil` where nobody looked.
  var runs: RunTale?
  /// What was read of them, for a report that tells more; `nil` in other answers.
  var recentRuns: RecentRuns?

  /// The time between the last materialization and the clock of the answer; negative for one a little ahead of it.
  public var age: Duration? { ageMicroseconds.map { .microseconds($0) } }
  /// How long this materialization is good for: the asset is stale from this age on, be that because of its age or
  /// because of a deadline. Zero for an asset never materialized that has a deadline and no maximum age; `nil` where
  /// nothing expires.
  public var maxAge: Duration? { maxAgeMicroseconds == .max ? nil : .microseconds(maxAgeMicroseconds) }
  /// The title, or else the patterns, of the rule that its demand comes from; `nil` where that is no rule's.
  public var rule: String? { words.rule }
  /// The line of that rule in the policy's file; `nil` where there is none.
  package var ruleLine: Int? { words.ruleLine }
  /// Whose it is.
  public var owner: String? { words.policy.owner }
  /// How much it matters that it is late.
  public var severity: FreshnessSeverity { words.severity }
  /// What its owners want told.
  public var note: String? { words.policy.note }
  /// An address where it is written what to do.
  public var runbook: String? { words.policy.runbook }
  /// How many runs ended without success since the last success; `nil` where nobody looked.
  public var consecutiveFailures: Int? { runs?.consecutiveFailures }
  /// The newest of those.
  public var lastFailure: LastFailure? { runs?.lastFailure }
  /// When the newest run began, if it has not ended.
  public var runningSince: Timestamp? { runs?.runningSince }
  /// The median duration of the last 30 runs that succeeded; `nil` where there is none, or nobody looked.
  public var typicalDuration: Duration? { typicalDurationMilliseconds.map { .milliseconds($0) } }
  /// The same, in milliseconds.
  package var typicalDurationMilliseconds: Int64? { runs?.typicalDurationMilliseconds }
  /// What is demanded of it.
  package var fullDemand: Demand { words.policy.demand }
  /// The places of the rules that match it, in their order.
  package var rules: [Int] { words.policy.rules }
  /// Why it is not fine; `nil` where ``level`` is ok.
  public var reason: FreshnessReason? { runs?.reason }
  /// What is out of the ordinary among the checks that the policy names.
  public var findings: [FreshnessFinding] { runs?.findings ?? [] }
}
