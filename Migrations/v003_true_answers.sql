-- What an answer needs to be true whatever the clocks of others say.

-- How often a reconcile has begun to look at the tree: whether another one's work will do is decided by it, since clocks
-- of hosts differ and step back.
ALTER TABLE catalog_state ADD COLUMN reconcile_number INTEGER NOT NULL DEFAULT 0;

-- A path is found by its letters, without slashes and dots, which all its spellings share: `./a//b.csv` is `a/b.csv`.
DROP INDEX artifact_by_path;
CREATE INDEX artifact_by_letters ON artifact (replace(replace(path, '/', ''), '.', ''));
