-- The index: a mirror of the metadata tree. Everything here can be rebuilt from the tree.
-- Times are INTEGER microseconds since 1970-01-01T00:00:00Z, unless a name ends in _ns (nanoseconds, fingerprints).
-- Tables are internal; the views at the end are the public contract.

-- The index itself: exactly one row.
CREATE TABLE catalog_state (
  singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
  root TEXT NOT NULL,                     -- the storage root, as an absolute path
  metadata_folder TEXT NOT NULL,          -- the folder below it, `_asset_metadata` by default
  tree_device INTEGER NOT NULL,           -- st_dev of the metadata folder, 0 before the first reconcile
  tree_inode INTEGER NOT NULL,            -- st_ino of it
  projection_version INTEGER NOT NULL,    -- which reading of the files filled the rows; another one re-reads every file
  reconcile_started_at INTEGER,           -- the last complete reconcile: what was true in the tree then is true here
  reconcile_ended_at INTEGER,
  reconcile_kind TEXT,                    -- 'reconcile', 'full' or 'rebuild'
  files_read INTEGER NOT NULL DEFAULT 0,  -- what that reconcile saw
  assets_added INTEGER NOT NULL DEFAULT 0,
  assets_changed INTEGER NOT NULL DEFAULT 0,
  assets_removed INTEGER NOT NULL DEFAULT 0,
  assets_unchanged INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One row per `asset_name=…` folder: while its fingerprint stands, its listing is known.
CREATE TABLE folder (
  asset_name TEXT PRIMARY KEY,
  inode INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL,
  trusted INTEGER NOT NULL                -- 0: list it again, whatever the fingerprint says
) STRICT, WITHOUT ROWID;

-- One row per `asset_id=…` folder. It is an asset once `known` is 1: it has a manifest that was readable, or a run.
CREATE TABLE asset (
  asset_key INTEGER PRIMARY KEY,
  asset_name TEXT NOT NULL,
  asset_id TEXT NOT NULL,
  known INTEGER NOT NULL,
  folder_inode INTEGER NOT NULL,
  folder_mtime_ns INTEGER NOT NULL,
  folder_ctime_ns INTEGER NOT NULL,
  folder_trusted INTEGER NOT NULL,
  manifest_state INTEGER NOT NULL,        -- 0 absent, 1 current, 2 file now bad (last good values kept), 3 bad and never good
  manifest_size INTEGER NOT NULL,         -- fingerprint of the manifest as last looked at, 0 where there is none
  manifest_mtime_ns INTEGER NOT NULL,
  manifest_ctime_ns INTEGER NOT NULL,
  manifest_inode INTEGER NOT NULL,
  manifest_trusted INTEGER NOT NULL,
  asset_signature TEXT,
  manifest_materialized INTEGER,          -- last_materialized as the manifest gives it
  last_status TEXT,                       -- 'success', 'failed', 'unknown'; NULL without a manifest
  last_error TEXT,
  last_run_id TEXT,                       -- last_run.id of the manifest
  last_run_materialized INTEGER,
  last_run_metadata_path TEXT,            -- NULL where it is the path that the layout gives
  updated_at INTEGER,
  lossy INTEGER NOT NULL,                 -- 1: a lone surrogate was replaced by U+FFFD
  run_count INTEGER NOT NULL,             -- rows of `run` with a result
  watched_runs INTEGER NOT NULL,          -- rows of `run` with watched = 1
  newest_run_id TEXT,                     -- by started_at, then run_id
  last_materialized INTEGER,              -- the answer: the manifest's, else the newest materialized run's
  materialized_source TEXT                -- 'manifest', 'runs', or NULL
) STRICT;
CREATE UNIQUE INDEX asset_identity ON asset (asset_name, asset_id);
-- `known` is in it once more so that counting needs no row: SQLite 3.40 does not see that the condition implies it.
CREATE INDEX asset_by_materialized ON asset (last_materialized, asset_name, asset_id, known) WHERE known = 1;

-- One row per `asset_run_id=…` folder; and, with state 4, a failed last run of which only the manifest tells.
CREATE TABLE run (
  asset_key INTEGER NOT NULL REFERENCES asset (asset_key) ON DELETE CASCADE,
  run_id TEXT NOT NULL,
  state INTEGER NOT NULL,                 -- 0 no metadata file yet, 1 current, 2 file now bad (last good kept), 3 bad and never good, 4 manifest only
  watched INTEGER NOT NULL,               -- 1: its file is looked at by every reconcile (unfinished, absent, bad, or read too freshly)
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  trusted INTEGER NOT NULL,
  result INTEGER,                         -- 0 succeeded, 1 failed, 2 unfinished; NULL: no run to speak of
  newest INTEGER NOT NULL,                -- 1 for the newest run of its asset
  started_at INTEGER,
  materialized INTEGER,
  duration_ms INTEGER,
  failed_at INTEGER,                      -- failure time of a failed run, or of an unfinished one if it counts as interrupted
  status TEXT,                            -- `status` of the metadata ('success', 'failed', 'unknown'), which mad_prefect does not write
  error TEXT,                             -- one text, `type: message`, where the metadata has it; see the view for the manifest's
  error_traceback TEXT,
  asset_path TEXT,
  parameters TEXT,
  PRIMARY KEY (asset_key, run_id)
) STRICT, WITHOUT ROWID;
-- Every run that did not succeed; wide enough that outcomes are counted and sifted without the row.
CREATE INDEX run_by_failure ON run (failed_at, result, newest, started_at) WHERE result > 0;
CREATE INDEX run_watched ON run (asset_key, run_id) WHERE watched = 1;

-- The artifacts that the manifest names: last_artifacts, then those of last_run that are not among them.
CREATE TABLE artifact (
  asset_key INTEGER NOT NULL REFERENCES asset (asset_key) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  path TEXT NOT NULL,                     -- as the manifest spells it, relative to the storage root
  PRIMARY KEY (asset_key, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX artifact_by_path ON artifact (path);

-- What a run's own metadata says of the artifacts it wrote.
CREATE TABLE run_artifact (
  asset_key INTEGER NOT NULL,
  run_id TEXT NOT NULL,
  position INTEGER NOT NULL,              -- from 0, in the order of the metadata
  path TEXT NOT NULL,                     -- as the metadata spells it, relative to the storage root
  bytes INTEGER,
  modified INTEGER,
  format TEXT,                            -- 'parquet', 'csv', 'json', …
  schema_hash TEXT,                       -- another one if and only if column names, types or their order are others
  row_count INTEGER,
  sampled_rows INTEGER,                   -- rows that the hash was taken from, for a format that declares no schema
  PRIMARY KEY (asset_key, run_id, position),
  FOREIGN KEY (asset_key, run_id) REFERENCES run (asset_key, run_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
-- The least and the greatest hash of an asset stand at its ends: where they are equal, no run changed the schema.
CREATE INDEX run_artifact_by_schema ON run_artifact (asset_key, schema_hash) WHERE schema_hash IS NOT NULL;

-- What could not be read, or disagrees. Keyed by the bytes of the path, relative to the storage root.
CREATE TABLE problem (
  raw_path BLOB NOT NULL,
  scope BLOB NOT NULL,                    -- the path that was looked at when it was found: the next look there may lift it
  kind TEXT NOT NULL,                     -- misplaced, unreadable, too_large, not_a_file, invalid_name, invalid_json, invalid_manifest, invalid_run
  path TEXT NOT NULL,                     -- the same path for people: bytes that are not UTF-8 as \xNN
  message TEXT NOT NULL,
  seen_at INTEGER NOT NULL,               -- when it was first seen
  asset_name TEXT,                        -- where the path belongs to one asset
  asset_id TEXT,
  PRIMARY KEY (raw_path, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX problem_by_scope ON problem (scope);

-- Public contract: the views. `…_us` are microseconds since the epoch; the column of the same name without it is ISO-8601, UTC.
CREATE VIEW assets AS
SELECT
  asset_name,
  asset_id,
  asset_signature,
  CASE WHEN last_materialized IS NULL THEN NULL ELSE
    strftime('%Y-%m-%dT%H:%M:%S', (last_materialized - (last_materialized % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || CASE WHEN last_materialized % 1000000 = 0 THEN 'Z' ELSE printf('.%06dZ', (last_materialized % 1000000 + 1000000) % 1000000) END
  END AS last_materialized,
  last_materialized AS last_materialized_us,
  materialized_source AS source,
  last_status,
  last_error,
  last_run_id,
  CASE WHEN updated_at IS NULL THEN NULL ELSE
    strftime('%Y-%m-%dT%H:%M:%S', (updated_at - (updated_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || CASE WHEN updated_at % 1000000 = 0 THEN 'Z' ELSE printf('.%06dZ', (updated_at % 1000000 + 1000000) % 1000000) END
  END AS updated_at,
  updated_at AS updated_at_us,
  CASE manifest_state WHEN 0 THEN 'absent' WHEN 1 THEN 'current' ELSE 'damaged' END AS manifest_state,
  run_count,
  newest_run_id,
  (SELECT metadata_folder FROM catalog_state) || '/asset_name=' || asset_name || '/asset_id=' || asset_id || '/manifest.json' AS manifest_path
FROM asset
WHERE known = 1;

CREATE VIEW runs AS
SELECT
  run.asset_name,
  run.asset_id,
  run.run_id,
  CASE
    WHEN run.result = 0 THEN 'succeeded'
    WHEN run.result = 1 THEN 'failed'
    WHEN run.newest = 1 AND run.started_at > (CAST(strftime('%s', 'now') AS INTEGER) - 86400) * 1000000 THEN 'running'
    ELSE 'interrupted'
  END AS outcome,
  run.newest AS is_newest,
  CASE WHEN run.started_at IS NULL THEN NULL ELSE
    strftime('%Y-%m-%dT%H:%M:%S', (run.started_at - (run.started_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || CASE WHEN run.started_at % 1000000 = 0 THEN 'Z' ELSE printf('.%06dZ', (run.started_at % 1000000 + 1000000) % 1000000) END
  END AS started_at,
  run.started_at AS started_at_us,
  CASE WHEN run.told_materialized IS NULL THEN NULL ELSE
    strftime('%Y-%m-%dT%H:%M:%S', (run.told_materialized - (run.told_materialized % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || CASE WHEN run.told_materialized % 1000000 = 0 THEN 'Z' ELSE printf('.%06dZ', (run.told_materialized % 1000000 + 1000000) % 1000000) END
  END AS materialized,
  run.told_materialized AS materialized_us,
  CASE WHEN run.failed_at IS NULL THEN NULL ELSE
    strftime('%Y-%m-%dT%H:%M:%S', (run.failed_at - (run.failed_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || CASE WHEN run.failed_at % 1000000 = 0 THEN 'Z' ELSE printf('.%06dZ', (run.failed_at % 1000000 + 1000000) % 1000000) END
  END AS failed_at,
  run.failed_at AS failed_at_us,
  run.duration_ms,
  run.told_error AS error,
  run.error_traceback,
  run.asset_path,
  run.parameters,
  (SELECT metadata_folder FROM catalog_state) || '/asset_name=' || run.asset_name || '/asset_id=' || run.asset_id
    || '/asset_run_id=' || run.run_id || '/metadata.json' AS metadata_path
FROM (
  -- Of its last run the manifest may tell more than the run's own file.
  SELECT
    run.*, asset.asset_name, asset.asset_id,
    coalesce(run.materialized, CASE WHEN asset.last_run_id = run.run_id THEN asset.last_run_materialized END) AS told_materialized,
    coalesce(run.error, CASE WHEN asset.last_run_id = run.run_id THEN asset.last_error END) AS told_error
  FROM run JOIN asset USING (asset_key)
) AS run
WHERE run.result IS NOT NULL;

CREATE VIEW artifacts AS
SELECT asset.asset_name, asset.asset_id, artifact.path, artifact.position
FROM artifact JOIN asset USING (asset_key);

CREATE VIEW run_artifacts AS
SELECT
  asset.asset_name,
  asset.asset_id,
  run_artifact.run_id,
  run_artifact.path,
  run_artifact.position,
  run_artifact.bytes,
  CASE WHEN modified IS NULL THEN NULL ELSE
    strftime('%Y-%m-%dT%H:%M:%S', (modified - (modified % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || CASE WHEN modified % 1000000 = 0 THEN 'Z' ELSE printf('.%06dZ', (modified % 1000000 + 1000000) % 1000000) END
  END AS modified,
  modified AS modified_us,
  run_artifact.format,
  run_artifact.schema_hash,
  run_artifact.row_count,
  run_artifact.sampled_rows
FROM run_artifact JOIN asset USING (asset_key);

CREATE VIEW problems AS
SELECT
  path,
  kind,
  message,
  strftime('%Y-%m-%dT%H:%M:%S', seen_at / 1000000, 'unixepoch')
    || CASE WHEN seen_at % 1000000 = 0 THEN 'Z' ELSE printf('.%06dZ', seen_at % 1000000) END AS seen_at,
  seen_at AS seen_at_us,
  asset_name,
  asset_id
FROM problem
UNION ALL
SELECT
  (SELECT metadata_folder FROM catalog_state) || '/asset_name=' || asset_name || '/asset_id=' || asset_id
    || CASE materialized_source WHEN 'manifest' THEN '/manifest.json' ELSE '' END,
  'future_time',
  'The last materialization lies in the future.',
  (SELECT strftime('%Y-%m-%dT%H:%M:%SZ', reconcile_ended_at / 1000000, 'unixepoch') FROM catalog_state),
  (SELECT reconcile_ended_at FROM catalog_state),
  asset_name,
  asset_id
FROM asset
WHERE known = 1 AND last_materialized > (CAST(strftime('%s', 'now') AS INTEGER) + 300) * 1000000;

CREATE VIEW catalog AS
SELECT
  root,
  metadata_folder,
  (SELECT max(version) FROM migration) AS schema_version,
  projection_version,
  strftime('%Y-%m-%dT%H:%M:%SZ', reconcile_started_at / 1000000, 'unixepoch') AS as_of,
  reconcile_started_at AS as_of_us,
  strftime('%Y-%m-%dT%H:%M:%SZ', reconcile_ended_at / 1000000, 'unixepoch') AS reconcile_ended_at,
  reconcile_ended_at AS reconcile_ended_at_us,
  reconcile_kind,
  files_read,
  assets_added,
  assets_changed,
  assets_removed,
  assets_unchanged
FROM catalog_state;
