package import ManifestModel

/// The order in which what is due should be run.
///
/// First what cannot be in time any more, never materialized among it, by severity and then by the latest start; then
/// the rest by the latest start, so that severity does not starve an asset that can still be in time.
package struct DueRank: Comparable, Sendable {
  private let isInTime: Bool
  private let severity: FreshnessSeverity
  private let latestStart: Int64
  private let asset: AssetIdentifier

  package init(_ decision: DueDecision, _ asset: AssetIdentifier, _ severity: FreshnessSeverity, now: Timestamp) {
    // Without a last materialization there is no latest start: that is before every other. Without a demand it is
    // after.
    let isNever = decision.dueSince == nil && decision.deadline == nil && decision.isDue
    latestStart = decision.latestStart?.microseconds ?? (isNever ? .min : .max)
    isInTime = latestStart > now.microseconds
    self.severity = isInTime ? .normal : severity
    self.asset = asset
  }

  package static func < (left: DueRank, right: DueRank) -> Bool {
    if left.isInTime != right.isInTime { return right.isInTime }
    if left.severity != right.severity { return left.severity > right.severity }
    if left.latestStart != right.latestStart { return left.latestStart < right.latestStart }
    if !left.asset.name.hasSameBytes(as: right.asset.name) { return left.asset.name.precedesInBytes(right.asset.name) }
    return left.asset.id.precedesInBytes(right.asset.id)
  }

  package static func == (left: DueRank, right: DueRank) -> Bool {
    !(left < right) && !(right < left)
  }
}
