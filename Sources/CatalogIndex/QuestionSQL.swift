internal import SQLiteDatabase

/// The SQL of every question, as text that can be pasted into `sqlite3` (`.parameter set ?1 …`).
///
/// Every ORDER BY is total, so that equal trees give equal answers whatever order their rows came in. Large answers are
/// read in pages that begin after a key, never with OFFSET. A `+` before a column keeps SQLite from preparing the
/// statement again for each pattern; the bounds that a pattern implies are given to it as parameters instead.
package enum QuestionSQL {
  /// What the index is, and as of which time it is true.
  static let state = StatementText(
    """
    SELECT root, metadata_folder, reconcile_started_at, reconcile_ended_at FROM catalog_state
    """)

  // MARK: Freshness

  /// Assets of which it cannot be told when they were materialized, after (name ?1, id ?2), whose name matches ?3; at
  /// most ?4.
  static let unread = StatementText(
    keeping: """
      SELECT \(FreshnessEntry.Column.selection)
      FROM asset
      WHERE unread = 1 AND (asset_name, asset_id) > (?1, ?2) AND +asset_name GLOB ?3
      ORDER BY asset_name, asset_id
      LIMIT ?4
      """)

  /// Assets without a materialization, after (name ?1, id ?2), whose name matches ?3; at most ?4.
  static let neverMaterialized = StatementText(
    keeping: """
      SELECT \(FreshnessEntry.Column.selection)
      FROM asset
      WHERE known = 1 AND last_materialized IS NULL AND unread = 0 AND (asset_name, asset_id) > (?1, ?2)
        AND +asset_name GLOB ?3
      ORDER BY asset_name, asset_id
      LIMIT ?4
      """)

  /// Assets materialized at or before ?4, after (time ?1, name ?2, id ?3), whose name matches ?5; at most ?6.
  static let materialized = StatementText(
    keeping: """
      SELECT \(FreshnessEntry.Column.selection)
      FROM asset
      WHERE known = 1 AND last_materialized <= ?4
        AND (last_materialized, asset_name, asset_id) > (?1, ?2, ?3) AND +asset_name GLOB ?5
      ORDER BY last_materialized, asset_name, asset_id
      LIMIT ?6
      """)

  /// Assets of all three kinds, after (name ?1, id ?2), by name; at most ?3.
  static let freshnessByName = StatementText(
    keeping: """
      SELECT \(FreshnessEntry.Column.selection)
      FROM asset
      WHERE (known = 1 OR unread = 1) AND (asset_name, asset_id) > (?1, ?2)
      ORDER BY asset_name, asset_id
      LIMIT ?3
      """)

  /// How many those are.
  static let countFreshness = StatementText(
    """
    SELECT count(*) FROM asset WHERE known = 1 OR unread = 1
    """)

  /// Assets materialized after ?1, whose name matches ?2: ahead of the clock, so that another time takes their place.
  static let materializedAhead = StatementText(
    keeping: """
      SELECT \(FreshnessEntry.Column.selection)
      FROM asset
      WHERE known = 1 AND last_materialized > ?1 AND +asset_name GLOB ?2
      ORDER BY last_materialized, asset_name, asset_id
      """)

  // MARK: Assets

  /// Assets after (name ?1, id ?2), with names below ?3 that match ?4; at most ?5. A blob for ?3 is above every text.
  static let assets = StatementText(
    keeping: """
      SELECT \(AssetEntry.Column.selection)
      FROM asset
      WHERE known = 1 AND (asset_name, asset_id) > (?1, ?2) AND asset_name < ?3 AND +asset_name GLOB ?4
      ORDER BY asset_name, asset_id
      LIMIT ?5
      """)

  /// The asset (?1, ?2).
  static let asset = StatementText(
    keeping: """
      SELECT \(AssetEntry.Column.selection)
      FROM asset
      WHERE known = 1 AND asset_name = ?1 AND asset_id = ?2
      """)

  // MARK: Drift

  /// Names with several rows, from ?1 on and below ?2, that match ?3; at most ?4. The covering index answers alone, so
  /// that only what may have drifted is looked at closely.
  static let namesWithSeveralRows = StatementText(
    """
    SELECT asset_name
    FROM asset
    WHERE asset_name >= ?1 AND asset_name < ?2 AND +asset_name GLOB ?3
    GROUP BY asset_name
    HAVING count(*) > 1
    ORDER BY asset_name
    LIMIT ?4
    """)

  /// The assets of the name ?1, if that matches ?2.
  static let configurations = StatementText(
    """
    SELECT asset_id, signature, last_materialized
    FROM asset
    WHERE known = 1 AND asset_name = ?1 AND ?1 GLOB ?2
    ORDER BY asset_id
    """)

  // MARK: Artifacts

  /// Artifacts after (name ?1, id ?2, position ?3); at most ?4.
  static let artifacts = StatementText(
    keeping: """
      SELECT \(ArtifactEntry.Column.selection)
      FROM asset CROSS JOIN artifact USING (asset_key)
      WHERE asset.known = 1 AND (asset.asset_name, asset.asset_id) >= (?1, ?2)
        AND ((asset.asset_name, asset.asset_id) > (?1, ?2) OR artifact.position > ?3)
      ORDER BY asset.asset_name, asset.asset_id, artifact.position
      LIMIT ?4
      """)

  /// The artifacts of the asset (?1, ?2); at most ?3.
  static let artifactsOfAsset = StatementText(
    keeping: """
      SELECT \(ArtifactEntry.Column.selection)
      FROM asset JOIN artifact USING (asset_key)
      WHERE asset.known = 1 AND asset.asset_name = ?1 AND asset.asset_id = ?2
      ORDER BY artifact.position
      LIMIT ?3
      """)

  /// Assets whose manifest names a path, in any of four spellings.
  static let producers = StatementText(
    keeping: """
      SELECT \(ArtifactEntry.Column.selection)
      FROM artifact JOIN asset USING (asset_key)
      WHERE asset.known = 1 AND artifact.path IN (?1, ?2, ?3, ?4)
      ORDER BY asset.asset_name, asset.asset_id, artifact.position
      """)

  /// Assets whose manifest spells a path oddly, by the letters ?1, ?2, ?3 or ?4, which few other paths have.
  static let producersByLetters = StatementText(
    keeping: """
      SELECT \(ArtifactEntry.Column.selection)
      FROM artifact JOIN asset USING (asset_key)
      WHERE asset.known = 1 AND replace(replace(artifact.path, '/', ''), '.', '') IN (?1, ?2, ?3, ?4)
        AND (instr('/' || artifact.path || '/', '//') > 0 OR instr('/' || artifact.path || '/', '/./') > 0)
      ORDER BY asset.asset_name, asset.asset_id, artifact.position
      """)

  // MARK: Artifact facts

  /// Artifacts whose schema the latest run changed, after (name ?1, id ?2, position ?3), of names below ?4 that match
  /// ?5; at most ?6. A blob for ?4 is above every text.
  ///
  /// Two runs are compared: the newest two that succeeded and recorded a schema hash. An artifact's counterpart is the
  /// first of the same path; where there is none, the one in the same place, if the latest run did not write that one's
  /// path as well. The least and the greatest hash of an asset come first, from their index: they are equal for all but
  /// the few assets that need a closer look. A `+` keeps the look for one run's hash in the rows of that run.
  static let schemaChanges = StatementText(
    keeping: """
      SELECT \(SchemaChangeEntry.Column.selection)
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
      """)

  /// What the newest run of the asset (?1, ?2) that recorded artifacts says of them.
  static let newestArtifactFacts = StatementText(
    keeping: """
      SELECT \(RunArtifactEntry.columns)
      FROM asset JOIN run_artifact USING (asset_key)
      WHERE asset.asset_name = ?1 AND asset.asset_id = ?2 AND run_artifact.run_id = (
        SELECT run.run_id FROM run
        WHERE run.asset_key = asset.asset_key AND EXISTS (
          SELECT 1 FROM run_artifact AS fact WHERE fact.asset_key = run.asset_key AND fact.run_id = run.run_id)
        ORDER BY run.started_at DESC, run.run_id DESC LIMIT 1)
      ORDER BY position
      """)

  /// What up to eleven runs, ?2 to ?12, of the asset with the key ?1 say of their artifacts. NULL is no run.
  static let artifactFactsOfRuns = StatementText(
    keeping: """
      SELECT \(RunArtifactEntry.columns)
      FROM run_artifact
      WHERE asset_key = ?1 AND run_id IN (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
      ORDER BY run_id, position
      """)

  /// What the run ?3 of the asset (?1, ?2) says of its artifacts. Without ?3, it is the last run of the manifest if
  /// that materialized, else the newest run that did; such a run may say nothing.
  static let materializedArtifactFacts = StatementText(
    keeping: """
      SELECT \(RunArtifactEntry.columns)
      FROM asset JOIN run_artifact USING (asset_key)
      WHERE asset.asset_name = ?1 AND asset.asset_id = ?2 AND run_artifact.run_id = coalesce(
        ?3,
        CASE WHEN asset.last_run_materialized IS NOT NULL THEN asset.last_run_id END,
        (SELECT run.run_id FROM run WHERE run.asset_key = asset.asset_key AND run.result = 0
         ORDER BY run.started_at DESC, run.run_id DESC LIMIT 1))
      ORDER BY position
      """)
}
