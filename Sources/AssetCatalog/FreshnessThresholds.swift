internal import CatalogIndex
internal import FreshnessRules
internal import ManifestModel

/// The times of materialization that each state can have under the demands of a policy, so that the index reads no
/// others.
///
/// What is good for longer was materialized later: *expires* grows with the time, for ages and for deadlines. So there
/// is a newest time that is stale, and a newest one that is to be warned of.
struct FreshnessThresholds {
  /// Those of one demand.
  private struct Threshold {
    /// The newest time that is stale.
    let stale: Int64
    /// The newest time that is to be warned of, or stale.
    let warn: Int64
    /// Whether nothing is demanded, of some assets or of all.
    let mayIgnore: Bool
    let ignoresAll: Bool

    init(_ demand: Demand, _ now: Timestamp, byName: Bool) {
      let time = now.microseconds
      var stale = demand.maxAge.map { time.saturatingSubtract($0) } ?? .min
      var warn = demand.maxAge == nil ? Int64.min : demand.warnAfter.map { time.saturatingSubtract($0) } ?? .min
      if let deadline = demand.deadline {
        // Stale is what was materialized before the window of the newest tick whose deadline has passed.
        func newest(_ before: Int64) -> Int64 {
          let latest = time.saturatingSubtract(deadline.grace).saturatingAdd(before)
          let tick = deadline.schedule.last(through: Timestamp(microseconds: latest))
          return tick.map { $0.microseconds.saturatingSubtract(deadline.window).saturatingSubtract(1) } ?? .min
        }
        stale = max(stale, newest(0))
        if let warnBefore = deadline.warnBefore { warn = max(warn, newest(warnBefore)) }
      }
      self.stale = stale
      self.warn = max(stale, warn)
      ignoresAll = demand.ignoredBecause(at: now) != nil
      mayIgnore = ignoresAll || demand.ids == .newest || byName
    }

    func times(of state: FreshnessState) -> ClosedRange<Int64>? {
      switch state {
      case .never, .unknown: nil
      case .ignored: mayIgnore ? Int64.min...Int64.max : nil
      case .stale: ignoresAll ? nil : Int64.min...stale
      case .warn: !ignoresAll && warn > stale ? (stale + 1)...warn : nil
      case .fresh: !ignoresAll && warn < .max ? (warn + 1)...Int64.max : nil
      }
    }
  }

  private let all: [Threshold]
  private let mayIgnore: Bool
  private let now: Timestamp

  init(_ policy: Policy, byName: Bool, now: Timestamp) {
    self.now = now
    let demands = [policy.top.demand ?? .standard] + policy.rules.compactMap(\.part.demand)
    all = demands.map { Threshold($0, now, byName: byName) }
    mayIgnore = all.contains { $0.mayIgnore }
  }

  /// Reads no more than the span of times that the states can have; what else lies in it is sifted out row by row.
  func cursor(states: Set<FreshnessState>?, name: String?) -> FreshnessCursor {
    let states = states ?? Set(FreshnessState.allCases)
    var span: ClosedRange<Int64>?
    for threshold in all {
      for state in states {
        guard let times = threshold.times(of: state) else { continue }
        span = span.map { min($0.lowerBound, times.lowerBound)...max($0.upperBound, times.upperBound) } ?? times
      }
    }
    let selection = FreshnessCursor.Selection(
      includesUnknown: states.contains(.unknown) || states.contains(.ignored) && all.contains { $0.ignoresAll },
      includesNever: states.contains(.never) || states.contains(.ignored) && mayIgnore, times: span)
    return FreshnessCursor(selection, now: now.microseconds, name: name)
  }
}
