internal import FreshnessRules

/// Why an asset is not due.
public enum NotDueReason: String, Sendable, CaseIterable {
  /// What there is is good for some time yet.
  case fresh
  /// A run is under way.
  case running
  /// It failed just now: see ``DueRow/notBefore``.
  case backingOff = "backing_off"
  /// It failed as often as its policy allows, until its next window opens or somebody runs it by hand.
  case retriesUsedUp = "retries_used_up"
  /// Nothing is demanded of it.
  case ignored
}

extension NotDueReason {
  init(_ reason: DueDecision.WhyNot) {
    switch reason {
    case .fresh: self = .fresh
    case .running: self = .running
    case .ignored: self = .ignored
    case .backingOff: self = .backingOff
    case .retriesUsedUp: self = .retriesUsedUp
    }
  }
}
