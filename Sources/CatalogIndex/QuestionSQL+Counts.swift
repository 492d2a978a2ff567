internal import ManifestModel
internal import SQLiteDatabase

/// What is wrong, and how much of everything there is.
extension QuestionSQL {
  // MARK: Problems

  /// Recorded problems after (path ?1, kind ?2); at most ?3.
  static let problems = StatementText(
    keeping: """
      SELECT \(ProblemEntry.columns)
      FROM problem
      WHERE (raw_path, kind) > (?1, ?2)
      ORDER BY raw_path, kind
      LIMIT ?3
      """)

  /// Recorded problems of the asset (?1, ?2).
  static let problemsOfAsset = StatementText(
    keeping: """
      SELECT \(ProblemEntry.columns)
      FROM problem
      WHERE asset_name = ?1 AND asset_id = ?2
      ORDER BY raw_path, kind
      """)

  /// Files with a time after ?1: those of assets that were materialized then, and the metadata of runs that began or
  /// failed then. The run is NULL for a manifest.
  static let filesAhead = StatementText(
    """
    SELECT asset_name, asset_id, NULL AS run_id
    FROM asset
    WHERE known = 1 AND last_materialized > ?1 AND (manifest_materialized > ?1 OR last_run_materialized > ?1)
    UNION
    SELECT asset.asset_name, asset.asset_id, run.run_id
    FROM asset CROSS JOIN run USING (asset_key)
    WHERE asset.known = 1 AND asset.last_materialized > ?1 AND (run.materialized > ?1 OR run.started_at > ?1)
    UNION
    SELECT asset.asset_name, asset.asset_id, run.run_id
    FROM run CROSS JOIN asset USING (asset_key)
    WHERE run.result = 2 AND run.started_at > ?1
    UNION
    SELECT asset.asset_name, asset.asset_id, run.run_id
    FROM run CROSS JOIN asset USING (asset_key)
    WHERE run.ahead_at IS NOT NULL AND run.ahead_at > ?1 AND run.started_at > ?1
    UNION
    SELECT asset.asset_name, asset.asset_id, run.run_id
    FROM run CROSS JOIN asset USING (asset_key)
    WHERE run.result > 0 AND run.failed_at IS NOT NULL AND run.failed_at > ?1 AND run.started_at > ?1
    ORDER BY 1, 2, 3
    """)

  /// Assets whose manifest does not know of a newer success, unless that is after ?1, and their newest success.
  static let manifestsBehind = StatementText(
    """
    SELECT asset_name, asset_id, last_materialized
    FROM asset
    WHERE known = 1 AND materialized_source = 'runs' AND last_status IS NOT NULL AND last_materialized <= ?1
    ORDER BY asset_name, asset_id
    """)

  /// What makes an answer incomplete: files that were being written, folders that cannot be read, run metadata and
  /// manifests that cannot be used.
  static let openProblems = StatementText(
    keeping: """
      SELECT
        count(*) FILTER (WHERE kind = 'unsettled'),
        count(*) FILTER (WHERE kind = 'unreadable' AND substr(path, -5) <> '.json'),
        count(*) FILTER (WHERE \(isUnusable) AND \(ends(MetadataLayout.runEnding))),
        count(*) FILTER (WHERE \(isUnusable) AND \(ends(MetadataLayout.manifestEnding))),
        count(*) FILTER (WHERE kind = 'truncated' AND substr(path, -5) = '.json')
      FROM problem
      WHERE kind = 'unsettled' OR kind = 'unreadable' OR substr(path, -5) = '.json'
      """)

  private static let isUnusable = "kind NOT IN ('unsettled', 'misplaced', 'truncated')"

  private static func ends(_ ending: StaticString) -> String {
    "substr(path, -\(ending.utf8CodeUnitCount)) = '\(ending)'"
  }

  // MARK: Counts

  /// Assets and their runs, by the status of the newest run that ended.
  static let countsByStatus = StatementText(
    keeping: """
      SELECT \(AssetColumn.toldLastStatus), count(*), sum(run_count)
      FROM asset NOT INDEXED
      WHERE known = 1
      GROUP BY 1
      ORDER BY 1
      """)

  /// Assets without a materialization.
  static let countNeverMaterialized = StatementText(
    """
    SELECT count(*) FROM asset WHERE known = 1 AND last_materialized IS NULL
    """)

  /// Assets of which it cannot be told when they were materialized.
  static let countUnread = StatementText(
    """
    SELECT count(*) FROM asset WHERE unread = 1
    """)

  /// Assets materialized at or before ?1.
  static let countMaterialized = StatementText(
    """
    SELECT count(*) FROM asset WHERE known = 1 AND last_materialized <= ?1
    """)

  /// Assets materialized after ?1.
  static let countMaterializedAfter = StatementText(
    """
    SELECT count(*) FROM asset WHERE known = 1 AND last_materialized > ?1
    """)

  /// Runs that failed; runs that never finished; those of them that run by the clock ?1, and that run too long. ?2 is
  /// the beginning of the running window, ?3 the latest time that is not ahead.
  static let countUnsuccessfulRuns = StatementText(
    """
    SELECT
      (SELECT count(*) FROM run WHERE result > 0 AND failed_at IS NOT NULL AND result = 1),
      count(*),
      count(*) FILTER (WHERE lives AND (overrun_at IS NULL OR overrun_at > ?1)),
      count(*) FILTER (WHERE lives AND overrun_at <= ?1)
    FROM (
      SELECT overrun_at, CASE
        WHEN heartbeat_at <= ?3 THEN failed_at > ?1
        ELSE started_at > ?2 AND started_at <= ?3 AND (failed_at IS NULL OR failed_at > ?1 OR heartbeat_at > ?3)
      END AS lives
      FROM run WHERE result = 2)
    """)

  /// Artifacts that manifests name.
  static let countArtifacts = StatementText("SELECT count(*) FROM artifact")

  /// Recorded problems by kind.
  static let countProblems = StatementText("SELECT kind, count(*) FROM problem GROUP BY kind ORDER BY kind")
}
