internal import CatalogIndex
internal import FreshnessRules
package import ManifestModel

extension Catalog {
  /// Runs that took much longer than those of their asset before them: newest first, those under way first of all.
  ///
  /// A run is held against the up to 30 succeeded runs before it, of which there must be 8. It is slow from as many
  /// deviations above their median on as the policy says under `slow` (5), and only if it is half as long again as the
  /// median and a minute longer (`at_least`). The deviation is the median one, so that one bad night does not hide the
  /// next, and it is never less than 5 % of the median or a second. Of a run that is under way the time counts that it
  /// has taken so far. Where the policy has `slow: null`, no run of an asset is slow.
  ///
  /// ```swift
  /// for run in try catalog.slowRuns(policy, since: yesterday).rows { print(run.asset.name, run.durationMilliseconds) }
  /// ```
  ///
  /// - Parameters:
  ///   - policy: how much longer a run may take.
  ///   - since: the earliest end of a run; what is under way is among the rows whenever it began.
  ///   - names: GLOBs; the asset's name must match any. Without one, all assets are meant.
  ///   - owners: whose assets; without one, everybody's.
  ///   - severities: how much they matter; without one, any.
  ///   - limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative age or limit; what reconciling and reading throw.
  package func slowRuns(
    _ policy: FreshnessPolicy, since: Timestamp, names: [String] = [], owners: [String] = [],
    severities: Set<FreshnessSeverity> = [], limit: Int? = nil
  ) throws(CatalogError) -> Answer<SlowRunRow> {
    try Self.check(policy)
    let limit = try Self.checked(limit)
    let filter = NameFilter(nil, names)
    return try ask(about: filter.scope) { reader, time throws(IndexError) in
      let judge = PolicyJudge(policy, owners: owners, severities: severities)
      var cursor = HistoryCursor(name: filter.bound, now: time.now, wishes: judge.wishes)
      var rows: [SlowRunRow] = []
      while true {
        let page = try cursor.next(Self.pageSize, from: reader)
        if page.isEmpty { break }
        for history in page where filter.contains(history.asset) {
          guard let judgement = judge.judgement(of: history) else { continue }
          slowRuns(of: history, judgement, since: since.microseconds, at: time.now, into: &rows)
        }
      }
      rows.sort(by: SlowRunRow.precedes)
      return Answer(time, rows: Array(rows.prefix(limit)))
    }
  }

  private func slowRuns(
    of history: AssetHistory, _ judgement: Judgement, since: Int64, at now: Int64, into rows: inout [SlowRunRow]
  ) {
    guard let tolerance = judgement.policy.tolerance else { return }
    let (window, timeout) = (options.runningWindow.microseconds, judgement.policy.runTimeout)
    let durations = Array(history.durations)
    // What comes after a run in the list began before it.
    var later = 0
    for run in history.runs {
      let isTimed = run.result == .succeeded && run.durationMilliseconds.map { $0 >= 0 } ?? false
      if isTimed { later += 1 }
      let duration: Int64
      if isTimed, let materialized = run.materialized {
        guard materialized >= since, !ClockTolerance.isAhead(materialized, of: now) else { continue }
        duration = run.durationMilliseconds ?? 0
      } else {
        guard [.running, .overrun].contains(run.standing(at: now, window: window, timeout: timeout).standing),
          let began = run.startedAt, began < now
        else { continue }
        duration = now.saturatingSubtract(began) / 1000
      }
      let past = durations[later...].prefix(DurationStatistics.window)
      guard let statistics = DurationStatistics(past: past), statistics.isSlow(duration, tolerance) else { continue }
      rows.append(
        SlowRunRow(
          asset: history.asset, runID: run.runID, outcome: isTimed ? .succeeded : .overrun,
          startedAt: run.startedAt.map { Timestamp(microseconds: $0) },
          materialized: run.materialized.map { Timestamp(microseconds: $0) }, durationMilliseconds: duration,
          typicalDurationMilliseconds: statistics.median, score: statistics.score(of: duration),
          severity: judgement.severity, owner: judgement.policy.owner, rule: judgement.rule,
          metadataPath: layout.runMetadataPath(history.asset, runID: run.runID)))
    }
  }
}
