/// How much it matters that an asset is late.
package enum Severity: String, Sendable, CaseIterable {
  case critical, normal, low

  /// 0 for what matters most.
  package var rank: Int {
    switch self {
    case .critical: 0
    case .normal: 1
    case .low: 2
    }
  }
}
