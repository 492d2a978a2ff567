/// The SQL of every question, as text that can be pasted into `sqlite3` (`.parameter set ?1 …`).
///
/// Every ORDER BY is total, so that equal trees give equal answers whatever order their rows came in. Large answers are
/// read in pages that begin behind a key, never with OFFSET. A `+` before a column keeps SQLite from preparing the
/// statement anew for each pattern; the bounds that a pattern implies are given to it as parameters instead.
package enum QuestionSQL {
  /// What the index is, and as of when it speaks.
  package static let state: StaticString = """
    SELECT root, metadata_folder, reconcile_started_at, reconcile_ended_at FROM catalog_state
    """

  // MARK: Freshness

  /// Assets of which it cannot be told when they were materialized, behind (name ?1, id ?2), whose name matches ?3; at
  /// most ?4.
  package static let unread: StaticString = """
    SELECT asset_name, asset_id, last_materialized, coalesce(told_status, last_status),
      coalesce(told_by_run, last_run_id), materialized_source, manifest_state >= 2, unread
    FROM asset
    WHERE unread = 1 AND (asset_name, asset_id) > (?1, ?2) AND +asset_name GLOB ?3
    ORDER BY asset_name, asset_id
    LIMIT ?4
    """

  /// Assets without a materialization, behind (name ?1, id ?2), whose name matches ?3; at most ?4.
  package static let neverMaterialized: StaticString = """
    SELECT asset_name, asset_id, last_materialized, coalesce(told_status, last_status),
      coalesce(told_by_run, last_run_id), materialized_source, manifest_state >= 2, unread
    FROM asset
    WHERE known = 1 AND last_materialized IS NULL AND unread = 0 AND (asset_name, asset_id) > (?1, ?2)
      AND +asset_name GLOB ?3
    ORDER BY asset_name, asset_id
    LIMIT ?4
    """

  /// Assets materialized at or before ?4, behind (time ?1, name ?2, id ?3), whose name matches ?5; at most ?6.
  package static let materialized: StaticString = """
    SELECT asset_name, asset_id, last_materialized, coalesce(told_status, last_status),
      coalesce(told_by_run, last_run_id), materialized_source, manifest_state >= 2, unread
    FROM asset
    WHERE known = 1 AND last_materialized <= ?4
      AND (last_materialized, asset_name, asset_id) > (?1, ?2, ?3) AND +asset_name GLOB ?5
    ORDER BY last_materialized, asset_name, asset_id
    LIMIT ?6
    """

  /// Assets materialized after ?1, whose name matches ?2: ahead of the clock, so that another time takes their place.
  package static let materializedAhead: StaticString = """
    SELECT asset_name, asset_id, last_materialized, coalesce(told_status, last_status),
      coalesce(told_by_run, last_run_id), materialized_source, manifest_state >= 2, unread
    FROM asset
    WHERE known = 1 AND last_materialized > ?1 AND +asset_name GLOB ?2
    ORDER BY last_materialized, asset_name, asset_id
    """

  // MARK: Runs

  // Each way in which runs become failures, in the order of an index: between ?1 and ?2 in what it is ordered by, of names
  // that match ?3, behind (?2, name ?4, id ?5, run ?6), newest first, at most ?7. ?8 is the clock, ?9 the beginning of the
  // running window. They leave out what certainly is no failure; what is one is decided row by row.

  /// Runs that failed, and unfinished ones that have ended whatever the running window; by that time.
  package static let endedFailures: StaticString = """
    SELECT asset.asset_name, asset.asset_id, run.run_id, run.result, run.started_at,
      coalesce(run.materialized, CASE WHEN asset.last_run_id = run.run_id AND ifnull(run.started_at <= asset.updated_at, 1)
        THEN asset.last_run_materialized END),
      run.duration_ms, run.failed_at,
      coalesce(run.error, CASE WHEN asset.last_run_id = run.run_id AND ifnull(run.started_at <= asset.updated_at, 1)
        THEN asset.last_error END), run.heartbeat_at,
      run.overrun_at, asset.last_materialized, run.failed_at
    FROM run JOIN asset USING (asset_key)
    WHERE run.result > 0 AND (run.result = 1 OR run.failed_at <= ?8 OR run.started_at IS NULL OR run.heartbeat_at > ?8) AND ?9 IS NOT NULL AND run.failed_at >= ?1 AND run.failed_at <= ?2
      AND +asset.asset_name GLOB ?3
      AND (run.failed_at < ?2 OR (asset.asset_name, asset.asset_id, run.run_id) > (?4, ?5, ?6))
    ORDER BY run.failed_at DESC, asset.asset_name, asset.asset_id, run.run_id
    LIMIT ?7
    """

  /// Unfinished runs that began before the running window; by their start.
  package static let lapsedRuns: StaticString = """
    SELECT asset.asset_name, asset.asset_id, run.run_id, run.result, run.started_at,
      coalesce(run.materialized, CASE WHEN asset.last_run_id = run.run_id AND ifnull(run.started_at <= asset.updated_at, 1)
        THEN asset.last_run_materialized END),
      run.duration_ms, run.failed_at,
      coalesce(run.error, CASE WHEN asset.last_run_id = run.run_id AND ifnull(run.started_at <= asset.updated_at, 1)
        THEN asset.last_error END), run.heartbeat_at,
      run.overrun_at, asset.last_materialized, run.started_at
    FROM run JOIN asset USING (asset_key)
    WHERE run.result = 2 AND (run.heartbeat_at IS NULL OR run.heartbeat_at > ?8) AND ?9 IS NOT NULL AND run.started_at >= ?1 AND run.started_at <= ?2
      AND +asset.asset_name GLOB ?3
      AND (run.started_at < ?2 OR (asset.asset_name, asset.asset_id, run.run_id) > (?4, ?5, ?6))
    ORDER BY run.started_at DESC, asset.asset_name, asset.asset_id, run.run_id
    LIMIT ?7
    """

  /// Unfinished runs that take longer than the past of their asset allows; by when that began.
  package static let overrunRuns: StaticString = """
    SELECT asset.asset_name, asset.asset_id, run.run_id, run.result, run.started_at,
      coalesce(run.materialized, CASE WHEN asset.last_run_id = run.run_id AND ifnull(run.started_at <= asset.updated_at, 1)
        THEN asset.last_run_materialized END),
      run.duration_ms, run.failed_at,
      coalesce(run.error, CASE WHEN asset.last_run_id = run.run_id AND ifnull(run.started_at <= asset.updated_at, 1)
        THEN asset.last_error END), run.heartbeat_at,
      run.overrun_at, asset.last_materialized, run.overrun_at
    FROM run JOIN asset USING (asset_key)
    WHERE run.overrun_at IS NOT NULL AND run.result = 2 AND (run.failed_at IS NULL OR run.failed_at > ?8)
      AND (run.started_at > ?9 OR run.heartbeat_at IS NOT NULL) AND run.overrun_at >= ?1 AND run.overrun_at <= ?2
      AND +asset.asset_name GLOB ?3
      AND (run.overrun_at < ?2 OR (asset.asset_name, asset.asset_id, run.run_id) > (?4, ?5, ?6))
    ORDER BY run.overrun_at DESC, asset.asset_name, asset.asset_id, run.run_id
    LIMIT ?7
    """

  /// Unfinished runs that began ahead of the clock; by their start.
  package static let runsAhead: StaticString = """
    SELECT asset.asset_name, asset.asset_id, run.run_id, run.result, run.started_at,
      coalesce(run.materialized, CASE WHEN asset.last_run_id = run.run_id AND ifnull(run.started_at <= asset.updated_at, 1)
        THEN asset.last_run_materialized END),
      run.duration_ms, run.failed_at,
      coalesce(run.error, CASE WHEN asset.last_run_id = run.run_id AND ifnull(run.started_at <= asset.updated_at, 1)
        THEN asset.last_error END), run.heartbeat_at,
      run.overrun_at, asset.last_materialized, run.started_at
    FROM run JOIN asset USING (asset_key)
    WHERE run.result = 2 AND ?8 IS NOT NULL AND ?9 IS NOT NULL AND run.started_at >= ?1 AND run.started_at <= ?2
      AND +asset.asset_name GLOB ?3
      AND (run.started_at < ?2 OR (asset.asset_name, asset.asset_id, run.run_id) > (?4, ?5, ?6))
    ORDER BY run.started_at DESC, asset.asset_name, asset.asset_id, run.run_id
    LIMIT ?7
    """

  /// Runs that have not ended; by their start.
  package static let unfinishedRuns: StaticString = """
    SELECT asset.asset_name, asset.asset_id, run.run_id, run.result, run.started_at,
      coalesce(run.materialized, CASE WHEN asset.last_run_id = run.run_id AND ifnull(run.started_at <= asset.updated_at, 1)
        THEN asset.last_run_materialized END),
      run.duration_ms, run.failed_at,
      coalesce(run.error, CASE WHEN asset.last_run_id = run.run_id AND ifnull(run.started_at <= asset.updated_at, 1)
        THEN asset.last_error END), run.heartbeat_at,
      run.overrun_at, asset.last_materialized, run.started_at
    FROM run JOIN asset USING (asset_key)
    WHERE run.result = 2 AND (run.failed_at IS NULL OR run.failed_at > ?8)
      AND (run.started_at > ?9 OR run.heartbeat_at IS NOT NULL) AND run.started_at >= ?1 AND run.started_at <= ?2
      AND +asset.asset_name GLOB ?3
      AND (run.started_at < ?2 OR (asset.asset_name, asset.asset_id, run.run_id) > (?4, ?5, ?6))
    ORDER BY run.started_at DESC, asset.asset_name, asset.asset_id, run.run_id
    LIMIT ?7
    """

  /// The runs of the asset (?1, ?2), newest first; at most ?3.
  package static let runs: StaticString = """
    SELECT asset.asset_name, asset.asset_id, run.run_id, run.result, run.started_at,
      coalesce(run.materialized, CASE WHEN asset.last_run_id = run.run_id AND ifnull(run.started_at <= asset.updated_at, 1)
        THEN asset.last_run_materialized END),
      run.duration_ms, run.failed_at,
      coalesce(run.error, CASE WHEN asset.last_run_id = run.run_id AND ifnull(run.started_at <= asset.updated_at, 1)
        THEN asset.last_error END), run.heartbeat_at,
      run.overrun_at, asset.last_materialized
    FROM asset JOIN run USING (asset_key)
    WHERE asset.asset_name = ?1 AND asset.asset_id = ?2 AND run.result IS NOT NULL
    ORDER BY run.started_at DESC, run.run_id DESC
    LIMIT ?3
    """

  /// How many runs have not ended by the clock ?1, and the earliest start among them; ?2 is the beginning of the running
  /// window, ?3 the latest time that is not ahead, ?4 a JSON list of the keys of assets that are judged one by one. Without
  /// heartbeats a run began within the window; with, it ends later than now.
  package static let countUnfinishedRuns: StaticString = """
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
    """

  /// Assets with a run that is ahead of ?1 and of the time its file was written, of names that match ?2.
  package static let assetsAhead: StaticString = """
    SELECT DISTINCT asset.asset_name, asset.asset_id
    FROM run CROSS JOIN asset USING (asset_key)
    WHERE run.ahead_at IS NOT NULL AND run.ahead_at > ?1 AND +asset.asset_name GLOB ?2
    ORDER BY asset.asset_name, asset.asset_id
    """

  /// A row if the asset (?1, ?2) has such a run; ?3 is the latest time that is not ahead.
  package static let isAhead: StaticString = """
    SELECT 1 FROM run CROSS JOIN asset USING (asset_key)
    WHERE run.ahead_at IS NOT NULL AND run.ahead_at > ?3 AND asset.asset_name = ?1 AND asset.asset_id = ?2
    LIMIT 1
    """

  // MARK: Assets

  /// Assets behind (name ?1, id ?2), with names below ?3 that match ?4; at most ?5. A blob for ?3 is above every text.
  package static let assets: StaticString = """
    SELECT asset_name, asset_id, last_materialized, coalesce(told_status, last_status), coalesce(told_by_run, last_run_id),
      CASE WHEN told_by_run IS NULL THEN last_error ELSE coalesce(
        (SELECT run.error FROM run WHERE run.asset_key = asset.asset_key AND run.run_id = told_by_run),
        CASE WHEN told_by_run = last_run_id AND told_status = 'failed' THEN last_error END) END,
      signature, updated_at, materialized_source, run_count, manifest_state, unread
    FROM asset
    WHERE known = 1 AND (asset_name, asset_id) > (?1, ?2) AND asset_name < ?3 AND +asset_name GLOB ?4
    ORDER BY asset_name, asset_id
    LIMIT ?5
    """

  /// The asset (?1, ?2).
  package static let asset: StaticString = """
    SELECT asset_name, asset_id, last_materialized, coalesce(told_status, last_status), coalesce(told_by_run, last_run_id),
      CASE WHEN told_by_run IS NULL THEN last_error ELSE coalesce(
        (SELECT run.error FROM run WHERE run.asset_key = asset.asset_key AND run.run_id = told_by_run),
        CASE WHEN told_by_run = last_run_id AND told_status = 'failed' THEN last_error END) END,
      signature, updated_at, materialized_source, run_count, manifest_state, unread
    FROM asset
    WHERE known = 1 AND asset_name = ?1 AND asset_id = ?2
    """

  // MARK: Drift

  /// Names with several rows, from ?1 on and below ?2, that match ?3; at most ?4. The covering index answers alone, so
  /// that only what may have drifted is looked at closely.
  package static let namesWithSeveralRows: StaticString = """
    SELECT asset_name
    FROM asset
    WHERE asset_name >= ?1 AND asset_name < ?2 AND +asset_name GLOB ?3
    GROUP BY asset_name
    HAVING count(*) > 1
    ORDER BY asset_name
    LIMIT ?4
    """

  /// The assets of the name ?1, if that matches ?2.
  package static let configurations: StaticString = """
    SELECT asset_id, signature, last_materialized
    FROM asset
    WHERE known = 1 AND asset_name = ?1 AND ?1 GLOB ?2
    ORDER BY asset_id
    """

  // MARK: Artifacts

  /// Artifacts behind (name ?1, id ?2, position ?3); at most ?4.
  package static let artifacts: StaticString = """
    SELECT asset.asset_name, asset.asset_id, artifact.path, artifact.position
    FROM asset CROSS JOIN artifact USING (asset_key)
    WHERE asset.known = 1 AND (asset.asset_name, asset.asset_id) >= (?1, ?2)
      AND ((asset.asset_name, asset.asset_id) > (?1, ?2) OR artifact.position > ?3)
    ORDER BY asset.asset_name, asset.asset_id, artifact.position
    LIMIT ?4
    """

  /// The artifacts of the asset (?1, ?2); at most ?3.
  package static let artifactsOfAsset: StaticString = """
    SELECT asset.asset_name, asset.asset_id, artifact.path, artifact.position
    FROM asset JOIN artifact USING (asset_key)
    WHERE asset.known = 1 AND asset.asset_name = ?1 AND asset.asset_id = ?2
    ORDER BY artifact.position
    LIMIT ?3
    """

  /// Assets whose manifest names a path, in any of four spellings.
  package static let producers: StaticString = """
    SELECT asset.asset_name, asset.asset_id, artifact.path, artifact.position
    FROM artifact JOIN asset USING (asset_key)
    WHERE asset.known = 1 AND artifact.path IN (?1, ?2, ?3, ?4)
    ORDER BY asset.asset_name, asset.asset_id, artifact.position
    """

  /// Assets whose manifest spells a path oddly, by the letters ?1, ?2, ?3 or ?4, which few other paths have.
  package static let producersByLetters: StaticString = """
    SELECT asset.asset_name, asset.asset_id, artifact.path, artifact.position
    FROM artifact JOIN asset USING (asset_key)
    WHERE asset.known = 1 AND replace(replace(artifact.path, '/', ''), '.', '') IN (?1, ?2, ?3, ?4)
      AND (instr('/' || artifact.path || '/', '//') > 0 OR instr('/' || artifact.path || '/', '/./') > 0)
    ORDER BY asset.asset_name, asset.asset_id, artifact.position
    """

  // MARK: Artifact facts

  /// Artifacts whose schema the latest run changed, behind (name ?1, id ?2, position ?3), of names below ?4 that match ?5;
  /// at most ?6. A blob for ?4 is above every text.
  ///
  /// Two runs are compared: the newest two that succeeded and recorded a schema hash. An artifact's counterpart is the
  /// first of the same path; where there is none, the one in the same place, if the latest run did not write that one's
  /// path as well. The least and the greatest hash of an asset come first, from their index: they are equal for all but
  /// the few assets that need a closer look. A `+` keeps the look for one run's hash in the rows of that run.
  package static let schemaChanges: StaticString = """
    SELECT asset.asset_name, asset.asset_id, latest.run_id, previous.run_id, artifact.path, artifact.schema_hash,
      former.schema_hash,
      coalesce(latest.materialized, CASE WHEN asset.last_run_id = latest.run_id AND ifnull(latest.started_at <= asset.updated_at, 1)
        THEN asset.last_run_materialized END),
      artifact.position
    FROM asset
      CROSS JOIN run AS latest ON latest.asset_key = asset.asset_key AND latest.run_id = (
        SELECT run.run_id FROM run
        WHERE run.asset_key = asset.asset_key AND run.result = 0 AND EXISTS (
          SELECT 1 FROM run_artifact AS fact
          WHERE fact.asset_key = run.asset_key AND fact.run_id = run.run_id AND +fact.schema_hash IS NOT NULL)
        ORDER BY run.started_at DESC, run.run_id DESC LIMIT 1)
      CROSS JOIN run AS previous ON previous.asset_key = asset.asset_key AND previous.run_id = (
        SELECT run.run_id FROM run
        WHERE run.asset_key = asset.asset_key AND run.result = 0 AND EXISTS (
          SELECT 1 FROM run_artifact AS fact
          WHERE fact.asset_key = run.asset_key AND fact.run_id = run.run_id AND +fact.schema_hash IS NOT NULL)
        ORDER BY run.started_at DESC, run.run_id DESC LIMIT 1 OFFSET 1)
      CROSS JOIN run_artifact AS artifact ON artifact.asset_key = asset.asset_key AND artifact.run_id = latest.run_id
      CROSS JOIN run_artifact AS former ON former.asset_key = asset.asset_key AND former.run_id = previous.run_id
        AND former.position = coalesce(
          (SELECT min(same.position) FROM run_artifact AS same
           WHERE same.asset_key = asset.asset_key AND same.run_id = previous.run_id AND same.path = artifact.path),
          artifact.position)
    WHERE (asset.asset_name, asset.asset_id) >= (?1, ?2)
      AND ((asset.asset_name, asset.asset_id) > (?1, ?2) OR artifact.position > ?3)
      AND asset.asset_name < ?4 AND +asset.asset_name GLOB ?5
      AND (SELECT min(hash.schema_hash) FROM run_artifact AS hash
           WHERE hash.asset_key = asset.asset_key AND hash.schema_hash IS NOT NULL)
        < (SELECT max(hash.schema_hash) FROM run_artifact AS hash
           WHERE hash.asset_key = asset.asset_key AND hash.schema_hash IS NOT NULL)
      AND artifact.schema_hash <> former.schema_hash
      AND (former.path = artifact.path OR NOT EXISTS (
        SELECT 1 FROM run_artifact AS other
        WHERE other.asset_key = asset.asset_key AND other.run_id = latest.run_id AND other.path = former.path))
    ORDER BY asset.asset_name, asset.asset_id, artifact.position
    LIMIT ?6
    """

  /// What the newest run of the asset (?1, ?2) that recorded artifacts says of them.
  package static let newestArtifactFacts: StaticString = """
    SELECT run_artifact.run_id, path, bytes, modified, format, schema_hash, row_count, sampled_rows
    FROM asset JOIN run_artifact USING (asset_key)
    WHERE asset.asset_name = ?1 AND asset.asset_id = ?2 AND run_artifact.run_id = (
      SELECT run.run_id FROM run
      WHERE run.asset_key = asset.asset_key AND EXISTS (
        SELECT 1 FROM run_artifact AS fact WHERE fact.asset_key = run.asset_key AND fact.run_id = run.run_id)
      ORDER BY run.started_at DESC, run.run_id DESC LIMIT 1)
    ORDER BY position
    """

  /// What the run ?3 of the asset (?1, ?2) says of its artifacts. Without ?3, it is the last run of the manifest if that
  /// materialized, else the newest run that did; such a run may say nothing.
  package static let materializedArtifactFacts: StaticString = """
    SELECT run_artifact.run_id, path, bytes, modified, format, schema_hash, row_count, sampled_rows
    FROM asset JOIN run_artifact USING (asset_key)
    WHERE asset.asset_name = ?1 AND asset.asset_id = ?2 AND run_artifact.run_id = coalesce(
      ?3,
      CASE WHEN asset.last_run_materialized IS NOT NULL THEN asset.last_run_id END,
      (SELECT run.run_id FROM run WHERE run.asset_key = asset.asset_key AND run.result = 0
       ORDER BY run.started_at DESC, run.run_id DESC LIMIT 1))
    ORDER BY position
    """

  // MARK: Problems

  /// Recorded problems behind (path ?1, kind ?2); at most ?3.
  package static let problems: StaticString = """
    SELECT raw_path, kind, path, message, seen_at, asset_name, asset_id
    FROM problem
    WHERE (raw_path, kind) > (?1, ?2)
    ORDER BY raw_path, kind
    LIMIT ?3
    """

  /// Recorded problems of the asset (?1, ?2).
  package static let problemsOfAsset: StaticString = """
    SELECT raw_path, kind, path, message, seen_at, asset_name, asset_id
    FROM problem
    WHERE asset_name = ?1 AND asset_id = ?2
    ORDER BY raw_path, kind
    """

  /// Files with a time after ?1: those of assets that were materialized then, and the metadata of runs that began or
  /// failed then. The run is NULL for a manifest.
  package static let filesAhead: StaticString = """
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
    """

  /// Assets whose manifest does not know of a newer success, unless that is after ?1, and their newest success.
  package static let manifestsBehind: StaticString = """
    SELECT asset_name, asset_id, last_materialized
    FROM asset
    WHERE known = 1 AND materialized_source = 'runs' AND last_status IS NOT NULL AND last_materialized <= ?1
    ORDER BY asset_name, asset_id
    """

  /// What makes an answer incomplete: files that were being written, folders that cannot be read, run metadata and manifests
  /// that cannot be used.
  package static let openProblems: StaticString = """
    SELECT
      count(*) FILTER (WHERE kind = 'unsettled'),
      count(*) FILTER (WHERE kind = 'unreadable' AND substr(path, -5) <> '.json'),
      count(*) FILTER (WHERE kind NOT IN ('unsettled', 'misplaced') AND substr(path, -14) = '/metadata.json'),
      count(*) FILTER (WHERE kind NOT IN ('unsettled', 'misplaced') AND substr(path, -14) = '/manifest.json')
    FROM problem
    WHERE kind = 'unsettled' OR kind = 'unreadable' OR substr(path, -5) = '.json'
    """

  // MARK: Counts

  /// Assets and their runs, by the status of the newest run that ended.
  package static let countsByStatus: StaticString = """
    SELECT coalesce(told_status, last_status), count(*), sum(run_count)
    FROM asset NOT INDEXED
    WHERE known = 1
    GROUP BY 1
    ORDER BY 1
    """

  /// Assets without a materialization.
  package static let countNeverMaterialized: StaticString = """
    SELECT count(*) FROM asset WHERE known = 1 AND last_materialized IS NULL
    """

  /// Assets of which it cannot be told when they were materialized.
  package static let countUnread: StaticString = """
    SELECT count(*) FROM asset WHERE unread = 1
    """

  /// Assets materialized at or before ?1.
  package static let countMaterialized: StaticString = """
    SELECT count(*) FROM asset WHERE known = 1 AND last_materialized <= ?1
    """

  /// Assets materialized after ?1.
  package static let countMaterializedAfter: StaticString = """
    SELECT count(*) FROM asset WHERE known = 1 AND last_materialized > ?1
    """

  /// Runs that failed; runs that never finished; those of them that run by the clock ?1, and that run too long. ?2 is the
  /// beginning of the running window, ?3 the latest time that is not ahead.
  package static let countUnsuccessfulRuns: StaticString = """
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
    """

  /// Artifacts that manifests name.
  package static let countArtifacts: StaticString = "SELECT count(*) FROM artifact"

  /// Recorded problems by kind.
  package static let countProblems: StaticString = "SELECT kind, count(*) FROM problem GROUP BY kind ORDER BY kind"
}
