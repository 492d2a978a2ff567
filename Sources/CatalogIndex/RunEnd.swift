package import ManifestModel

/// How a run stands by the clock of an answer, with little else: of hundreds of thousands.
package struct RunEnd: Sendable {
  package let runID: String
  package let startedAt: Int64?
  package let durationMilliseconds: Int64?
  package let standing: RunOutcome
  /// When it failed, was given up or began to take too long.
  package let failureTime: Int64?

  package var hasEnded: Bool { standing != .running && standing != .overrun }

  /// - Parameters:
  ///   - now: the clock of the answer, in microseconds.
  ///   - window: see ``RunEntry/standing(at:window:timeout:)``, as for the timeout.
  package init(_ run: RunEntry, at now: Int64, window: Int64, timeout: Int64?) {
    runID = run.runID
    startedAt = run.startedAt
    durationMilliseconds = run.durationMilliseconds
    (standing, failureTime) = run.standing(at: now, window: window, timeout: timeout)
  }
}
