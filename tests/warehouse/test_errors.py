"""What the machine lacks is one line that says what to do; any other error keeps its traceback."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from warehouse import connections
from warehouse.errors import NO_MEMORY, run_cli
from warehouse.url import DatabaseUrl


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "data"), "data: No space left on device; free some space"),
        (OSError(errno.EROFS, "Read-only file system", "data"), "data: Read-only file system; name a folder that can"),
        (OSError(errno.ESTALE, "Stale file handle"), "Stale file handle; its mount is gone; mount it again"),
        (MemoryError(), NO_MEMORY),
        (RuntimeError("can't start new thread"), NO_MEMORY),
    ],
)
def test_what_the_machine_lacks_is_one_line(error: Exception, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(SystemExit) as end:
        run_cli(fail)
    said = capsys.readouterr().err
    assert end.value.code == 1 and said.startswith(f"error: {line}") and said.count("\n") == 1


@pytest.mark.parametrize("error", [FileNotFoundError(errno.ENOENT, "No such file", "x"), RuntimeError("a mistake")])
def test_our_own_mistakes_keep_their_traceback(error: Exception) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        run_cli(fail)


def test_a_lost_env_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = DatabaseUrl("tower_owner", "x", "127.0.0.1", 15432, "tower")
    monkeypatch.setattr(connections, "ROOT", tmp_path)
    monkeypatch.delenv("TOWER_READER_PASSWORD", raising=False)
    for message in ("Connection refused", "password authentication failed"):
        assert "there is no .env: bring it back" in connections.explain(url, message)
    (tmp_path / ".env").touch()
    assert connections.explain(url, "Connection refused").endswith("run `make up`")
