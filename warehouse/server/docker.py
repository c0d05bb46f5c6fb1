"""The compose stack as the home of the warehouse."""

from __future__ import annotations

import shutil
import subprocess

from warehouse.database import prepare_database
from warehouse.errors import TowerError
from warehouse.settings import Settings


def engine_answers() -> bool:
    """Whether a Docker engine with compose is there."""
    if not shutil.which("docker"):
        return False
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        try:
            if subprocess.run(command, capture_output=True, timeout=20, check=False).returncode != 0:
                return False
        except subprocess.TimeoutExpired:
            return False
    return True


def compose(settings: Settings, *arguments: str) -> None:
    """Run docker compose in the project's folder; its own progress is shown."""
    result = subprocess.run(["docker", "compose", *arguments], cwd=settings.root, check=False)
    if result.returncode != 0:
        raise TowerError(f"`docker compose {' '.join(arguments)}` failed; its last lines above say why")


def up(settings: Settings) -> str:
    """Start the postgres service and wait until it is healthy."""
    compose(settings, "up", "--detach", "--wait", "postgres")
    prepare_database(settings)
    return f"the postgres container runs on {settings.host}:{settings.port}"


def down(settings: Settings) -> str:
    """Stop every service; the data stay in their volumes."""
    compose(settings, "--profile", "*", "down")
    return "the containers are stopped; their volumes are kept"
