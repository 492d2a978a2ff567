internal import ManifestModel
internal import SQLiteDatabase
internal import StoredTree

/// The columns of `run` after the key of the asset, in the order of a row.
enum RunColumn: String, TableColumn {
  case runID = "run_id"
  case state
  case watched
  case size
  case mtimeNs = "mtime_ns"
  case ctimeLagNs = "ctime_lag_ns"
  case inode
  case trusted
  case result
  case newest
  case startedAt = "started_at"
  case materialized
  case durationMs = "duration_ms"
  case failedAt = "failed_at"
  case status
  case error
  case errorTraceback = "error_traceback"
  case assetPath = "asset_path"
  case parameters
  case heartbeatAt = "heartbeat_at"
  case heartbeatSeconds = "heartbeat_seconds"
  case overrunAt = "overrun_at"
  case aheadAt = "ahead_at"

  static let table = "run"
  static let identity = [runID]
  static let owner: String? = "asset_key"
  static let columns = allCases
  /// What may be as long as a log, and is read only where it is wanted.
  static let texts = [error, errorTraceback, assetPath, parameters]
  /// What may be another though the run's own file has nothing new to tell: how that was seen, and what follows from
  /// the run's place among the others and in the manifest.
  static let derived = [
    state, watched, size, mtimeNs, ctimeLagNs, inode, trusted, result, newest, failedAt, overrunAt, aheadAt,
  ]
}

extension RowBlock {
  /// A row of `run` after the key of the asset, or some of its values.
  mutating func append(_ run: IndexedRun, _ columns: [RunColumn] = RunColumn.columns) {
    for column in columns { append(column, of: run) }
  }

  @inline(__always)
  private mutating func append(_ column: RunColumn, of run: IndexedRun) {
    switch column {
    case .runID: append(run.id)
    case .state: append(run.state.rawValue)
    case .watched: append(run.isWatched)
    case .size: append(run.seen.revision.size)
    case .mtimeNs: append(run.seen.revision.modifiedNanoseconds)
    case .ctimeLagNs: append(run.seen.revision.changeLagNanoseconds)
    case .inode: append(Int64(bitPattern: run.seen.revision.inode))
    case .trusted: append(run.seen.isTrusted)
    case .result: append(run.result?.rawValue)
    case .newest: append(run.isNewest)
    case .startedAt: append(run.facts?.startedAt)
    case .materialized: append(run.facts?.materialized)
    case .durationMs: append(run.facts?.durationMilliseconds)
    case .failedAt: append(run.failedAt)
    case .status: append(run.facts?.status?.rawValue)
    case .error: append(run.facts?.error)
    case .errorTraceback: append(run.facts?.traceback)
    case .assetPath: append(run.facts?.assetPath)
    case .parameters: append(run.facts?.parameters)
    case .heartbeatAt: append(run.facts?.heartbeatAt)
    case .heartbeatSeconds: append(run.facts?.heartbeatSeconds)
    case .overrunAt: append(run.overrunAt)
    case .aheadAt: append(run.aheadAt)
    }
  }
}

extension IndexedRun {
  /// Of a row of which all columns are selected but for the texts.
  init(_ row: borrowing Statement) throws(SQLiteError) {
    self.init(
      id: try row.text(RunColumn.runID), state: try row.choice(RunColumn.state.place),
      seen: try row.seenFile(
        size: RunColumn.size, modified: RunColumn.mtimeNs, lag: RunColumn.ctimeLagNs, inode: RunColumn.inode,
        trust: RunColumn.trusted))
    if state == .current || state == .lastGood {
      facts = RunFacts(
        startedAt: try row.optionalInt64(RunColumn.startedAt),
        materialized: try row.optionalInt64(RunColumn.materialized),
        durationMilliseconds: try row.optionalInt64(RunColumn.durationMs),
        status: try row.optionalTextChoice(RunColumn.status.place),
        heartbeatAt: try row.optionalInt64(RunColumn.heartbeatAt),
        heartbeatSeconds: try row.optionalInt64(RunColumn.heartbeatSeconds))
      hasTexts = false
    }
    isWatched = try row.bool(RunColumn.watched)
    result = try row.optionalChoice(RunColumn.result.place)
    isNewest = try row.bool(RunColumn.newest)
    failedAt = try row.optionalInt64(RunColumn.failedAt)
    overrunAt = try row.optionalInt64(RunColumn.overrunAt)
    aheadAt = try row.optionalInt64(RunColumn.aheadAt)
    beganAt = facts?.startedAt
  }
}
