internal import ManifestModel

/// What is asked about freshness: under which policy, and which rows are wanted.
struct FreshnessQuestion: Sendable {
  let policy: FreshnessPolicy
  var names = NameFilter(nil)
  var states: Set<FreshnessState>?
  var levels: Set<FreshnessLevel>?
  var owners: [String]?
  var severities: Set<FreshnessSeverity>?
  /// Whether each name has one row: that of the id that materialized last.
  var byName = false
  /// Whether more is wanted than the states: what the runs tell.
  var tellsDetails = true
  /// Whether the runs of an asset are read though neither its reasons nor the checks ask for that; `nil`: of none.
  var readsRuns: (@Sendable (FreshnessRow) -> Bool)?
  /// Whether the rows come by name and id; only without filters.
  var isInOrderOfNames = false
  /// The running window, in microseconds.
  var window: Int64 = 0

  /// The states that rows can have which are wanted; `nil` for all.
  var possibleStates: Set<FreshnessState>? {
    guard let levels, !policy.policy.hasChecks else { return states }
    var possible: Set<FreshnessState> = []
    // Under 'never' an asset without a materialization may be of any level.
    if levels.contains(.error) { possible.formUnion([.stale, .unknown, .never]) }
    if levels.contains(.warn) { possible.formUnion([.warn]) }
    if levels.contains(.ok) { possible.formUnion([.fresh, .ignored, .never]) }
    return states.map { $0.intersection(possible) } ?? possible
  }

  func accepts(_ row: FreshnessRow) -> Bool {
    if let states, !states.contains(row.state) { return false }
    if let severities, !severities.contains(row.severity) { return false }
    guard let owners else { return true }
    guard let owner = row.owner else { return false }
    return owners.contains { $0.hasSameBytes(as: owner) }
  }
}
