"""A database of its own, and loads into it from within the test's process."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg2

from company.contract import read_contract
from company.reading import read_profile
from loader.load import load
from loader.loaded import Loaded, Options
from tests.conftest import new_database
from warehouse.connections import connect
from warehouse.database import prepare_database
from warehouse.settings import ROOT, load_settings

TABLES = read_contract(ROOT / "dbt")


@dataclass(frozen=True)
class Box:
    """An empty warehouse."""

    url: str

    def load(self, folder: Path, **options: Any) -> Loaded:
        """Load a folder; every file's rows read are its rows loaded and rejected."""
        settings = replace(load_settings(), warehouse="external", database_url=self.url)
        if (folder / "company.yml").is_file():
            options.setdefault("profile", read_profile(folder / "company.yml"))
        connection = connect(settings.owner())
        try:
            with tempfile.TemporaryDirectory() as scratch:
                done = load(connection, TABLES, Options(folder, **options), Path(scratch), lambda *_: None)
        finally:
            connection.close()
        if done.run:
            self.equation(done)
        return done

    def equation(self, done: Loaded) -> None:
        """Rows read = rows loaded + rows rejected for each file, and every rejected row is kept."""
        files = self.rows(
            f"select file, rows_read, rows_loaded, rows_rejected from ops.load_files where load_run_id = {done.run}"
        )
        assert len(files) == len(done.outcomes)
        for file, read, loaded, rejected in files:
            assert read == loaded + rejected, file
        kept = self.rows(f"select count(*) from ops.rejected_rows where load_run_id = {done.run}")[0][0]
        assert kept == sum(row[3] for row in files)
        total = self.rows(
            f"select rows_read, rows_loaded, rows_rejected from ops.load_runs where load_run_id = {done.run}"
        )
        assert total == [tuple(sum(row[i] for row in files) for i in (1, 2, 3))]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The result of a query."""
        connection = psycopg2.connect(self.url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query)
            found = cursor.fetchall() if cursor.description else []
        connection.close()
        return found

    def content(self, table: str) -> str:
        """A fingerprint of a raw table, whatever the order of its rows."""
        return str(self.rows(f"select md5(string_agg(t::text, '\n' order by t::text)) from raw.{table} t")[0][0])

    def count(self, table: str) -> int:
        """The rows of a raw table."""
        return int(self.rows(f"select count(*) from raw.{table}")[0][0])


def make_box(server: dict[str, str], name: str) -> Box:
    """Make the database."""
    box = Box(new_database(server, name))
    settings = replace(load_settings(), warehouse="external", database_url=box.url)
    prepare_database(replace(settings, reader_password=server["TOWER_READER_PASSWORD"]))
    return box
