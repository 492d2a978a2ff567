internal import FreshnessRules
internal import ManifestModel

/// What the runs of an asset tell of why it is as it is.
final class RunTale: Sendable {
  let consecutiveFailures: Int
  let lastFailure: LastFailure?
  let runningSince: Timestamp?
  let typicalDurationMilliseconds: Int64?
  let reason: FreshnessReason?
  let findings: [FreshnessFinding]

  init(
    consecutiveFailures: Int, lastFailure: LastFailure?, runningSince: Timestamp?, typicalDurationMilliseconds: Int64?,
    reason: FreshnessReason?, findings: [FreshnessFinding]
  ) {
    self.consecutiveFailures = consecutiveFailures
    self.lastFailure = lastFailure
    self.runningSince = runningSince
    self.typicalDurationMilliseconds = typicalDurationMilliseconds
    self.reason = reason
    self.findings = findings
  }
}
