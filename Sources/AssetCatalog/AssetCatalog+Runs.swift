internal import CatalogIndex
public import ManifestModel
internal import SQLiteDatabase

extension AssetCatalog {
  /// The runs that failed, or that never finished and run no longer.
  ///
  /// Newest failure first; then by name, id and run. A run counts from its end if that is known, else from the manifest's
  /// `updated_at` if it is the last run, else from its start; one of which none of these is known is left out.
  ///
  /// ```swift
  /// let night = Timestamp("2026-11-22T20:00:00Z")!
  /// for failure in try catalog.failures(since: night).rows {
  ///   print(failure.failedAt, failure.asset.name, failure.outcome, failure.error ?? "")
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - since: the earliest failure time.
  ///   - name: a GLOB that the asset's name must match.
  ///   - names: more of them; the name must match any.
  ///   - limit: the most rows to answer with.
  /// - Throws: ``CatalogError/Code/invalidArgument`` for a negative limit; what reconciling and reading throw.
  public func failures(
    since: Timestamp, name: String? = nil, names: [String] = [], limit: Int? = nil
  ) throws(CatalogError) -> Answer<FailureRow> {
    let filter = NameFilter(name, names)
    return try answer(limit: limit) { time in
      FailureCursor(since: since.microseconds, runningSince: runningSince(time.generatedAt), name: filter.bound)
    } row: { record, _ in
      filter.contains(record.asset) ? self.failure(record) : nil
    }
  }

  /// The runs that failed, a page at a time; otherwise as ``failures(since:name:names:limit:)``.
  ///
  /// ```swift
  /// var pages = try catalog.failurePages(since: night)
  /// try pages.forEach { print($0.asset.name, $0.runID) }
  /// ```
  public func failurePages(
    since: Timestamp, name: String? = nil, names: [String] = [], limit: Int? = nil
  ) throws(CatalogError) -> AnswerPages<FailureRow> {
    let filter = NameFilter(name, names)
    return try pages(limit: limit) { time in
      FailureCursor(since: since.microseconds, runningSince: runningSince(time.generatedAt), name: filter.bound)
    } row: { record, _ in
      filter.contains(record.asset) ? self.failure(record) : nil
    }
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
    return try ask { reader, time throws(SQLiteError) in
      let rows = try reader.runs(of: asset, limit: limit).map { run($0, at: time.generatedAt) }
      return Answer(generatedAt: time.generatedAt, asOf: time.asOf, rows: rows)
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
  public func runSummary(of asset: AssetIdentifier) throws(CatalogError) -> RunSummary {
    try Self.checked(asset)
    return try ask { reader, time throws(SQLiteError) in
      RunSummary(try reader.runs(of: asset).map { run($0, at: time.generatedAt) })
    }
  }

  private func failure(_ record: RunRecord) -> FailureRow? {
    guard let failedAt = record.failedAt else { return nil }
    return FailureRow(
      asset: record.asset, runID: record.runID, outcome: record.result == 1 ? .failed : .interrupted,
      startedAt: record.startedAt.map { Timestamp(microseconds: $0) }, failedAt: Timestamp(microseconds: failedAt),
      error: record.error, metadataPath: layout.runMetadataPath(record.asset, runID: record.runID))
  }

  private func run(_ record: RunRecord, at now: Timestamp) -> RunRow {
    RunRow(
      asset: record.asset, runID: record.runID, outcome: outcome(of: record, at: now),
      startedAt: record.startedAt.map { Timestamp(microseconds: $0) },
      materialized: record.materialized.map { Timestamp(microseconds: $0) },
      durationMilliseconds: record.durationMilliseconds, error: record.error,
      metadataPath: layout.runMetadataPath(record.asset, runID: record.runID))
  }

  private func outcome(of record: RunRecord, at now: Timestamp) -> RunOutcome {
    switch record.result {
    case 0: return .succeeded
    case 1: return .failed
    default:
      guard record.isNewest, let startedAt = record.startedAt else { return .interrupted }
      return startedAt > runningSince(now) ? .running : .interrupted
    }
  }
}

extension RunSummary {
  init(_ runs: [RunRow]) {
    var counts: [RunOutcome: Int] = [:]
    for run in runs { counts[run.outcome, default: 0] += 1 }
    let durations = runs.filter { $0.outcome == .succeeded }.compactMap(\.durationMilliseconds).filter { $0 >= 0 }
      .sorted()
    let (succeeded, running) = (counts[.succeeded] ?? 0, counts[.running] ?? 0)
    let ended = runs.count - running
    self.init(
      count: runs.count, succeeded: succeeded, failed: counts[.failed] ?? 0, interrupted: counts[.interrupted] ?? 0,
      running: running, successRate: ended > 0 ? Double(succeeded) / Double(ended) : nil,
      medianDurationMilliseconds: Self.percentile(50, of: durations),
      p95DurationMilliseconds: Self.percentile(95, of: durations))
  }

  /// By nearest rank: the smallest value that at least `percent` of them do not exceed.
  private static func percentile(_ percent: Int, of sorted: [Int64]) -> Int64? {
    sorted.isEmpty ? nil : sorted[(sorted.count * percent + 99) / 100 - 1]
  }
}
