-- What an answer needs to be true whatever the clocks of others say.

-- How often a reconcile has begun to look at the tree: whether another one's work will do is decided by it, since clocks
-- of hosts differ and step back.
ALTER TABLE catalog_state ADD COLUMN reconcile_number INTEGER NOT NULL DEFAULT 0;

-- The database file in which this was last written: in another one, restored or copied, nothing is believed unseen.
ALTER TABLE catalog_state ADD COLUMN file_device INTEGER;
ALTER TABLE catalog_state ADD COLUMN file_inode INTEGER;
