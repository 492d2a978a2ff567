internal import ManifestModel

/// Which runs a question on failures is about.
package struct FailureQuestion: Sendable {
  /// The earliest failure time, in microseconds.
  package var since: Int64
  /// The clock of the answer, in microseconds.
  package var now: Int64
  /// The running window, in microseconds.
  package var window: Int64
  package var name: String?
  /// Only failures after the last success of their asset.
  package var isUnresolvedOnly: Bool
  /// Runs that have not ended as well.
  package var includesUnfinished: Bool

  package init(
    since: Int64, now: Int64, window: Int64, name: String? = nil, isUnresolvedOnly: Bool = false,
    includesUnfinished: Bool = false
  ) {
    self.since = since
    self.now = now
    self.window = window
    self.name = name
    self.isUnresolvedOnly = isUnresolvedOnly
    self.includesUnfinished = includesUnfinished
  }
}

extension FailureQuestion {
  /// A run as an answer has it, if it belongs there.
  package func failure(_ run: RunEntry) -> FailureEntry? {
    let (standing, time) = run.standing(at: now, window: window)
    switch standing {
    case .succeeded: return nil
    case .running: return includesUnfinished ? FailureEntry(run: run, standing: standing, failureTime: nil) : nil
    case .failed, .interrupted, .overrun:
      guard let time, time >= since else { return nil }
      if isUnresolvedOnly, let success = run.lastMaterialized, time <= success { return nil }
      return FailureEntry(run: run, standing: standing, failureTime: time)
    }
  }
}
