package import ManifestModel
internal import SQLiteDatabase

/// One run. What becomes of an unfinished one depends on the clock, so that the index leaves it open.
package struct RunEntry: Sendable {
  package let asset: AssetIdentifier
  package let runID: String
  package let result: StoredOutcome
  package let startedAt: Int64?
  package let materialized: Int64?
  package let durationMilliseconds: Int64?
  /// The failure time of a failed run; of an unfinished one, when it ends whatever the running window.
  package let failedAt: Int64?
  package let error: String?
  package let heartbeatAt: Int64?
  package let overrunAt: Int64?
  /// When the asset was last materialized, as far as that is not ahead of the clock.
  package internal(set) var lastMaterialized: Int64?
  /// The start that counts: `startedAt`, unless that is ahead of the clock.
  let beganAt: Int64?

  /// How the run stands, and the failure time of one that failed, was interrupted or takes too long.
  ///
  /// With heartbeats a run lives until three intervals after the last one. Without, it runs until the running window
  /// after its start, or until a run of its asset that began later has ended, whichever is earlier; then it is
  /// interrupted, and counts as failed from that instant on. A start that is ahead of the clock proves nothing.
  ///
  /// - Parameters:
  ///   - now: the clock of the answer, in microseconds.
  ///   - window: the running window, in microseconds.
  ///   - timeout: what a policy says in its place, in microseconds: then a run that lasts so long is lost, though its
  ///     heartbeats go on.
  package func standing(
    at now: Int64, window: Int64, timeout: Int64? = nil
  ) -> (standing: RunOutcome, failureTime: Int64?) {
    switch result {
    case .succeeded: return (.succeeded, nil)
    case .failed: return (.failed, failedAt)
    case .unfinished: break
    }
    guard let end = end(at: now, window: window, timeout: timeout) else { return (.interrupted, nil) }
    if end <= now { return (.interrupted, end) }
    if !hasHeartbeat(at: now) {
      // What began at no known time, or ahead of the clock, is not known to run.
      guard let beganAt else { return (.interrupted, end) }
      if ClockTolerance.isAhead(beganAt, of: now) { return (.interrupted, beganAt) }
    }
    if let overrunAt, overrunAt <= now { return (.overrun, overrunAt) }
    return (.running, nil)
  }

  private func hasHeartbeat(at now: Int64) -> Bool {
    heartbeatAt.map { !ClockTolerance.isAhead($0, of: now) } ?? false
  }

  /// When an unfinished run ends.
  private func end(at now: Int64, window: Int64, timeout: Int64?) -> Int64? {
    func lapse(_ span: Int64) -> Int64? { beganAt?.saturatingAdd(span) }
    if hasHeartbeat(at: now) { return [failedAt, timeout.flatMap(lapse)].compactMap(\.self).min() }
    let lapse = lapse(timeout ?? window)
    // What stands there follows from a heartbeat that proves nothing.
    if heartbeatAt != nil { return lapse }
    return [failedAt, lapse].compactMap(\.self).min()
  }
}

extension RunEntry {
  /// When a run materialized, and what went wrong in it: by its metadata, or else by the manifest, if that tells of
  /// this run.
  static func toldMaterialized(of run: String) -> String {
    "coalesce(\(run).materialized, CASE WHEN \(isTold(of: run)) THEN asset.last_run_materialized END)"
  }
  static let toldError = "coalesce(run.error, CASE WHEN \(isTold(of: "run")) THEN asset.last_error END)"
  private static func isTold(of run: String) -> String {
    "asset.last_run_id = \(run).run_id AND ifnull(\(run).started_at <= asset.updated_at, 1)"
  }

  /// What tells of the order and the ends of runs; all questions on them select it first.
  enum EndColumn: Int32, SelectedColumn {
    case runID
    case result
    case startedAt
    case durationMs
    case failedAt
    case heartbeatAt
    case overrunAt

    var sql: String {
      switch self {
      case .runID: "run.run_id"
      case .result: "run.result"
      case .startedAt: "run.started_at"
      case .durationMs: "run.duration_ms"
      case .failedAt: "run.failed_at"
      case .heartbeatAt: "run.heartbeat_at"
      case .overrunAt: "run.overrun_at"
      }
    }
  }

  /// What else is told of a run.
  enum Column: Int32, SelectedColumn {
    case assetName
    case assetID
    case materialized
    case error
    case lastMaterialized

    static let first = EndColumn.count

    var sql: String {
      switch self {
      case .assetName: "asset.asset_name"
      case .assetID: "asset.asset_id"
      case .materialized: toldMaterialized(of: "run")
      case .error: toldError
      case .lastMaterialized: "asset.last_materialized"
      }
    }
  }

  static let columns = "\(EndColumn.selection), \(Column.selection)"
  static let columnCount = Column.first + Column.count

  /// Of the columns.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    try self.init(
      ends: row, of: try row.asset(name: Column.assetName, id: Column.assetID),
      materialized: try row.optionalInt64(Column.materialized), error: try row.optionalText(Column.error),
      lastMaterialized: try row.optionalInt64(Column.lastMaterialized))
  }

  /// Of the columns of ends, with what else is known.
  init(
    ends row: borrowing Statement, of asset: AssetIdentifier, materialized: Int64? = nil, error: String? = nil,
    lastMaterialized: Int64? = nil
  ) throws(SQLiteError) {
    self.asset = asset
    runID = try row.text(EndColumn.runID)
    result = try row.choice(EndColumn.result.place)
    startedAt = try row.optionalInt64(EndColumn.startedAt)
    self.materialized = materialized
    durationMilliseconds = try row.optionalInt64(EndColumn.durationMs)
    failedAt = try row.optionalInt64(EndColumn.failedAt)
    self.error = error
    heartbeatAt = try row.optionalInt64(EndColumn.heartbeatAt)
    overrunAt = try row.optionalInt64(EndColumn.overrunAt)
    self.lastMaterialized = lastMaterialized
    beganAt = startedAt
  }

  /// Of an asset that was derived by the clock of the answer; `nil` for what is no run.
  package init?(_ run: IndexedRun, of asset: IndexedAsset, lastMaterialized: Int64?) {
    guard let result = run.result else { return nil }
    let isNamed = asset.facts?.lastRunID.map { $0.hasSameBytes(as: run.id) } ?? false
    let isLast = isNamed && asset.facts?.tellsOfRun(begunAt: run.facts?.startedAt) ?? false
    self.asset = asset.asset
    runID = run.id
    self.result = result
    startedAt = run.facts?.startedAt
    materialized = run.facts?.materialized ?? (isLast ? asset.facts?.lastRunMaterialized : nil)
    durationMilliseconds = run.facts?.durationMilliseconds
    failedAt = run.failedAt
    error = run.facts?.error ?? (isLast ? asset.facts?.lastError : nil)
    heartbeatAt = run.heartbeatAt
    overrunAt = run.overrunAt
    self.lastMaterialized = lastMaterialized
    beganAt = run.beganAt
  }
}
