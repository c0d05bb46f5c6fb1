"""Settings from `.env` and the environment, the environment first."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from warehouse.errors import TowerError

ROOT = Path(__file__).resolve().parent.parent
SECRETS = ("TOWER_OWNER_PASSWORD", "TOWER_READER_PASSWORD", "PGADMIN_PASSWORD")
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
    gross_margin: Decimal
    app_port: int
    pgadmin_port: int
    pgadmin_email: str
    pgadmin_password: str = field(repr=False)
    app_password: str = field(repr=False)
    access_file: Path

    def owner(self) -> URL:
        """SQLAlchemy URL of the role that builds the warehouse."""
        if self.warehouse == "external":
            return make_url(self.database_url).set(drivername="postgresql+psycopg2")
        return self._url("tower_owner", self.owner_password)

    def reader(self) -> URL:
        """SQLAlchemy URL of the role that may only read marts and scores."""
        if self.warehouse == "external":
            return self.owner().set(username="tower_reader", password=self.reader_password)
        return self._url("tower_reader", self.reader_password)

    @property
    def database_name(self) -> str:
        """The database of the warehouse, wherever it runs."""
        return str(self.owner().database)

    def owner_url(self) -> str:
        """The owner's URL as text, password included."""
        return self.owner().render_as_string(hide_password=False)

    def reader_url(self) -> str:
        """The reader's URL as text, password included."""
        return self.reader().render_as_string(hide_password=False)

    def _url(self, user: str, password: str) -> URL:
        return URL.create("postgresql+psycopg2", user, password, self.host, self.port, self.database)


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
    """Make `.env` from `.env.example` with random passwords, unless it is there; likewise access.yml from its example.

    Returns whether .env was made.
    """
    example, access = root / "access.example.yml", root / "access.yml"
    if example.exists() and not access.exists():
        access.write_bytes(example.read_bytes())
    target = root / ".env"
    if target.exists():
        return False
    lines = []
    for line in (root / ".env.example").read_text(encoding="utf-8").splitlines():
        key = line.partition("=")[0]
        lines.append(f"{key}={secrets.token_urlsafe(18)}" if key in SECRETS else line)
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    target.chmod(0o600)
    return True


def load_settings(root: Path = ROOT) -> Settings:
    """Read `.env` at the root of the project and the environment, which wins. Raises TowerError on a bad value."""
    values = read_env_file(root / ".env") | {k: v for k, v in os.environ.items() if v != ""}

    def text(key: str, default: str = "") -> str:
        return values.get(key) or default

    def number(key: str, default: int) -> int:
        try:
            return int(text(key, str(default)))
        except ValueError as error:
            raise TowerError(f"{key} must be a whole number, not {text(key)!r}; mend it in .env") from error

    def day(key: str, default: str) -> date:
        try:
            return date.fromisoformat(text(key, default))
        except ValueError as error:
            raise TowerError(f"{key} must be a date like 2026-10-31, not {text(key)!r}; mend it in .env") from error

    mode = text("WAREHOUSE", "auto")
    if mode not in MODES:
        raise TowerError(f"WAREHOUSE must be one of {', '.join(MODES)}, not {mode!r}; mend it in .env")
    if mode == "external" and not text("DATABASE_URL"):
        raise TowerError("WAREHOUSE=external needs DATABASE_URL=postgresql://owner:password@host:port/database in .env")
    try:
        margin = Decimal(text("GROSS_MARGIN", "0.80"))
    except InvalidOperation as error:
        raise TowerError(f"GROSS_MARGIN must be a share such as 0.80, not {text('GROSS_MARGIN')!r}") from error
    if not 0 < margin <= 1:
        raise TowerError(f"GROSS_MARGIN must lie between 0 and 1, not {margin}")
    data_dir, access_file = Path(text("DATA_DIR", "data")), Path(text("ACCESS_FILE", "access.yml"))
    return Settings(
        root=root,
        warehouse=mode,
        host=text("POSTGRES_HOST", "127.0.0.1"),
        port=number("POSTGRES_PORT", 15432),
        database=text("POSTGRES_DB", "tower"),
        owner_password=text("TOWER_OWNER_PASSWORD"),
        reader_password=text("TOWER_READER_PASSWORD"),
        database_url=text("DATABASE_URL"),
        data_dir=data_dir if data_dir.is_absolute() else root / data_dir,
        start_date=day("DATA_START_DATE", "2025-05-01"),
        end_date=day("DATA_END_DATE", "2026-10-31"),
        num_accounts=number("NUM_ACCOUNTS", 2000),
        seed=number("SEED", 42),
        scenario=text("SCENARIO", "default"),
        as_of_date=day("AS_OF_DATE", "") if text("AS_OF_DATE") else None,
        gross_margin=margin,
        app_port=number("APP_PORT", 8501),
        pgadmin_port=number("PGADMIN_PORT", 8080),
        pgadmin_email=text("PGADMIN_EMAIL", "admin@example.com"),
        pgadmin_password=text("PGADMIN_PASSWORD"),
        app_password=text("APP_PASSWORD"),
        access_file=access_file if access_file.is_absolute() else root / access_file,
    )
