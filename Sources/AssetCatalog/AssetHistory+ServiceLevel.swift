internal import CatalogIndex
internal import FreshnessRules
internal import ManifestModel

extension AssetHistory {
  /// When the first run began or the first materialization came, whichever is earlier, in microseconds.
  var firstSeen: Int64? {
    var first = lastMaterialized
    for run in runs {
      for time in [run.startedAt, run.materialized] {
        if let time { first = min(first ?? time, time) }
      }
    }
    return first
  }

  /// How well a demand was kept from one moment to another, and how long the succeeded runs of that time took, sorted.
  ///
  /// - Parameters:
  ///   - window: how long a run without heartbeats counts as running, in microseconds.
  ///   - memo: of the demand and the same time.
  func service(
    _ policy: AssetPolicy, from: Timestamp, to end: Timestamp, window: Int64, _ memo: ServiceMemo?
  ) -> (tally: ServiceTally, durations: [Int64]) {
    var tally = ServiceTally()
    tally.target = policy.target
    var durations: [Int64] = []
    for run in runs {
      let (standing, failure) = run.standing(at: end.microseconds, window: window, timeout: policy.runTimeout)
      guard let ended = standing == .succeeded ? run.materialized : failure, standing != .overrun else { continue }
      guard ended >= from.microseconds, ended < end.microseconds else { continue }
      tally.runs += 1
      guard standing == .succeeded else { continue }
      tally.succeeded += 1
      if let duration = run.durationMilliseconds, duration >= 0 { durations.append(duration) }
    }
    durations.sort()
    guard let firstSeen, firstSeen < end.microseconds else { return (tally, durations) }
    let times = (runs.compactMap(\.materialized) + [lastMaterialized].compactMap(\.self)).map(Timestamp.init)
    let level = policy.demand.serviceLevel(
      materialized: times, firstSeen: Timestamp(microseconds: firstSeen), from: from, to: end, memo)
    tally.measured = level.measured
    tally.bad = level.bad
    tally.deadlines = level.deadlines
    tally.deadlinesMet = level.deadlinesMet
    tally.incidents = level.incidents
    tally.longestBad = level.longestBad
    return (tally, durations)
  }
}
