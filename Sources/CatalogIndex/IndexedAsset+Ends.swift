internal import FreshnessRules
internal import ManifestModel

/// When a run that never said that it ended counts as ended all the same.
extension IndexedAsset {
  /// Finds for each unfinished run when it ends whatever the running window, and from when on it takes too long.
  mutating func deriveEnds() {
    let ends = LaterEnds(of: runs)
    let past = PastDurations(of: runs)
    // Of runs that were left in the index, what they did to those that were loaded stands there.
    let former = unloaded?.runs ?? []
    for index in runs.indices where runs[index].result == .unfinished {
      let run = runs[index]
      let old = former.first { $0.result == .unfinished && $0.id.hasSameBytes(as: run.id) }
      if let lapse = heartbeatLapse(of: run) {
        runs[index].failedAt = lapse
      } else {
        let superseded = ends.first(after: run.beganAt)
        let before = old.flatMap { $0.facts?.heartbeatAt == nil ? $0.failedAt : nil }
        runs[index].failedAt = [superseded, before].compactMap(\.self).min()
        if run.beganAt == nil, runs[index].failedAt == nil {
          // Without a start there is no window either: it ended when somebody last told of it.
          let isLast = facts?.lastRunID.map { $0.hasSameBytes(as: run.id) } ?? false
          runs[index].failedAt = (isLast ? facts?.updatedAt : nil) ?? run.writtenAt
        }
      }
      if let old {
        runs[index].overrunAt = old.overrunAt
      } else if let began = run.beganAt, let limit = past.limit(before: run) {
        let (end, isTooLate) = began.addingReportingOverflow(limit * 1000)
        runs[index].overrunAt = isTooLate ? nil : end
      }
    }
  }

  private func heartbeatLapse(of run: IndexedRun) -> Int64? {
    guard let beat = run.heartbeatAt, let seconds = run.facts?.heartbeatSeconds, seconds > 0 else { return nil }
    // One before the start says nothing of this run but that it began.
    let last = max(beat, run.beganAt ?? beat)
    let (span, isTooLong) = seconds.multipliedReportingOverflow(by: RunMetadata.missedHeartbeats * 1_000_000)
    let (end, isTooLate) = last.addingReportingOverflow(span)
    return isTooLong || isTooLate ? nil : end
  }
}

/// For each start, the earliest end of a run that began later.
private struct LaterEnds {
  /// By their start, each with the earliest end among it and all after it.
  private var ends: [(began: Int64, earliest: Int64)] = []

  init(of runs: [IndexedRun]) {
    for run in runs where run.isEnded {
      if let began = run.beganAt ?? run.endedAt, let end = run.endedAt { ends.append((began, end)) }
    }
    ends.sort { $0.began < $1.began }
    for index in ends.indices.dropLast().reversed() {
      ends[index].earliest = min(ends[index].earliest, ends[index + 1].earliest)
    }
  }

  /// - Parameter began: `nil` for a run whose start is not known: every other one began later.
  func first(after began: Int64?) -> Int64? {
    let place = began.map { began in ends.partitioningIndex { $0.began > began } } ?? 0
    return place < ends.count ? ends[place].earliest : nil
  }
}

/// How long the succeeded runs of an asset took, by their start.
private struct PastDurations {
  private var runs: [IndexedRun]

  init(of all: [IndexedRun]) {
    runs = all.filter { $0.result == .succeeded && $0.facts?.durationMilliseconds ?? -1 >= 0 }
    // Too few for a judgement: then their order does not matter either.
    if runs.count < DurationStatistics.needed { runs = [] }
    runs.sort { $1.beganAfter($0) }
  }

  /// From how many milliseconds on a run takes longer than the succeeded ones before it allow.
  func limit(before run: IndexedRun) -> Int64? {
    if runs.isEmpty { return nil }
    let count = runs.partitioningIndex { !run.beganAfter($0) }
    let past = runs[..<count].suffix(DurationStatistics.window).compactMap { $0.facts?.durationMilliseconds }
    return DurationStatistics.overrunLimit(past: past)
  }
}
