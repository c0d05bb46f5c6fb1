"""The new files take the old ones' place, also in a folder that cannot be moved, and never that of a file."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from data_gen.writer import Folder
from warehouse.errors import TowerError


def written(target: Path) -> list[str]:
    """Write one file into a folder that holds another; returns what is there then."""
    target.mkdir(exist_ok=True)
    (target / "old.csv").touch()
    with Folder(target) as folder:
        folder.write_text("new.csv", "new")
    return sorted(path.name for path in target.iterdir())


@pytest.mark.parametrize("kind", ["folder", "mount point", "mounted folder of the same disk"])
def test_the_new_files_replace_the_old_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    target, rename = tmp_path / "data", Path.rename

    def refuse(path: Path, to: Any) -> Path:
        if path == target:
            raise OSError(errno.EBUSY, "Device or resource busy")
        return rename(path, to)

    if kind != "folder":
        monkeypatch.setattr(Path, "rename", refuse)
    if kind == "mount point":
        monkeypatch.setattr(Path, "is_mount", lambda path: path == target)
    assert written(target) == ["new.csv"]
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_link_to_a_folder_stays_one(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "elsewhere")
    assert written(tmp_path / "data") == ["new.csv"] and (tmp_path / "data").is_symlink()


def test_a_file_in_its_place_is_kept(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine")
    with pytest.raises(TowerError, match="is a file, where a folder should be"), Folder(tmp_path / "data"):
        pass
    assert (tmp_path / "data").read_text() == "mine"
