internal import CatalogIndex
internal import ManifestModel

/// The times at which an asset passes from one state to the next, for the policy and for each of its rules.
///
/// With `age = now − last_materialized`: fresh below the age to warn after, then to be warned of, stale from the maximum
/// age on. A time up to five minutes ahead of the clock has a negative age, and is fresh; one
/// beyond that is passed over.
struct FreshnessThresholds {
  /// One pair of ages.
  private struct Threshold {
    /// The newest time that is stale.
    let stale: Int64
    /// The newest time that is to be warned of, or stale.
    let warn: Int64

    init(_ maxAge: Duration, _ warnAfter: Duration?, _ now: Timestamp) {
      stale = now.microseconds.saturatingSubtract(maxAge.microseconds)
      warn = max(stale, warnAfter.map { now.microseconds.saturatingSubtract($0.microseconds) } ?? stale)
    }

    func times(of state: FreshnessState) -> ClosedRange<Int64>? {
      switch state {
      case .never, .unknown, .ignored: nil
      case .stale: Int64.min...stale
      case .warn: warn > stale ? (stale + 1)...warn : nil
      case .fresh: warn < .max ? (warn + 1)...Int64.max : nil
      }
    }
  }

  private let all: [Threshold]
  private let rules: [String]
  private let now: Timestamp

  init(_ policy: FreshnessPolicy, now: Timestamp) {
    self.now = now
    all =
      [Threshold(policy.maxAge, policy.warnAfter, now)]
      + policy.rules.map { Threshold($0.maxAge, $0.warnAfter, now) }
    rules = policy.rules.map(\.name)
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
      includesUnknown: states.contains(.unknown), includesNever: states.contains(.never), times: span)
    return FreshnessCursor(selection, now: now.microseconds, name: name, rules: rules)
  }

  /// The row of a record, if its state is one of those asked for.
  static func row(
    of record: FreshnessRecord, _ policy: FreshnessPolicy, _ states: Set<FreshnessState>?, now: Timestamp
  ) -> FreshnessRow? {
    let rule = record.rule.map { policy.rules[$0] }
    let maxAge = (rule?.maxAge ?? policy.maxAge).microseconds
    let warnAfter = (rule == nil ? policy.warnAfter : rule?.warnAfter)?.microseconds
    let age = record.lastMaterialized.map { now.microseconds.saturatingSubtract($0) }
    let state = record.isUnknown ? .unknown : state(age: age, maxAge: maxAge, warnAfter: warnAfter)
    guard states?.contains(state) ?? true else { return nil }
    return FreshnessRow(
      asset: record.asset, state: state, lastMaterialized: record.lastMaterialized.map { Timestamp(microseconds: $0) },
      ageMicroseconds: age, maxAgeMicroseconds: maxAge, lastStatus: record.lastStatus, lastRunID: record.lastRunID,
      source: record.source.flatMap { MaterializationSource(rawValue: $0) }, isDamaged: record.isDamaged)
  }

  private static func state(age: Int64?, maxAge: Int64, warnAfter: Int64?) -> FreshnessState {
    guard let age else { return .never }
    if age >= maxAge { return .stale }
    if let warnAfter, age >= warnAfter { return .warn }
    return .fresh
  }
}
