"""`python -m warehouse`: start, stop and look into the warehouse."""

from __future__ import annotations

import argparse
import os
import shutil

from rich.console import Console

from warehouse import pgadmin, server
from warehouse.access import read_access
from warehouse.connections import prepare_database
from warehouse.embedded import EmbeddedServer
from warehouse.errors import TowerError, run_cli
from warehouse.settings import Settings, load_settings, write_env_file


def main() -> int:
    """Parse the command line and run one command."""
    parser = argparse.ArgumentParser(prog="python -m warehouse", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("env", help="make .env with random passwords if it is missing")
    commands.add_parser("up", help="start the warehouse (again)")
    commands.add_parser("down", help="stop the warehouse and keep its data")
    commands.add_parser("access", help="say who may see what, once access.yml is in force")
    commands.add_parser("status", help="say where it runs and what is loaded")
    psql = commands.add_parser("psql", help="open psql as reader (--owner: as owner)")
    psql.add_argument("--owner", action="store_true")
    psql.add_argument("rest", nargs="*", help="arguments for psql, after --")
    admin = commands.add_parser("pgadmin", help="start (or stop) pgAdmin with the warehouse registered")
    admin.add_argument("action", nargs="?", choices=("start", "stop"), default="start")
    arguments = parser.parse_args()
    out = Console(soft_wrap=True, highlight=False)
    if arguments.command == "env":
        if write_env_file():
            out.print("made .env with random passwords")
        return 0
    settings = load_settings()
    if arguments.command == "psql":
        return open_psql(arguments.owner, arguments.rest)
    if arguments.command == "pgadmin":
        out.print(pgadmin.start(settings) if arguments.action == "start" else pgadmin.stop(settings))
        return 0
    if arguments.command == "access":
        return show_access(settings, out)
    actions = {"up": server.up, "down": server.down, "status": server.status}
    out.print(actions[arguments.command](settings))
    return 0


def show_access(settings: Settings, out: Console) -> int:
    """Bring the roles in line with access.yml, and print whom it names."""
    prepare_database(settings)
    access = read_access(settings.access_file)
    for email, scope in access.users.items():
        out.print(f"{email}: {scope.describe()}")
    others = access.default.describe() if access.default else "everything without OpenID Connect, refused with it"
    out.print(f"everybody else: {others}")
    return 0


def psql_program(settings: Settings) -> str:
    """The psql on the PATH, or the one that the embedded server brings. Raises TowerError when there is none."""
    program = shutil.which("psql") or str(EmbeddedServer(settings)._binaries() / "psql")
    if not os.access(program, os.X_OK):
        raise TowerError("psql is not installed; install PostgreSQL's client")
    return program


def open_psql(as_owner: bool, rest: list[str]) -> int:
    """Replace this process by psql."""
    settings = load_settings()
    url = settings.owner() if as_owner else settings.reader()
    program = psql_program(settings)
    environment = os.environ | {"PGPASSWORD": str(url.password or "")}
    os.execve(
        program,
        ["psql", "-h", str(url.host), "-p", str(url.port), "-U", str(url.username), "-d", str(url.database), *rest],
        environment,
    )


if __name__ == "__main__":
    run_cli(main)
