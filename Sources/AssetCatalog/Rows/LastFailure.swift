public import ManifestModel

/// The newest run that ended without success since the last success.
public struct LastFailure: Hashable, Sendable {
  /// The run.
  public let runID: String
  /// How it ended.
  public let outcome: RunOutcome
  /// When it failed, or was given up.
  public let failedAt: Timestamp?
  /// What went wrong.
  public let error: String?

  /// A failure from its parts.
  package init(runID: String, outcome: RunOutcome, failedAt: Timestamp?, error: String?) {
    self.runID = runID
    self.outcome = outcome
    self.failedAt = failedAt
    self.error = error
  }
}
