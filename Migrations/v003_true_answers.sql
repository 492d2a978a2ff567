-- What an answer needs to be true whatever the clocks of others say.

-- How often a reconcile has begun to look at the tree: whether another one's work will do is decided by it, since clocks
-- of hosts differ and step back.
ALTER TABLE catalog_state ADD COLUMN reconcile_number INTEGER NOT NULL DEFAULT 0;

-- The database file in which this was last written: in another one, restored or copied, nothing is believed unseen.
ALTER TABLE catalog_state ADD COLUMN file_device INTEGER;
ALTER TABLE catalog_state ADD COLUMN file_inode INTEGER;

-- A path that is spelled oddly is found by its letters, without slashes and dots, which all its spellings share: `./a//b.csv`
-- is `a/b.csv`. Of most trees no path is among these.
CREATE INDEX artifact_by_letters ON artifact (replace(replace(path, '/', ''), '.', ''))
  WHERE instr('/' || path || '/', '//') > 0 OR instr('/' || path || '/', '/./') > 0;

-- The newest ended run, where it tells more than the manifest does, and how it ended: 'success' or 'failed'.
ALTER TABLE asset ADD COLUMN told_by_run TEXT;
ALTER TABLE asset ADD COLUMN told_status TEXT;
-- 1: no materialization is known, but a file of the asset cannot be read, and never could: it cannot be told.
ALTER TABLE asset ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;

-- When the run last said that it lives, and how often it means to; see SPEC 2.
ALTER TABLE run ADD COLUMN heartbeat_at INTEGER;
ALTER TABLE run ADD COLUMN heartbeat_seconds INTEGER;
-- Of an unfinished run: when it has taken longer than the past of its asset allows.
ALTER TABLE run ADD COLUMN overrun_at INTEGER;
-- A start or a heartbeat after the time at which the file was written, or after the run's end: only such a one can be ahead of the
-- clock of an answer and have an earlier time to take its place.
ALTER TABLE run ADD COLUMN ahead_at INTEGER;

-- `failed_at` of a failed run is its failure time. Of an unfinished one it is when it counts as interrupted whatever the
-- running window: three intervals after its last heartbeat; without heartbeats, when a run that began later ended.
UPDATE run SET failed_at = NULL WHERE result = 2;
DROP INDEX run_by_failure;
CREATE INDEX run_by_failure ON run (failed_at, result) WHERE result > 0 AND failed_at IS NOT NULL;
-- Wide enough that unfinished runs are counted and sifted without the row; `result` is in it since SQLite 3.40 does not see
-- that the condition implies it.
CREATE INDEX run_unfinished ON run (started_at, failed_at, heartbeat_at, overrun_at, result) WHERE result = 2;
CREATE INDEX run_by_overrun ON run (overrun_at) WHERE overrun_at IS NOT NULL;
CREATE INDEX run_ahead ON run (ahead_at) WHERE ahead_at IS NOT NULL;
-- Manifests that do not know of a newer success.
CREATE INDEX asset_behind ON asset (asset_name, asset_id)
  WHERE known = 1 AND materialized_source = 'runs' AND last_status IS NOT NULL;
CREATE INDEX asset_unread ON asset (asset_name, asset_id, unread) WHERE unread = 1;
-- What makes an answer incomplete: files that were being written, folders and files that cannot be read.
CREATE INDEX problem_open ON problem (kind, path)
  WHERE kind = 'unsettled' OR kind = 'unreadable' OR substr(path, -5) = '.json';

-- The views once more: SQLite alters none. Times have six digits always, so that they sort as text. `julianday('now')` is the
-- clock to the millisecond.
DROP VIEW assets;
CREATE VIEW assets AS
SELECT
  asset_name,
  asset_id,
  asset_signature,
  strftime('%Y-%m-%dT%H:%M:%S', (time - (time % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || printf('.%06dZ', (time % 1000000 + 1000000) % 1000000) AS last_materialized,
  time AS last_materialized_us,
  CASE WHEN time IS NULL THEN NULL
    WHEN time IN (manifest_materialized, last_run_materialized) THEN 'manifest' ELSE 'runs' END AS source,
  coalesce(told_status, last_status) AS last_status,
  CASE WHEN told_by_run IS NULL THEN last_error ELSE coalesce(
    (SELECT run.error FROM run WHERE run.asset_key = told.asset_key AND run.run_id = told.told_by_run),
    CASE WHEN told_by_run = last_run_id AND told_status = 'failed' THEN last_error END) END AS last_error,
  coalesce(told_by_run, last_run_id) AS last_run_id,
  strftime('%Y-%m-%dT%H:%M:%S', (updated_at - (updated_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || printf('.%06dZ', (updated_at % 1000000 + 1000000) % 1000000) AS updated_at,
  updated_at AS updated_at_us,
  CASE manifest_state WHEN 0 THEN 'absent' WHEN 1 THEN 'current' ELSE 'damaged' END AS manifest_state,
  run_count,
  newest_run_id,
  (SELECT metadata_folder FROM catalog_state) || '/asset_name=' || asset_name || '/asset_id=' || asset_id || '/manifest.json' AS manifest_path
FROM (
  -- A time more than five minutes ahead of the clock proves nothing: the newest that is not ahead takes its place.
  SELECT
    asset.asset_key, asset_name, asset_id, signature AS asset_signature, manifest_materialized, last_run_materialized,
    told_by_run, told_status, last_status, last_error, last_run_id, updated_at, manifest_state, run_count, newest_run_id,
    CASE WHEN last_materialized <= (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) + 300000000 THEN last_materialized ELSE (
      SELECT max(time) FROM (
        SELECT manifest_materialized AS time UNION ALL SELECT last_run_materialized
        UNION ALL SELECT run.materialized FROM run WHERE run.asset_key = asset.asset_key)
      WHERE time <= (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) + 300000000) END AS time
  FROM asset
  WHERE known = 1
) AS told;

DROP VIEW runs;
CREATE VIEW runs AS
SELECT
  asset_name,
  asset_id,
  run_id,
  outcome,
  newest AS is_newest,
  strftime('%Y-%m-%dT%H:%M:%S', (started_at - (started_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || printf('.%06dZ', (started_at % 1000000 + 1000000) % 1000000) AS started_at,
  started_at AS started_at_us,
  strftime('%Y-%m-%dT%H:%M:%S', (told_materialized - (told_materialized % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || printf('.%06dZ', (told_materialized % 1000000 + 1000000) % 1000000) AS materialized,
  told_materialized AS materialized_us,
  strftime('%Y-%m-%dT%H:%M:%S', (failure - (failure % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || printf('.%06dZ', (failure % 1000000 + 1000000) % 1000000) AS failed_at,
  failure AS failed_at_us,
  duration_ms,
  told_error AS error,
  error_traceback,
  asset_path,
  parameters,
  (SELECT metadata_folder FROM catalog_state) || '/asset_name=' || asset_name || '/asset_id=' || asset_id
    || '/asset_run_id=' || run_id || '/metadata.json' AS metadata_path,
  strftime('%Y-%m-%dT%H:%M:%S', (heartbeat_at - (heartbeat_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || printf('.%06dZ', (heartbeat_at % 1000000 + 1000000) % 1000000) AS heartbeat_at,
  heartbeat_at AS heartbeat_at_us
FROM (
  SELECT *, CASE outcome WHEN 'failed' THEN failed_at WHEN 'interrupted' THEN ends_at WHEN 'overrun' THEN overrun_at END AS failure
  FROM (
    SELECT *, CASE
      WHEN result = 0 THEN 'succeeded'
      WHEN result = 1 THEN 'failed'
      WHEN ends_at IS NULL OR ends_at <= (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) OR begun_at > (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) + 300000000 THEN 'interrupted'
      WHEN overrun_at <= (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) THEN 'overrun'
      ELSE 'running'
    END AS outcome
    FROM (
      -- With heartbeats, an unfinished run ends with them; without, with the running window of 24 hours at the latest.
      SELECT *, CASE
        WHEN heartbeat_at <= (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) + 300000000 THEN failed_at
        ELSE min(coalesce(failed_at, begun_at + 86400000000), coalesce(begun_at + 86400000000, failed_at))
      END AS ends_at
      FROM (
        -- Of its last run the manifest may tell more than the run's own file. A start ahead of the clock counts from when
        -- its file was written.
        SELECT
          run.*, asset.asset_name, asset.asset_id,
          coalesce(run.materialized, CASE WHEN asset.last_run_id = run.run_id AND ifnull(run.started_at <= asset.updated_at, 1) THEN asset.last_run_materialized END) AS told_materialized,
          coalesce(run.error, CASE WHEN asset.last_run_id = run.run_id AND ifnull(run.started_at <= asset.updated_at, 1) THEN asset.last_error END) AS told_error,
          CASE WHEN run.started_at > (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) + 300000000 THEN min(run.started_at, run.mtime_ns / 1000) ELSE run.started_at END AS begun_at
        FROM run JOIN asset USING (asset_key)
      )
    )
  )
)
WHERE result IS NOT NULL;

DROP VIEW run_artifacts;
CREATE VIEW run_artifacts AS
SELECT
  asset.asset_name,
  asset.asset_id,
  run_artifact.run_id,
  run_artifact.path,
  run_artifact.position,
  run_artifact.bytes,
  strftime('%Y-%m-%dT%H:%M:%S', (modified - (modified % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || printf('.%06dZ', (modified % 1000000 + 1000000) % 1000000) AS modified,
  modified AS modified_us,
  run_artifact.format,
  run_artifact.schema_hash,
  run_artifact.row_count,
  run_artifact.sampled_rows
FROM run_artifact JOIN asset USING (asset_key);

DROP VIEW problems;
CREATE VIEW problems AS
SELECT
  path,
  kind,
  message,
  strftime('%Y-%m-%dT%H:%M:%S', (seen_at - (seen_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || printf('.%06dZ', (seen_at % 1000000 + 1000000) % 1000000) AS seen_at,
  seen_at AS seen_at_us,
  asset_name,
  asset_id
FROM problem
UNION ALL
SELECT
  (SELECT metadata_folder FROM catalog_state) || '/asset_name=' || asset_name || '/asset_id=' || asset_id || '/manifest.json',
  'future_time',
  'A time in this file is more than five minutes ahead of the clock, and counts as not known.',
  (SELECT strftime('%Y-%m-%dT%H:%M:%S', (reconcile_ended_at - (reconcile_ended_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || printf('.%06dZ', (reconcile_ended_at % 1000000 + 1000000) % 1000000) FROM catalog_state),
  (SELECT reconcile_ended_at FROM catalog_state),
  asset_name,
  asset_id
FROM asset
WHERE known = 1 AND last_materialized > (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) + 300000000
  AND (manifest_materialized > (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) + 300000000 OR last_run_materialized > (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) + 300000000)
UNION ALL
SELECT
  (SELECT metadata_folder FROM catalog_state) || '/asset_name=' || asset.asset_name || '/asset_id=' || asset.asset_id
    || '/asset_run_id=' || run.run_id || '/metadata.json',
  'future_time',
  'A time in this file is more than five minutes ahead of the clock, and counts as not known.',
  (SELECT strftime('%Y-%m-%dT%H:%M:%S', (reconcile_ended_at - (reconcile_ended_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || printf('.%06dZ', (reconcile_ended_at % 1000000 + 1000000) % 1000000) FROM catalog_state),
  (SELECT reconcile_ended_at FROM catalog_state),
  asset.asset_name,
  asset.asset_id
FROM (
  SELECT asset_key, run_id FROM run WHERE result = 2 AND started_at > (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) + 300000000
  UNION
  SELECT asset_key, run_id FROM run WHERE ahead_at IS NOT NULL AND ahead_at > (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) + 300000000 AND started_at > (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) + 300000000
  UNION
  SELECT asset_key, run_id FROM run WHERE result > 0 AND failed_at IS NOT NULL AND failed_at > (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) + 300000000 AND started_at > (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) + 300000000
  UNION
  SELECT run.asset_key, run.run_id FROM asset CROSS JOIN run USING (asset_key)
  WHERE asset.known = 1 AND asset.last_materialized > (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) + 300000000 AND (run.materialized > (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) + 300000000 OR run.started_at > (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) + 300000000)
) AS run JOIN asset USING (asset_key)
UNION ALL
SELECT
  (SELECT metadata_folder FROM catalog_state) || '/asset_name=' || asset_name || '/asset_id=' || asset_id || '/manifest.json',
  'manifest_behind',
  'A run succeeded after the last materialization that this manifest knows: see asset-catalog repair.',
  (SELECT strftime('%Y-%m-%dT%H:%M:%S', (reconcile_ended_at - (reconcile_ended_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || printf('.%06dZ', (reconcile_ended_at % 1000000 + 1000000) % 1000000) FROM catalog_state),
  (SELECT reconcile_ended_at FROM catalog_state),
  asset_name,
  asset_id
FROM asset
WHERE known = 1 AND materialized_source = 'runs' AND last_status IS NOT NULL AND last_materialized <= (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000) + 300000000;

DROP VIEW catalog;
CREATE VIEW catalog AS
SELECT
  root,
  metadata_folder,
  (SELECT max(version) FROM migration) AS schema_version,
  projection_version,
  strftime('%Y-%m-%dT%H:%M:%S', (reconcile_started_at - (reconcile_started_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || printf('.%06dZ', (reconcile_started_at % 1000000 + 1000000) % 1000000) AS as_of,
  reconcile_started_at AS as_of_us,
  strftime('%Y-%m-%dT%H:%M:%S', (reconcile_ended_at - (reconcile_ended_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || printf('.%06dZ', (reconcile_ended_at % 1000000 + 1000000) % 1000000) AS reconcile_ended_at,
  reconcile_ended_at AS reconcile_ended_at_us,
  reconcile_kind,
  files_read,
  assets_added,
  assets_changed,
  assets_removed,
  assets_unchanged
FROM catalog_state;
