/// The order of an asset's runs at one moment: by their starts, then by the bytes of their ids.
///
/// A time more than five minutes ahead proves nothing: where the file was written before it, that counts instead.
package struct RunOrder: Sendable {
  package let now: Timestamp

  package init(at now: Timestamp) {
    self.now = now
  }

  /// Whether a time is not ahead of the clock.
  package func proves(_ time: Timestamp) -> Bool {
    !ClockTolerance.isAhead(time.microseconds, of: now.microseconds)
  }

  private func believed(_ time: Timestamp, of run: RunOnDisk) -> Timestamp {
    proves(time) ? time : min(time, run.writtenAt)
  }

  /// When a run began.
  package func began(_ run: RunOnDisk) -> Timestamp {
    believed(run.metadata.startedAt ?? run.metadata.materialized ?? run.writtenAt, of: run)
  }

  /// When a run that is over ended: what it materialized tells, else its start and its duration, else its file.
  package func ended(_ run: RunOnDisk) -> Timestamp {
    if let time = run.metadata.materialized { return believed(time, of: run) }
    guard let start = run.metadata.startedAt, let span = run.metadata.durationMilliseconds, span >= 0 else {
      return run.writtenAt
    }
    return believed(start.advanced(byMilliseconds: span), of: run)
  }

  /// When a run materialized, if that is not ahead of the clock.
  package func materialized(_ run: RunOnDisk) -> Timestamp? {
    run.metadata.materialized.flatMap { proves($0) ? $0 : nil }
  }

  /// Whether a run comes before another.
  package func precedes(_ left: RunOnDisk, _ right: RunOnDisk) -> Bool {
    let (one, other) = (began(left), began(right))
    return one == other ? left.id.precedesInBytes(right.id) : one < other
  }

  /// Runs from the oldest to the newest.
  package func sorted(_ runs: [RunOnDisk]) -> [RunOnDisk] {
    runs.map { (began($0), $0) }
      .sorted { $0.0 == $1.0 ? $0.1.id.precedesInBytes($1.1.id) : $0.0 < $1.0 }
      .map { $0.1 }
  }
}
