"""Whatever is done to a file: no traceback, no hang, and every row of it is loaded or kept as rejected.

FUZZ_EXAMPLES sets how many files are made (40; thousands for a long run).
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_gen.generate import generate
from data_gen.plan import Plan
from loader.loaded import Loaded
from loader.write.rejected import export_rejects, harmless
from tests.loader.box import Box, make_box
from warehouse.connections import owner_connection
from warehouse.errors import TowerError
from warehouse.settings import load_settings

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
Change = Callable[[bytes], bytes]
NASTY = [
    b"=cmd|' /C calc'!A0",
    b"+1+1",
    b"@SUM(A1)",
    b"-2+3",
    b'"',
    b'""',
    b"'",
    b"\0",
    b"\r",
    b"\n",
    b"\r\n",
    b",",
    b";",
]
NASTY += [
    b"\xff",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\xc3",
    "é\u2028".encode(),
    b"NULL",
    b"\\N",
    b"infinity",
    b"NaN",
    b"\\.",
]
NASTY += [
    b"9" * 400,
    b"x" * 70_000,
    b"y" * 1_200_000,
    b"0001-01-01",
    b"99999-01-01",
    b"1e400",
    b"{}",
    b"%s",
    b"\x1a",
    b"]]>",
]


@pytest.fixture(scope="module")
def box(server: dict[str, str]) -> Box:
    """A warehouse for this module."""
    return make_box(server, "tower_fuzz")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few small tables; users.csv is spoiled again and again."""
    made = tmp_path_factory.mktemp("fuzz")
    generate(Plan(30, 3, date(2026, 1, 1), date(2026, 3, 31)), made / "all")
    for name in ("crm/accounts.csv", "product/users.csv", "support/tickets.csv"):
        (made / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (made / "data" / name).write_bytes((made / "all" / name).read_bytes())
    return made / "data"


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """One thing that happens to a file."""
    kind = draw(
        st.sampled_from(["cut", "insert", "field", "swap", "line", "columns", "encode", "noise", "newlines", "all"])
    )
    a, b = draw(st.floats(0, 1)), draw(st.floats(0, 1))
    nasty = draw(st.one_of(st.sampled_from(NASTY), st.binary(max_size=30)))
    codec = draw(st.sampled_from(["utf-16", "utf-16-be", "cp1252", "utf-8-sig", "utf-32", "cp037"]))

    def place(data: bytes, share: float) -> int:
        return int(share * len(data))

    def change(data: bytes) -> bytes:
        lines = data.split(b"\n")
        row, other = int(a * (len(lines) - 1)), int(b * (len(lines) - 1))
        if kind == "cut":
            return data[: place(data, a)] if b < 0.5 else data[place(data, a) :]
        if kind == "insert":
            return data[: place(data, a)] + nasty + data[place(data, a) :]
        if kind == "field":
            fields = lines[row].split(b",")
            fields[int(b * (len(fields) - 1))] = nasty
            lines[row] = b",".join(fields)
        elif kind == "swap":
            fields = lines[row].split(b",")
            lines[row] = b",".join(fields[::-1])
        elif kind == "line":
            lines[row], lines[other] = lines[other], lines[other]
        elif kind == "columns":
            lines = [b",".join(line.split(b",")[::-1]) if b < 0.5 else line + b"," + nasty for line in lines]
        elif kind == "encode":
            return data.decode("utf-8", "replace").encode(codec, "replace")
        elif kind == "noise":
            return data[: place(data, a)] + nasty * 20 + data[place(data, max(a, b)) :]
        elif kind == "newlines":
            return data.replace(b"\n", b"\r" if a < 0.3 else b"\r\n" if a < 0.6 else b"\n\n")
        else:
            return nasty
        return b"\n".join(lines)

    return change


def check(box: Box, folder: Path, name: str, data: bytes, original: bytes) -> None:
    """Load the folder with one file's content replaced; every untouched row must be found again."""
    (folder / name).write_bytes(data)
    try:
        done: Loaded = box.load(folder, max_rejects=1.0)
    except TowerError as error:
        assert "nothing was changed" in str(error).lower() or ";" in str(error)
        return
    finally:
        (folder / name).write_bytes(original)
    if done.problems:
        assert any(outcome.is_refused for outcome in done.outcomes)
        return
    table = name.removesuffix(".csv").replace("/", "_")
    key = box.rows(
        f"select column_name from information_schema.columns where table_name = '{table}' order by ordinal_position"
    )
    loaded = {row[0] for row in box.rows(f"select {key[0][0]} from raw.{table}")}
    kept = "\n".join(
        row[0] for row in box.rows(f"select raw_text from ops.rejected_rows where load_run_id = {done.run}")
    )
    standing = set(data.split(b"\n"))
    for line in original.split(b"\n")[1:]:
        identity = line.split(b",")[0].decode().strip('"')
        if line and line in standing:
            assert identity in loaded or identity in kept, f"{identity} is lost"
    out = folder.parent / "mend"
    if any(outcome.rejected for outcome in done.outcomes):
        with owner_connection(replace(load_settings(), warehouse="external", database_url=box.url)) as connection:
            export_rejects(connection, done.run, out)
        assert all(not line.startswith(("=", "+", "-", "@")) for line in (out / "reasons.csv").read_text().split("\n"))


@pytest.fixture(autouse=True, scope="module")
def short_beginning() -> Iterator[None]:
    """Small files, too, shall turn out other than they begin."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("loader.files.notation.BEGINNING", 10)
        yield


FUZZ = settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
    derandomize="FUZZ_EXAMPLES" not in os.environ,
)


@pytest.mark.timeout(600 + 5 * EXAMPLES)
@FUZZ
@given(
    name=st.sampled_from(["product/users.csv", "support/tickets.csv"]), many=st.lists(changes(), min_size=1, max_size=4)
)
def test_no_spoiled_file_breaks_the_loader_or_loses_a_row(
    box: Box, folder: Path, name: str, many: list[Change]
) -> None:
    original = (folder / name).read_bytes()
    data = original
    for change in many:
        data = change(data)[:4_000_000]
    check(box, folder, name, data, original)


@settings(FUZZ, max_examples=max(5, EXAMPLES // 8))
@given(data=st.binary(max_size=2000), share=st.floats(0, 1), packed=st.booleans())
def test_random_bytes_and_broken_archives_are_refused_in_words(
    box: Box, folder: Path, data: bytes, share: float, packed: bool
) -> None:
    content = gzip.compress(data + b"x" * 100)
    name = "product/users.csv.gz" if packed else "product/users-2.parquet"
    (folder / name).write_bytes(content[: int(share * len(content))] if packed else b"PAR1" + data)
    try:
        done = box.load(folder, max_rejects=1.0)
        assert done.run or done.problems
    except TowerError as error:
        assert str(error)
    finally:
        (folder / name).unlink()


def test_formulas_are_made_harmless_in_what_is_written_about_rows() -> None:
    assert [harmless(text) for text in ("=1+1", "@A", "plain")] == ["'=1+1", "'@A", "plain"]
