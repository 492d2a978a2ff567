"""The files of an index as the attacks treat them: found, read by a foreign client, replaced by an older one, spoilt."""
import os, shutil, sqlite3
from oracle import METADATA
from program import Violation

LINK = os.path.join(METADATA, ".index", "catalog.sqlite")


def folder(root):
    return os.path.join(root, METADATA, ".index")


def database(root):
    """The database file in use, or None."""
    link = os.path.join(root, LINK)
    return os.path.realpath(link) if os.path.exists(link) else None


def remove(root):
    shutil.rmtree(folder(root), ignore_errors=True)


def connect(root):
    """As any SQLite client would: read-only, through the link."""
    return sqlite3.connect(f"file:{os.path.join(root, LINK)}?mode=ro", uri=True, timeout=10)


def counted(root):
    """What a foreign client sees: how many assets and runs, and whether the file is sound. None where there is no index.

    Raises sqlite3.Error where the file cannot be read."""
    if database(root) is None:
        return None
    with_closing = connect(root)
    try:
        return with_closing.execute("SELECT (SELECT count(*) FROM assets), (SELECT count(*) FROM runs)").fetchone()
    finally:
        with_closing.close()


def quick_check(root):
    connection = connect(root)
    try:
        found = connection.execute("PRAGMA quick_check").fetchall()
    finally:
        connection.close()
    if found != [("ok",)]:
        raise Violation(f"quick_check says {found[:3]}")


def settle(root):
    """Brings the whole log into the database and leaves none, as the last client that closes would."""
    path = database(root)
    connection = sqlite3.connect(path, timeout=10)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    for ending in ("-wal", "-shm"):
        if os.path.exists(path + ending):
            os.remove(path + ending)


def make_older(root, version, migrations):
    """Puts an index of an older schema, with the rows that the present one has, in its place."""
    settle(root)
    path = database(root)
    old = path + ".older"
    write_older(path, old, version, migrations)
    os.replace(old, path)


def switch_to_older(root, version, migrations):
    """The same while others read: as a file of its own, to which the link is switched in one step."""
    path = database(root)
    number = max(int(name.split("-")[1].split(".")[0]) for name in os.listdir(folder(root)) if name.startswith("catalog-"))
    new = f"catalog-{number + 1}.sqlite"
    write_older(path, os.path.join(folder(root), new), version, migrations)
    link = os.path.join(folder(root), ".harness-link")
    os.symlink(new, link)
    os.replace(link, os.path.join(root, LINK))


def write_older(path, old, version, migrations):
    connection = sqlite3.connect(old, isolation_level=None)
    connection.execute("ATTACH ? AS present", (path,))
    connection.execute(connection.execute("SELECT sql FROM present.sqlite_schema WHERE name = 'migration'").fetchone()[0])
    for name in sorted(os.listdir(migrations)):
        if name.endswith(".sql") and int(name[1:4]) <= version:
            with open(os.path.join(migrations, name), encoding="utf-8") as file:
                connection.executescript(file.read())
    connection.execute("BEGIN")
    connection.execute("INSERT INTO main.migration SELECT * FROM present.migration WHERE version <= ?", (version,))
    tables = [row[0] for row in connection.execute(
        "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'migration'")]
    for table in ("catalog_state", "folder", "asset", "run", *sorted(set(tables) - {"catalog_state", "folder", "asset", "run"})):
        copy_rows(connection, table)
    connection.execute("UPDATE main.catalog_state SET projection_version = 1")
    connection.execute("COMMIT")
    application = connection.execute("PRAGMA present.application_id").fetchone()[0]
    connection.execute("DETACH present")
    connection.execute(f"PRAGMA application_id = {application}")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.close()


def copy_rows(connection, table):
    here = [row[1] for row in connection.execute(f"PRAGMA main.table_info({table})")]
    there = {row[1] for row in connection.execute(f"PRAGMA present.table_xinfo({table})")}
    values = []
    for column in here:
        lag = column.replace("ctime_ns", "ctime_lag_ns")
        if column == "asset_signature" and "signature_is_id" not in here and "signature" in there:
            values.append("signature")
        elif column in there:
            values.append(column)
        elif lag in there:
            # Older schemas give the change time itself.
            values.append(f"{lag} + {column.replace('ctime_ns', 'mtime_ns')}")
        else:
            raise Violation(f"the harness cannot fill the column {column} of {table} in an older index")
    connection.execute(f"INSERT INTO main.{table} ({', '.join(here)}) SELECT {', '.join(values)} FROM present.{table}")


def spoil(path, rng):
    """Damages a file, and says how."""
    size = os.path.getsize(path)
    with open(path, "r+b") as file:
        pick = rng.random()
        if size == 0 or pick < 0.02:
            file.write(os.urandom(100) if size == 0 else b"\0" * min(size, 100))
            return "a header that is none"
        if pick < 0.5:
            place, bit = rng.randrange(size), 1 << rng.randrange(8)
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ bit]))
            return f"bit {bit:#x} of byte {place} flipped"
        if pick < 0.65:
            place, length = rng.randrange(size), rng.choice([1, 2, 8, 64, 500])
            file.seek(place)
            file.write(rng.randbytes(min(length, size - place)))
            return f"noise of {length} bytes at {place}"
        if pick < 0.75:
            page = rng.randrange(max(1, size // 4096))
            file.seek(page * 4096)
            file.write(b"\0" * min(4096, size - page * 4096))
            return f"page {page} made zeros"
        if pick < 0.85 and size >= 8192:
            left, right = rng.sample(range(size // 4096), 2)
            file.seek(left * 4096)
            page = file.read(4096)
            file.seek(right * 4096)
            file.write(page)
            return f"page {left} written over page {right}"
        length = rng.randrange(size) // (4096 if rng.random() < 0.5 else 1) * (4096 if rng.random() < 0.5 else 1)
        length = min(length, size - 1)
        file.truncate(length)
        return f"cut from {size} to {length} bytes"
