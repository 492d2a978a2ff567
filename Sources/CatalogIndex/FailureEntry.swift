package import ManifestModel

/// A run among the failures, and the time it has its place by.
package struct FailureEntry: Sendable {
  package let run: RunEntry
  package let standing: RunOutcome
  /// `nil` for a run that has not ended and takes no longer than others.
  package let failureTime: Int64?

  /// The failure time, or the start of a run that has not ended.
  var time: Int64 { failureTime ?? run.startedAt ?? .min }

  /// Newest first; then by name, id and run.
  static func precedes(_ left: FailureEntry, _ right: FailureEntry) -> Bool {
    if left.time != right.time { return left.time > right.time }
    if left.run.asset != right.run.asset { return left.run.asset < right.run.asset }
    return left.run.runID.precedesInBytes(right.run.runID)
  }
}
