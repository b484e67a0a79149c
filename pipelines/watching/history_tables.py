"""Tables of the history of a watch, in SQLite."""

import contextlib
import errno
import os
import pathlib
import shutil
import sqlite3
import urllib.parse
from collections.abc import Iterator

from pipelines.files.disk import FullDisk
from pipelines.files.disk import describe_full_disk

# It rises where a reader of the last one would err.
VERSION = 1
# Less than a page of locks takes.
LEAST_FREE = 65_536
TABLES = """
CREATE TABLE windows (
    source TEXT, machine TEXT, clip TEXT, start INTEGER, time REAL,
    seconds REAL, anomaly_score REAL, p_value REAL, problem TEXT,
    strangeness REAL, model TEXT);
CREATE INDEX windows_in_time ON windows (machine, time);
CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT, time REAL,
    source TEXT, machine TEXT, message TEXT, details TEXT);
CREATE TABLE positions (source TEXT PRIMARY KEY, position TEXT);
CREATE TABLE states (machine TEXT PRIMARY KEY, state TEXT);
CREATE TABLE clips (source TEXT, clip TEXT, size INTEGER, modified INTEGER,
    PRIMARY KEY (source, clip)) WITHOUT ROWID;
CREATE TABLE mutes (machine TEXT PRIMARY KEY, until REAL);
CREATE TABLE deliveries (receiver TEXT PRIMARY KEY, number INTEGER);
"""
# A history of before has none yet. Levels are float32.
SPECTRA = """
CREATE TABLE IF NOT EXISTS spectra (
    machine TEXT, time REAL, number INTEGER, rate INTEGER, levels BLOB,
    PRIMARY KEY (machine, time)) WITHOUT ROWID
"""


def open_database(path: pathlib.Path) -> sqlite3.Connection:
    """Opens a history, or makes an empty one.

    Args:
        path: File.

    Raises:
        ValueError: If the file is no history, or of another version.

    >>> open_database(pathlib.Path(":memory:")).execute(
    ...     "SELECT count(*) FROM events").fetchone()
    (0,)
    """
    with explaining_disk(path):
        database = sqlite3.connect(path, timeout=30.0, isolation_level=None)
    # Names of recordings may be bytes that are no text.
    database.text_factory = os.fsdecode
    try:
        with explaining_disk(path):
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute("BEGIN IMMEDIATE")
            _make_tables(database)
            database.execute("COMMIT")
    except OSError:
        database.close()
        raise
    except sqlite3.DatabaseError as error:
        database.close()
        raise ValueError(
            "The history of a watch must be an SQLite file of version "
            f"{VERSION}. Received: {path}: {error}. Name another folder with "
            "--history, or move the file away: the watch then begins anew."
        ) from error
    return database


@contextlib.contextmanager
def reading_database(path: pathlib.Path) -> Iterator[sqlite3.Connection]:
    """Opens a history to read it, for the time of a `with` block.

    Args:
        path: File, which a watch may write meanwhile.

    Raises:
        OSError: If it cannot be read.

    >>> with reading_database(pathlib.Path("no_such.sqlite")):
    ...     pass
    Traceback (most recent call last):
    OSError: [Errno 5] unable to open database file: 'no_such.sqlite'
    """
    name = urllib.parse.quote(os.fsencode(path.absolute()))
    with explaining_disk(path):
        database = sqlite3.connect(f"file:{name}?mode=ro", uri=True)
        database.text_factory = os.fsdecode
        try:
            yield database
        finally:
            database.close()


def _make_tables(database: sqlite3.Connection) -> None:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    query = "SELECT count(*) FROM sqlite_master"
    (num_tables,) = database.execute(query).fetchone()
    if version == 0 and num_tables == 0:
        for statement in TABLES.split(";"):
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {VERSION}")
    elif version != VERSION:
        raise sqlite3.DatabaseError(f"version {version}")
    database.execute(SPECTRA)


def _free(path: pathlib.Path) -> int:
    with contextlib.suppress(OSError):
        return shutil.disk_usage(path.parent).free
    return LEAST_FREE


@contextlib.contextmanager
def explaining_disk(path: pathlib.Path) -> Iterator[None]:
    """Turns SQLite's errors of a disk into those of the system.

    Args:
        path: File of the history.

    Raises:
        FullDisk: If the disk is full.
        OSError: If it cannot be read or written, or another process holds it.

    >>> with explaining_disk(pathlib.Path("history.sqlite")):
    ...     _ = sqlite3.connect("no/such/folder/history.sqlite")
    Traceback (most recent call last):
    OSError: [Errno 5] unable to open database file: 'history.sqlite'
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        # The lowest byte is the kind, the others are details.
        kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
        # Of its file of locks, a full disk is no more than an error.
        is_full = kind == sqlite3.SQLITE_IOERR and _free(path) < LEAST_FREE
        if kind == sqlite3.SQLITE_FULL or is_full:
            raise FullDisk(describe_full_disk(path)) from error
        if kind in (
            sqlite3.SQLITE_BUSY,
            sqlite3.SQLITE_CANTOPEN,
            sqlite3.SQLITE_IOERR,
            sqlite3.SQLITE_PERM,
            sqlite3.SQLITE_READONLY,
        ):
            raise OSError(errno.EIO, str(error), str(path)) from error
        raise
