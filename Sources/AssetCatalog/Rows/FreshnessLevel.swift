/// Whether somebody has to act.
public enum FreshnessLevel: String, Sendable, CaseIterable, Comparable {
  case ok
  case warn
  case error

  /// In the order of severity.
  public static func < (left: FreshnessLevel, right: FreshnessLevel) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .ok: 0
    case .warn: 1
    case .error: 2
    }
  }
}
