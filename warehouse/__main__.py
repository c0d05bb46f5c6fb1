"""`python -m warehouse`: start, stop and look into the warehouse."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from rich.console import Console

from warehouse.arguments import whole
from warehouse.errors import TowerError, run_cli
from warehouse.settings import ROOT, Settings, load_settings, write_env_file


def main() -> int:
    """Parse the command line and run one command; what a command needs is loaded for it alone."""
    arguments = read_arguments()
    out = Console(soft_wrap=True, highlight=False)
    if arguments.command == "env":
        if write_env_file():
            out.print("made .env with random passwords")
            if (ROOT / ".warehouse" / ".initialised").exists():
                out.print(
                    "warning: .warehouse has the passwords and the port of an earlier .env: bring that back, "
                    "or remove .warehouse and run `make all`"
                )
        return 0
    settings = load_settings()
    if arguments.command == "psql":
        return open_psql(settings, arguments.owner, arguments.rest)
    if arguments.command == "pgadmin":
        from warehouse import pgadmin

        out.print(pgadmin.start(settings) if arguments.action == "start" else pgadmin.stop(settings))
    elif arguments.command == "access":
        show_access(settings, out)
    elif arguments.command in ("backup", "restore"):
        from warehouse import backup

        if arguments.command == "backup":
            out.print(backup.backup(settings, arguments.file), markup=False)
        else:
            if arguments.force and (said := backup.warning(settings)):
                out.print(said, markup=False)
            out.print(backup.restore(settings, arguments.file, arguments.force), markup=False)
    elif arguments.command == "publish":
        from warehouse import publication
        from warehouse.dbt import restate, target_path
        from warehouse.plausibility import gate
        from warehouse.results import Results

        if not arguments.force or not arguments.why:
            raise TowerError('`make dbt-test` publishes what passes; `make publish FORCE=1 WHY="…"` what did not')
        target = target_path(settings)
        is_new_start = gate.judge(settings, target).is_new_start
        number = publication.publish(settings, Results(), arguments.why, is_new_start, target)
        restate(settings)
        out.print(f"publication {number} is shown, with the reason on every page")
    elif arguments.command == "clock":
        from warehouse import clock

        out.print(clock.take_back(settings))
    elif arguments.command == "rollback":
        from warehouse import publication
        from warehouse.connections import owner_connection

        number = publication.rollback(settings, arguments.to)
        with owner_connection(settings) as connection, connection.cursor() as cursor:
            out.print(f"publication {number} is shown again; {publication.room(cursor)}")
    else:
        from warehouse import server

        actions = {"up": server.up, "down": server.down, "status": server.status}
        out.print(actions[arguments.command](settings))
    return 0


def read_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m warehouse", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("env", help="make .env with random passwords if it is missing")
    commands.add_parser("up", help="start the warehouse (again)")
    commands.add_parser("down", help="stop the warehouse and keep its data")
    commands.add_parser("access", help="say who may see what, once access.yml is in force")
    force = commands.add_parser("publish", help="show the candidate, though it has not passed")
    force.add_argument("--force", action="store_true")
    force.add_argument("--why", help="the reason, which stands on every page")
    back = commands.add_parser("rollback", help="show an earlier publication again")
    back.add_argument("--to", type=whole("TO"), help="its number; else the one before")
    commands.add_parser("clock", help="let times that were recorded ahead of the clock be of now")
    commands.add_parser("status", help="say where it runs and what is loaded")
    saving = commands.add_parser(
        "backup", help="write raw, ops, the history of accounts and the settings into one file"
    )
    saving.add_argument("--file", type=Path, help="where to (backups/<company>-<UTC time>.dump)")
    restoring = commands.add_parser("restore", help="put a backup into an empty warehouse; then build the marts")
    restoring.add_argument("file", type=Path)
    restoring.add_argument("--force", action="store_true", help="replace all that a filled warehouse holds")
    psql = commands.add_parser("psql", help="open psql as reader (--owner: as owner)")
    psql.add_argument("--owner", action="store_true")
    psql.add_argument("rest", nargs="*", help="arguments for psql, after --")
    admin = commands.add_parser("pgadmin", help="start (or stop) pgAdmin with the warehouse registered")
    admin.add_argument("action", nargs="?", choices=("start", "stop"), default="start")
    return parser.parse_args()


def show_access(settings: Settings, out: Console) -> None:
    """Bring the roles in line with access.yml, and print whom it names."""
    from warehouse.access import read_access
    from warehouse.database import prepare_database

    prepare_database(settings)
    access = read_access(settings.access_file)
    for email, scope in access.users.items():
        out.print(f"{email}: {scope.describe()}")
    others = access.default.describe() if access.default else "everything without OpenID Connect, refused with it"
    out.print(f"everybody else: {others}")


def open_psql(settings: Settings, as_owner: bool, rest: list[str]) -> int:
    """Replace this process by psql."""
    from warehouse.server.binaries import psql

    url = settings.owner() if as_owner else settings.reader()
    where = ["-h", str(url.host), "-p", str(url.port), "-U", str(url.username), "-d", str(url.database)]
    os.execve(psql(), ["psql", *where, *rest], os.environ | {"PGPASSWORD": str(url.password or "")})


if __name__ == "__main__":
    run_cli(main)
