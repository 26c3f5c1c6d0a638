"""The rows: SQLite by its online backup, PostgreSQL by pg_dump, either in Django's own form where that is wanted."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from storage.backups.errors import BackupError

SQLITE, PG_DUMP, PORTABLE = "sqlite", "pg_dump", "portable"
FILES = {SQLITE: "database.sqlite3", PG_DUMP: "database.dump", PORTABLE: "database.json.gz"}
MADE_BY_MIGRATE = ("contenttypes", "auth.permission", "admin.logentry", "sessions")
"""Left out of the portable form: `migrate` makes them, or they are worth nothing elsewhere."""


def kind_here(*, portable: bool) -> str:
    """How this site's rows are kept: as the engine does it, or in Django's form."""
    if portable:
        return PORTABLE
    if connection.vendor == "sqlite":
        return SQLITE
    if connection.vendor == "postgresql" and shutil.which("pg_dump"):
        return PG_DUMP
    return PORTABLE


def applied() -> list[list[str]]:
    """[app, name] of every migration that this database has seen."""
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())


def dump(kind: str, folder: Path) -> Path:
    """Write all rows as they are at one moment, while others write. Raises BackupError."""
    target = folder / FILES[kind]
    if kind == SQLITE:
        _copy_sqlite(_sqlite_path(), target)
    elif kind == PG_DUMP:
        _postgres("pg_dump", "--format=custom", "--no-owner", f"--file={target}")
    else:
        with _one_moment():
            call_command("dumpdata", exclude=MADE_BY_MIGRATE, output=str(target), verbosity=0)
    return target


def load(kind: str, file: Path) -> None:
    """Replace all rows by those of a dump, then bring the schema to this version. Raises BackupError."""
    if kind == SQLITE:
        connection.close()
        _copy_sqlite(file, _sqlite_path())
        call_command("migrate", verbosity=0, interactive=False)
    elif kind == PG_DUMP:
        connection.close()
        _postgres("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error",
                  f"--dbname={connection.settings_dict['NAME']}", str(file))  # fmt: skip
        call_command("migrate", verbosity=0, interactive=False)
    else:
        call_command("loaddata", str(file), verbosity=0)
    call_command("createcachetable", verbosity=0)


def refuse_wrong_engine(kind: str) -> None:
    """Raises BackupError with a sentence where a dump of this kind cannot be put into the database of this site."""
    here = connection.vendor
    if kind == SQLITE and here != "sqlite":
        raise BackupError("This backup is of SQLite, this site runs on PostgreSQL: take one with --portable.")
    if kind == PG_DUMP and here != "postgresql":
        raise BackupError("This backup is of PostgreSQL, this site runs on SQLite: take one with --portable.")
    if kind == PG_DUMP and not shutil.which("pg_restore"):
        raise BackupError("This backup was made by pg_dump; pg_restore is not here (package postgresql-client).")


def refuse_newer(migrations: list[list[str]], *, exact: bool) -> None:
    """Raises BackupError where the rows have migrations that this version does not; `exact` allows no older ones."""
    known = applied()
    installed = {config.label for config in apps.get_app_configs()}
    if any(one not in known and one[0] in installed for one in migrations):
        raise BackupError("The backup was made by a newer Partage: upgrade this site first.")
    if exact and any(one not in migrations for one in known):
        raise BackupError("The portable form is restored by the version that took it; this site is newer.")


def _sqlite_path() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def _copy_sqlite(source: Path, target: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(source, timeout=60)) as old,
        contextlib.closing(sqlite3.connect(target, timeout=60)) as new,
    ):
        old.backup(new)
        if new.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise BackupError(f"{source} is damaged: PRAGMA quick_check says so.")


@contextlib.contextmanager
def _one_moment():  # type: ignore[no-untyped-def]
    """All reads within see the rows of one moment."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _postgres(*command: str) -> None:
    told = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
    env |= {variable: str(told[name]) for variable, name in names.items() if told.get(name)}
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False)
        if done.returncode:
            said.seek(0)
            raise BackupError(f"{command[0]} failed: {said.read()[-2000:].decode(errors='replace').strip()}")
