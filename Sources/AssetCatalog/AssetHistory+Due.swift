internal import CatalogIndex
internal import FreshnessRules
internal import ManifestModel

/// What the runs of an asset say about whether it should be run.
struct RunFindings {
  /// When runs since the last success failed, oldest first.
  var failures: [Timestamp] = []
  /// When runs since the last success were given up.
  var losses: [Timestamp] = []
  /// Runs that ended without success since the last success.
  var consecutiveFailures = 0
  /// The newest run that is under way.
  var running: RunEntry?

  /// - Parameters:
  ///   - now: the clock of the answer, in microseconds.
  ///   - terms: how long a run counts as running.
  init(_ history: AssetHistory, at now: Int64, _ terms: DueRow.Terms) {
    var hasSucceeded = false
    for run in history.runs {
      // What ended is looked at only up to the last success; what has not ended may be older.
      if hasSucceeded, run.result != .unfinished { continue }
      let (standing, time) = run.standing(at: now, window: terms.window, timeout: terms.runTimeout)
      switch standing {
      case .succeeded: hasSucceeded = true
      case .running, .overrun: if running == nil { running = run }
      case .failed, .interrupted:
        if hasSucceeded { continue }
        consecutiveFailures += 1
        guard let time else { continue }
        if standing == .failed {
          failures.append(Timestamp(microseconds: time))
        } else {
          losses.append(Timestamp(microseconds: time))
        }
      }
    }
  }
}

extension AssetHistory {
  /// How long the succeeded runs took, newest first, in milliseconds. Negative durations are left out: they come from
  /// clocks that were set back.
  var durations: some Sequence<Int64> {
    runs.lazy.filter { $0.result == .succeeded }.compactMap(\.durationMilliseconds).filter { $0 >= 0 }
  }

  /// The median duration of the last succeeded runs, in milliseconds.
  var typicalDuration: Int64? {
    DurationStatistics.typical(past: Array(durations.prefix(DurationStatistics.window)))
  }

  /// How many runs without success ended since the last success, and whether it is due.
  ///
  /// An asset of which it cannot be told when it was last materialized is due as one that never was.
  ///
  /// - Parameter memo: of the demand of the terms, at the clock of the answer.
  func due(
    _ terms: DueRow.Terms, typicalDuration: Int64?, _ memo: inout DueMemo
  ) -> (decision: DueDecision, findings: RunFindings) {
    let now = memo.now
    let findings = RunFindings(self, at: now.microseconds, terms)
    var facts = DueFacts(
      lastMaterialized: lastMaterialized.map { Timestamp(microseconds: $0) }, failures: findings.failures,
      // Which run is under way was decided above, with what heartbeats tell.
      runningSince: findings.running == nil ? nil : now, runTimeout: .max,
      typicalDuration: (typicalDuration ?? 0).saturatingMultiply(1000),
      isSuperseded: terms.isSuperseded)
    facts.losses = findings.losses
    return (terms.demand.due(facts, terms.retry, &memo), findings)
  }
}
