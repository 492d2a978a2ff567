-- What an answer needs to be true whatever the clocks of others say.

-- How often a reconcile has begun to look at the tree: whether another one's work will do is decided by it, since clocks
-- of hosts differ and step back.
ALTER TABLE catalog_state ADD COLUMN reconcile_number INTEGER NOT NULL DEFAULT 0;

-- A path that is spelled oddly is found by its letters, without slashes and dots, which all its spellings share: `./a//b.csv`
-- is `a/b.csv`. Of most trees no path is among these.
CREATE INDEX artifact_by_letters ON artifact (replace(replace(path, '/', ''), '.', ''))
  WHERE instr('/' || path || '/', '//') > 0 OR instr('/' || path || '/', '/./') > 0;
