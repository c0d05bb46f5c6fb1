"""What the machine lacks is one line that says what to do; any other error keeps its traceback."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from loader.__main__ import main as load
from warehouse import connections
from warehouse.__main__ import main as warehouse
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


@pytest.mark.parametrize(
    ("main", "words", "line"),
    [
        (load, "--mode mrge", "MODE=mrge is unknown; write one of MODE=replace, MODE=append, MODE=merge"),
        (load, "--dates ymd", "DATES=ymd is unknown; write one of DATES=dmy, DATES=mdy"),
        (load, "--from 2026", "FROM=2026 is no day; write FROM=2026-01-31"),
        (load, "--from 2026-02-30", "FROM=2026-02-30 is no day; write FROM=2026-01-31"),
        (load, "--max-rejects few", "MAX_REJECTS=few is no percentage from 0 to 100; write MAX_REJECTS=5"),
        (load, "--max-rejects 101", "MAX_REJECTS=101 is no percentage from 0 to 100; write MAX_REJECTS=5"),
        (load, "--max-rejects nan", "MAX_REJECTS=nan is no percentage from 0 to 100; write MAX_REJECTS=5"),
        (load, "rejects --run x", "RUN=x is no whole number; write RUN=2"),
        (warehouse, "rollback --to x", "TO=x is no whole number; write TO=2"),
    ],
)
def test_a_mistake_in_the_command_line_is_one_line_in_the_words_of_make(
    main: Callable[[], int], words: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["program", *words.split()])
    with pytest.raises(SystemExit) as end:
        run_cli(main)
    assert end.value.code == 1 and capsys.readouterr().err == f"error: {line}\n"
