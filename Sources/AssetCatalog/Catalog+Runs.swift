internal import CatalogIndex
public import ManifestModel
internal import StoredTree

extension Catalog {
  /// The runs that failed, that never finished and run no longer, or that take longer than the past of their asset
  /// allows.
  ///
  /// Newest failure first; then by name, id and run. A failed run counts from its end if that is known, else from the
  /// manifest's `updated_at` if it is the last run, else from its start. An interrupted one counts from the instant at
  /// which it became that, an overrun one from when it had taken too long; so a question about the last D, asked every
  /// D, misses none that was recorded in time. The answer says how many runs have not ended.
  ///
  /// ```swift
  /// let night = Timestamp("2026-11-22T20:00:00Z")!
  /// for failure in try catalog.failures(since: night).rows {
  ///   print(failure.asset.name, failure.outcome, failure.error ?? "")
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - since: the earliest failure time.
  ///   - name: a GLOB that the asset's name must match.
  ///   - names: more of them; the name must match any.
  ///   - unresolvedOnly: whether failures are left out after which their asset has succeeded.
  ///   - includingUnfinished: whether runs that have not ended are among the rows, by their start.
  ///   - limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative limit; what reconciling and reading throw.
  public func failures(
    since: Timestamp, name: String? = nil, names: [String] = [], unresolvedOnly: Bool = false,
    includingUnfinished: Bool = false, limit: Int? = nil
  ) throws(CatalogError) -> Answer<FailureRow> {
    try failureQuestion(
      since: since, name: name, names: names, unresolvedOnly: unresolvedOnly, includingUnfinished: includingUnfinished
    ).answer(limit: limit)
  }

  /// The question of ``failures(since:name:names:unresolvedOnly:includingUnfinished:limit:)``.
  package func failureQuestion(
    since: Timestamp, name: String? = nil, names: [String] = [], unresolvedOnly: Bool = false,
    includingUnfinished: Bool = false
  ) -> Question<FailureRow> {
    let filter = NameFilter(name, names)
    return Question(self) { time in
      FailureCursor(
        FailureQuestion(
          since: since.microseconds, now: time.now, window: self.options.runningWindow.microseconds, name: filter.bound,
          isUnresolvedOnly: unresolvedOnly, includesUnfinished: includingUnfinished))
    } unfinished: { reader, time throws(IndexError) in
      try self.unfinished(reader, time)
    } row: { entry, _ in
      filter.contains(entry.run.asset) ? self.failure(entry) : nil
    }
  }

  private func unfinished(
    _ reader: borrowing IndexReader, _ time: AnswerTime
  ) throws(IndexError) -> UnfinishedSummary {
    let runs = try reader.unfinishedRuns(at: time.now, window: options.runningWindow.microseconds)
    return UnfinishedSummary(count: runs.count, oldestStart: runs.oldestStart.map { Timestamp(microseconds: $0) })
  }

  /// The runs of an asset, newest first: by their start, then by their id, those without a start last.
  ///
  /// ```swift
  /// let orders = AssetIdentifier(name: "bronze.orders_eu", id: "bab1bbf948e975b2f8b1dcb341bd4339")
  /// for run in try catalog.runs(of: orders, limit: 10).rows { print(run.runID, run.outcome) }
  /// ```
  ///
  /// - Parameters:
  ///   - asset: the asset; one that is not known has no runs.
  ///   - limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a name or id that is no path component, and for a negative
  ///   limit; what reconciling and reading throw.
  public func runs(of asset: AssetIdentifier, limit: Int? = nil) throws(CatalogError) -> Answer<RunRow> {
    try Self.checked(asset)
    let limit = try Self.checked(limit)
    return try ask(about: .name(asset.name)) { reader, time throws(IndexError) in
      let rows = try reader.runs(of: asset, at: time.now, limit: limit).map { run($0, at: time.now) }
      return Answer(time, rows: rows)
    }
  }

  /// The runs of each of many assets, in their order, each as ``runs(of:limit:)`` has them: from one snapshot, and much
  /// sooner than one by one.
  package func runs(ofEach assets: [AssetIdentifier], limit: Int? = nil) throws(CatalogError) -> [[RunRow]] {
    let limit = try Self.checked(limit)
    return try ask { reader, time throws(IndexError) in
      let ahead = Set(try reader.assetsAhead(of: time.now))
      var result: [[RunRow]] = []
      result.reserveCapacity(assets.count)
      for asset in assets {
        let runs =
          ahead.contains(asset)
          ? try reader.runs(of: asset, at: time.now, limit: limit) : try reader.indexedRuns(of: asset, limit: limit)
        result.append(runs.map { run($0, at: time.now) })
      }
      return result
    }
  }

  /// What the runs of an asset add up to: how many there were, how often they succeeded, and how long that took.
  ///
  /// ```swift
  /// let summary = try catalog.runSummary(of: orders)
  /// print(summary.successRate ?? 0, summary.medianDurationMilliseconds ?? 0)
  /// ```
  ///
  /// - Parameter asset: the asset; one that is not known has no runs.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a name or id that is no path component; what reconciling and
  ///   reading throw.
  package func runSummary(of asset: AssetIdentifier) throws(CatalogError) -> RunSummary {
    try Self.checked(asset)
    return try ask(about: .name(asset.name)) { reader, time throws(IndexError) in
      RunSummary(try reader.runs(of: asset, at: time.now).map { run($0, at: time.now) })
    }
  }

  private func failure(_ entry: FailureEntry) -> FailureRow? {
    let run = entry.run
    return FailureRow(
      asset: run.asset, runID: run.runID, outcome: entry.standing,
      startedAt: run.startedAt.map { Timestamp(microseconds: $0) },
      failedAt: entry.failureTime.map { Timestamp(microseconds: $0) }, error: run.error,
      metadataPath: layout.runMetadataPath(run.asset, runID: run.runID))
  }

  private func run(_ entry: RunEntry, at now: Int64) -> RunRow {
    let (standing, _) = entry.standing(at: now, window: options.runningWindow.microseconds)
    return RunRow(
      asset: entry.asset, runID: entry.runID, outcome: standing,
      startedAt: entry.startedAt.map { Timestamp(microseconds: $0) },
      materialized: entry.materialized.map { Timestamp(microseconds: $0) },
      durationMilliseconds: entry.durationMilliseconds, error: entry.error,
      metadataPath: layout.runMetadataPath(entry.asset, runID: entry.runID))
  }
}

extension RunSummary {
  init(_ runs: [RunRow]) {
    var counts: [RunOutcome: Int] = [:]
    for run in runs { counts[run.outcome, default: 0] += 1 }
    // A negative one comes from a clock that was set back, and is no duration.
    let durations = runs.filter { $0.outcome == .succeeded }.compactMap(\.durationMilliseconds).filter { $0 >= 0 }
      .sorted()
    let (succeeded, running, overrun) = (counts[.succeeded] ?? 0, counts[.running] ?? 0, counts[.overrun] ?? 0)
    let ended = runs.count - running - overrun
    self.init(
      count: runs.count, succeeded: succeeded, failed: counts[.failed] ?? 0, interrupted: counts[.interrupted] ?? 0,
      running: running, overrun: overrun, successRate: ended > 0 ? Double(succeeded) / Double(ended) : nil,
      medianDurationMilliseconds: Self.percentile(50, of: durations),
      p95DurationMilliseconds: Self.percentile(95, of: durations))
  }

  /// By nearest rank: the smallest value that at least `percent` of them do not exceed.
  private static func percentile(_ percent: Int, of sorted: [Int64]) -> Int64? {
    sorted.isEmpty ? nil : sorted[(sorted.count * percent + 99) / 100 - 1]
  }
}
