internal import SQLiteDatabase

/// Runs, and how they become failures.
extension QuestionSQL {
  /// Runs that failed, and unfinished ones that have ended whatever the running window; by that time.
  static let endedFailures = failures(
    by: "run.failed_at",
    where: """
      run.result > 0 AND (run.result = 1 OR run.failed_at <= ?8 OR run.started_at IS NULL OR run.heartbeat_at > ?8)
      """)

  /// Unfinished runs that began before the running window; by their start.
  static let lapsedRuns = failures(
    by: "run.started_at", where: "run.result = 2 AND (run.heartbeat_at IS NULL OR run.heartbeat_at > ?8)")

  /// Unfinished runs that take longer than the past of their asset allows; by when that began.
  static let overrunRuns = failures(
    by: "run.overrun_at", where: "run.overrun_at IS NOT NULL AND \(hasNotEnded)")

  /// Unfinished runs that began ahead of the clock; by their start.
  static let runsAhead = failures(by: "run.started_at", where: "run.result = 2")

  /// Runs that have not ended; by their start.
  static let unfinishedRuns = failures(by: "run.started_at", where: hasNotEnded)

  private static let hasNotEnded = """
    run.result = 2 AND (run.failed_at IS NULL OR run.failed_at > ?8)
        AND (run.started_at > ?9 OR run.heartbeat_at IS NOT NULL)
    """

  /// One way in which runs become failures, in the order of an index: between ?1 and ?2 in a time, of names that match
  /// ?3, after (?2, name ?4, id ?5, run ?6), newest first, at most ?7. ?8 is the clock, ?9 the beginning of the running
  /// window.
  ///
  /// - Parameters:
  ///   - time: what the index orders them by.
  ///   - condition: leaves out what certainly is no failure of this way; what is one is decided row by row. All ways
  ///     get the clock and the window, whether or not they ask for them.
  private static func failures(by time: String, where condition: String) -> StatementText {
    StatementText(
      keeping: """
        SELECT \(RunEntry.columns), \(time)
        FROM run JOIN asset USING (asset_key)
        WHERE \(condition) AND ?8 IS NOT NULL AND ?9 IS NOT NULL AND \(time) >= ?1 AND \(time) <= ?2
          AND +asset.asset_name GLOB ?3
          AND (\(time) < ?2 OR (asset.asset_name, asset.asset_id, run.run_id) > (?4, ?5, ?6))
        ORDER BY \(time) DESC, asset.asset_name, asset.asset_id, run.run_id
        LIMIT ?7
        """)
  }

  /// The runs of the asset (?1, ?2), newest first; at most ?3.
  static let runs = StatementText(
    keeping: """
      SELECT \(RunEntry.columns)
      FROM asset JOIN run USING (asset_key)
      WHERE asset.asset_name = ?1 AND asset.asset_id = ?2 AND run.result IS NOT NULL
      ORDER BY run.started_at DESC, run.run_id DESC
      LIMIT ?3
      """)

  /// The runs of the asset with the key ?1, newest first, at most ?2: their order and their ends, without their errors.
  static let runEnds = StatementText(
    keeping: """
      SELECT \(RunEntry.EndColumn.selection)
      FROM run
      WHERE asset_key = ?1 AND result IS NOT NULL
      ORDER BY started_at DESC, run_id DESC
      LIMIT ?2
      """)

  /// All of them, in no order.
  static let allRunEnds = StatementText(
    keeping: """
      SELECT \(RunEntry.EndColumn.selection)
      FROM run
      WHERE asset_key = ?1 AND result IS NOT NULL
      """)

  /// The error of the run ?2 of the asset with the key ?1.
  static let runError = StatementText(
    keeping: """
      SELECT \(RunEntry.toldError)
      FROM asset JOIN run USING (asset_key)
      WHERE asset.asset_key = ?1 AND run.run_id = ?2
      """)

  /// How many runs have not ended by the clock ?1, and the earliest start among them; ?2 is the beginning of the
  /// running window, ?3 the latest time that is not ahead, ?4 a JSON list of the keys of assets that are judged one by
  /// one. Without heartbeats a run began within the window; with, it ends later than now.
  static let countUnfinishedRuns = StatementText(
    """
    SELECT count(*), min(started_at) FROM (
      SELECT started_at, asset_key FROM run
      WHERE result = 2 AND started_at > ?2 AND started_at <= ?3 AND (failed_at IS NULL OR failed_at > ?1)
        AND (heartbeat_at IS NULL OR heartbeat_at <= ?3)
      UNION ALL
      SELECT started_at, asset_key FROM run
      WHERE result > 0 AND failed_at > ?1 AND result = 2 AND heartbeat_at <= ?3
        AND (started_at IS NULL OR started_at <= ?2 OR started_at > ?3)
      UNION ALL
      SELECT started_at, asset_key FROM run
      WHERE result = 2 AND started_at > ?2 AND started_at <= ?3 AND heartbeat_at > ?3)
    WHERE asset_key NOT IN (SELECT value FROM json_each(?4))
    """)

  /// Assets with a run that is ahead of ?1 and of the time its file was written, of names that match ?2.
  static let assetsAhead = StatementText(
    """
    SELECT DISTINCT asset.asset_name, asset.asset_id
    FROM run CROSS JOIN asset USING (asset_key)
    WHERE run.ahead_at IS NOT NULL AND run.ahead_at > ?1 AND +asset.asset_name GLOB ?2
    ORDER BY asset.asset_name, asset.asset_id
    """)

  /// A row if the asset (?1, ?2) has such a run; ?3 is the latest time that is not ahead.
  static let isAhead = StatementText(
    """
    SELECT 1 FROM run CROSS JOIN asset USING (asset_key)
    WHERE run.ahead_at IS NOT NULL AND run.ahead_at > ?3 AND asset.asset_name = ?1 AND asset.asset_id = ?2
    LIMIT 1
    """)
}
