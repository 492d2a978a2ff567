/// How much it matters that an asset is late.
public enum FreshnessSeverity: String, Sendable, CaseIterable, Comparable {
  case low
  case normal
  case critical

  /// What matters least comes first.
  public static func < (left: FreshnessSeverity, right: FreshnessSeverity) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .low: 0
    case .normal: 1
    case .critical: 2
    }
  }
}
