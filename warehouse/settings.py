"""Settings from `.env` and the environment, the environment first."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from warehouse.errors import TowerError
from warehouse.url import DatabaseUrl

ROOT = Path(__file__).resolve().parent.parent
SECRETS = ("TOWER_OWNER_PASSWORD", "TOWER_READER_PASSWORD", "PGADMIN_PASSWORD")
GIVEN_AS_FILES = (*SECRETS, "APP_PASSWORD")  # to the containers
MODES = ("auto", "docker", "embedded", "external")


@dataclass(frozen=True)
class Settings:
    """Everything that can be set, typed. Defaults live in `.env.example` and here, nowhere else."""

    root: Path
    warehouse: str
    host: str
    port: int
    database: str
    owner_password: str = field(repr=False)
    reader_password: str = field(repr=False)
    database_url: str = field(repr=False)
    data_dir: Path
    start_date: date
    end_date: date
    num_accounts: int
    seed: int
    scenario: str
    as_of_date: date | None
    gross_margin: Decimal | None
    company_file: Path | None
    app_port: int
    pgadmin_port: int
    pgadmin_email: str
    pgadmin_password: str = field(repr=False)
    app_password: str = field(repr=False)
    access_file: Path
    publications_kept: int
    inbox: Path
    insights_file: Path
    alerts_file: Path
    refresh_schedule: str

    def owner(self) -> DatabaseUrl:
        """Address of the role that builds the warehouse."""
        if self.warehouse != "external":
            return self._url("tower_owner", self.owner_password)
        url = DatabaseUrl.parse(self.database_url)
        is_reader = url.username == "tower_reader"
        return url if url.password else url.set(password=self.reader_password if is_reader else self.owner_password)

    def reader(self) -> DatabaseUrl:
        """Address of the role that may only read marts and scores."""
        if self.warehouse == "external":
            return self.owner().set(username="tower_reader", password=self.reader_password)
        return self._url("tower_reader", self.reader_password)

    @property
    def database_name(self) -> str:
        """The database of the warehouse, wherever it runs."""
        return str(self.owner().database)

    def _url(self, user: str, password: str) -> DatabaseUrl:
        return DatabaseUrl(user, password, self.host, self.port, self.database)


def read_env_file(path: Path) -> dict[str, str]:
    """Parse KEY=value lines; comments and blank lines are skipped, quotes around a value removed."""
    values: dict[str, str] = {}
    if not path.exists():
        return values
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        key, separator, value = line.partition("=")
        if not separator:
            raise TowerError(f"{path.name}, line {number}: expected KEY=value, found {line!r}")
        values[key.strip()] = value.split(" #")[0].strip().strip("'\"")
    return values


def write_env_file(root: Path = ROOT) -> bool:
    """Make `.env` from its example with random passwords, unless it is there; likewise access.yml, once; alerts.yml.

    The passwords lie beside them as files, for the containers. Returns whether .env was made.
    """
    _write_access_file(root)
    _write_alerts_file(root)
    target = root / ".env"
    is_new = not target.exists()
    if is_new:
        _write_example(root, target)
    _write_secrets(root)
    return is_new


def _write_example(root: Path, target: Path) -> None:
    lines = []
    for line in (root / ".env.example").read_text(encoding="utf-8").splitlines():
        key = line.partition("=")[0]
        lines.append(f"{key}={secrets.token_urlsafe(18)}" if key in SECRETS else line)
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    target.chmod(0o600)


def _write_secrets(root: Path) -> None:
    """Write the passwords of `.env` into files that compose gives to the containers, in a folder that is ours alone."""
    if "TOWER_SECRETS" not in read_env_file(root / ".env"):
        _append(root / ".env", "TOWER_SECRETS=.run/secrets")  # an earlier version made it
    values = Values(read_env_file(root / ".env"))
    folder = values.path("TOWER_SECRETS", ".run/secrets", root)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for key in GIVEN_AS_FILES:
        file = folder / key.lower()
        file.unlink(missing_ok=True)
        file.write_text(values.text(key), encoding="utf-8")
        file.chmod(0o444)  # a container's user is another one than ours


def _append(file: Path, line: str) -> None:
    """Add a line to the end of a file."""
    text = file.read_text(encoding="utf-8")
    with file.open("a", encoding="utf-8") as end:
        end.write(("" if text.endswith("\n") or not text else "\n") + line + "\n")


def _write_alerts_file(root: Path) -> None:
    """Make alerts.yml from its example, which tells nobody, and what a refresh moves files between."""
    example, alerts = root / "alerts.example.yml", root / "alerts.yml"
    if example.exists() and not alerts.exists():
        alerts.write_bytes(example.read_bytes())
    for folder in (root / "inbox", root / "archive"):
        if not folder.exists():
            folder.mkdir()
            folder.chmod(0o777)  # the container of the refresh is another user


def _write_access_file(root: Path) -> None:
    """Make access.yml from its example the first time only: made again, it would open what the lost one closed."""
    example, access, made = root / "access.example.yml", root / "access.yml", root / ".run" / "access.made"
    if made.exists() or not example.exists():
        return
    if not access.exists():
        access.write_bytes(example.read_bytes())
    made.parent.mkdir(exist_ok=True)
    made.touch()


class Values:
    """The settings as text, and the readers of each kind of value. They raise TowerError that says what to mend."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts

    def text(self, key: str, default: str = "") -> str:
        """As it stands; the default where it is missing or empty."""
        return self.texts.get(key) or default

    def number(self, key: str, default: int, least: int = 0) -> int:
        """A whole number, not below `least`."""
        try:
            found = int(self.text(key, str(default)))
        except ValueError as error:
            raise TowerError(f"{key} must be a whole number, not {self.text(key)!r}; mend it in .env") from error
        if found < least:
            raise TowerError(f"{key} must be {least} or more, not {found}; mend it in .env")
        return found

    def day(self, key: str, default: str) -> date:
        """A date like 2026-10-31."""
        given = self.text(key, default)
        try:
            return date.fromisoformat(given)
        except ValueError as error:
            raise TowerError(f"{key} must be a date like 2026-10-31, not {given!r}; mend it in .env") from error

    def share(self, key: str) -> Decimal:
        """A part of one."""
        try:
            found = Decimal(self.text(key))
        except InvalidOperation as error:
            raise TowerError(f"{key} must be a share such as 0.80, not {self.text(key)!r}") from error
        if not 0 < found <= 1:
            raise TowerError(f"{key} must lie between 0 and 1, not {found}")
        return found

    def path(self, key: str, default: str, root: Path) -> Path:
        """A file or folder; a relative one lies below root."""
        found = Path(self.text(key, default))
        return found if found.is_absolute() else root / found

    def mode(self) -> str:
        """Where PostgreSQL runs."""
        mode = self.text("WAREHOUSE", "auto")
        if mode not in MODES:
            raise TowerError(f"WAREHOUSE must be one of {', '.join(MODES)}, not {mode!r}; mend it in .env")
        if mode == "external" and not self.text("DATABASE_URL"):
            raise TowerError(
                "WAREHOUSE=external needs DATABASE_URL=postgresql://owner:password@host:port/database in .env"
            )
        return mode


def _secret(key: str, path: str) -> str:
    """A password from the file that KEY_FILE names. Raises TowerError when it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise TowerError(f"{key}_FILE: {path} cannot be read: {error.strerror}; run `make setup`") from error


def load_settings(root: Path = ROOT) -> Settings:
    """Read `.env` at the root of the project and the environment, which wins. Raises TowerError on a bad value."""
    given = {k: v for k, v in os.environ.items() if v != ""}
    files = {key: _secret(key, given[f"{key}_FILE"]) for key in GIVEN_AS_FILES if f"{key}_FILE" in given}
    values = Values(read_env_file(root / ".env") | files | given)
    return Settings(
        root=root,
        warehouse=values.mode(),
        host=values.text("POSTGRES_HOST", "127.0.0.1"),
        port=values.number("POSTGRES_PORT", 15432),
        database=values.text("POSTGRES_DB", "tower"),
        owner_password=values.text("TOWER_OWNER_PASSWORD"),
        reader_password=values.text("TOWER_READER_PASSWORD"),
        database_url=values.text("DATABASE_URL"),
        data_dir=values.path("DATA_DIR", "data", root),
        start_date=values.day("DATA_START_DATE", "2025-05-01"),
        end_date=values.day("DATA_END_DATE", "2026-10-31"),
        num_accounts=values.number("NUM_ACCOUNTS", 2000),
        seed=values.number("SEED", 42),
        scenario=values.text("SCENARIO", "default"),
        as_of_date=values.day("AS_OF_DATE", "") if values.text("AS_OF_DATE") else None,
        gross_margin=values.share("GROSS_MARGIN") if values.text("GROSS_MARGIN") else None,
        company_file=values.path("COMPANY_FILE", "", root) if values.text("COMPANY_FILE") else None,
        app_port=values.number("APP_PORT", 8501),
        pgadmin_port=values.number("PGADMIN_PORT", 8080),
        pgadmin_email=values.text("PGADMIN_EMAIL", "admin@example.com"),
        pgadmin_password=values.text("PGADMIN_PASSWORD"),
        app_password=values.text("APP_PASSWORD"),
        access_file=values.path("ACCESS_FILE", "access.yml", root),
        publications_kept=values.number("PUBLICATIONS_KEPT", 3, least=2),
        inbox=values.path("INBOX", "inbox", root),
        insights_file=values.path("INSIGHTS_FILE", "INSIGHTS.md", root),
        alerts_file=values.path("ALERTS_FILE", "alerts.yml", root),
        refresh_schedule=values.text("REFRESH_SCHEDULE", "0 6 * * *"),
    )
