"""Settings: the environment before .env, one clear line for a bad value, secrets made once."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from warehouse.access import Access, read_access
from warehouse.errors import TowerError
from warehouse.settings import ROOT, SECRETS, load_settings, read_env_file, write_env_file

EXAMPLE = ROOT / ".env.example"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with nothing but .env.example, and an environment without our settings."""
    shutil.copy(EXAMPLE, tmp_path)
    for key in read_env_file(EXAMPLE):
        monkeypatch.delenv(key, raising=False)
    return tmp_path


def test_the_environment_wins_over_the_env_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".env").write_text("NUM_ACCOUNTS=300\nSEED=7\n")
    monkeypatch.setenv("NUM_ACCOUNTS", "450")
    settings = load_settings(folder)
    assert (settings.num_accounts, settings.seed) == (450, 7)


def test_the_example_holds_the_defaults(folder: Path) -> None:
    without = load_settings(folder)
    shutil.copy(EXAMPLE, folder / ".env")
    assert load_settings(folder) == without
    assert without.end_date == date(2026, 10, 31)
    assert without.gross_margin is without.company_file is None
    assert without.data_dir == folder / "data"


@pytest.mark.parametrize("kept", ["1", "0", "-3"])
def test_a_publication_needs_one_before_it_to_be_compared_with(
    folder: Path, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    monkeypatch.setenv("PUBLICATIONS_KEPT", kept)
    with pytest.raises(TowerError, match=f"^PUBLICATIONS_KEPT must be 2 or more, not {kept}; mend it in .env$"):
        load_settings(folder)
    monkeypatch.setenv("PUBLICATIONS_KEPT", "2")
    assert load_settings(folder).publications_kept == 2


def test_every_setting_of_the_example_has_a_comment_and_no_secret_a_value() -> None:
    lines = EXAMPLE.read_text().splitlines()
    commented = False
    for line in lines:
        if line.startswith("#"):
            commented = True
        elif line:
            assert commented, line
        else:
            commented = False
    values = read_env_file(EXAMPLE)
    assert {values[key] for key in SECRETS} == {""}


def test_every_setting_that_is_read_stands_in_the_example() -> None:
    source = (ROOT / "warehouse" / "settings.py").read_text()
    read = set(re.findall(r'(?:text|number|day|share|path)\("([A-Z_]+)"', source))
    assert read | {"TOWER_DOMAIN"} == set(read_env_file(EXAMPLE))  # that one is for compose alone


def test_secrets_are_random_private_and_made_once(folder: Path) -> None:
    assert write_env_file(folder)
    file = folder / ".env"
    first = read_env_file(file)
    assert len({first[key] for key in SECRETS}) == len(SECRETS)
    assert all(len(first[key]) >= 20 for key in SECRETS)
    assert file.stat().st_mode & 0o077 == 0
    assert not write_env_file(folder)
    assert read_env_file(file) == first
    file.unlink()
    write_env_file(folder)
    assert all(read_env_file(file)[key] != first[key] for key in SECRETS)


def test_access_yml_is_made_from_its_example_and_then_left_alone(folder: Path) -> None:
    shutil.copy(ROOT / "access.example.yml", folder)
    write_env_file(folder)
    file = load_settings(folder).access_file
    assert file == folder / "access.yml"
    assert read_access(file) == Access({}, None)
    file.write_text("default: everything")
    write_env_file(folder)
    assert file.read_text() == "default: everything"
    file.unlink()
    write_env_file(folder)
    assert not file.exists()  # made again, it would open what the lost one closed


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("POSTGRES_PORT", "many", "POSTGRES_PORT must be a whole number, not 'many'"),
        ("DATA_END_DATE", "31.10.2026", "DATA_END_DATE must be a date like 2026-10-31"),
        ("AS_OF_DATE", "today", "AS_OF_DATE must be a date"),
        ("WAREHOUSE", "oracle", "WAREHOUSE must be one of auto, docker, embedded, external"),
        ("WAREHOUSE", "external", "needs DATABASE_URL"),
        ("GROSS_MARGIN", "80 %", "GROSS_MARGIN must be a share"),
        ("GROSS_MARGIN", "80", "between 0 and 1"),
    ],
)
def test_a_bad_value_is_one_line_that_names_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, key: str, value: str, says: str
) -> None:
    monkeypatch.setenv(key, value)
    with pytest.raises(TowerError, match=re.escape(says)) as caught:
        load_settings(folder)
    assert "\n" not in str(caught.value)


def test_a_line_without_an_equals_sign_is_named(folder: Path) -> None:
    (folder / ".env").write_text("SEED=1\n# fine\nNUM_ACCOUNTS 300\n")
    with pytest.raises(TowerError, match=r"\.env, line 3"):
        load_settings(folder)


def test_an_external_url_keeps_its_query_and_gives_the_reader_its_own_password(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE", "external")
    monkeypatch.setenv("DATABASE_URL", "postgresql://boss:p%40ss@db.example:6432/gtm?sslmode=require")
    monkeypatch.setenv("TOWER_READER_PASSWORD", "only:reads")
    settings = load_settings(folder)
    owner, reader = settings.owner(), settings.reader()
    assert (owner.username, owner.password, owner.host, owner.port) == ("boss", "p@ss", "db.example", 6432)
    assert (reader.username, reader.password, reader.database) == ("tower_reader", "only:reads", "gtm")
    assert reader.query["sslmode"] == "require"


def test_secrets_do_not_show_when_settings_are_printed(folder: Path) -> None:
    write_env_file(folder)
    settings = load_settings(folder)
    shown = repr(settings)
    assert settings.owner_password and settings.owner_password not in shown
    assert settings.reader_password not in shown
    assert settings.pgadmin_password not in shown


def test_alerts_that_tell_nobody_and_the_folders_of_a_refresh_are_made_and_kept(tmp_path: Path) -> None:
    for name in (".env.example", "alerts.example.yml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    write_env_file(tmp_path)
    assert (tmp_path / "alerts.yml").read_bytes() == (ROOT / "alerts.example.yml").read_bytes()
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("inbox", "archive")] == [0o777, 0o777]
    (tmp_path / "alerts.yml").write_text("rules: {}")
    write_env_file(tmp_path)
    assert (tmp_path / "alerts.yml").read_text() == "rules: {}"
