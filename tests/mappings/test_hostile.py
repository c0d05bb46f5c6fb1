"""A mapping that somebody shares can do nothing but map: whatever stands in it is refused in a line, or harmless."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp

import duckdb
import pytest

from company.contract import read_contract
from loader.duck import judge, open_scratch
from loader.load import load
from loader.loaded import Options
from loader.mapping.coverage import cover
from loader.mapping.expressions import AGGREGATES, OPERATORS, SCALAR, parse_expression
from loader.mapping.reader import read_mapping
from loader.mapping.source import MappedSource
from loader.sql import run
from warehouse.errors import TowerError
from warehouse.settings import ROOT

TABLES = read_contract(ROOT / "dbt")
ACCOUNTS = [table for table in TABLES if table.key == "crm.accounts"]
SECRET = "root-of-all-secrets"
MAPPED = "[(1, ("  # what `use` says when a row came out
GOOD = """title: {title}
files:
  {alias}:
    match: {match}
    names: {{name: {other}, {own}: other_name}}
    types: {{created: {kind}, {typed}: number}}
lookups:
  {lookup}:
    from: {from_}
    per: {per}
    where: {lookup_where}
    columns: {{{looked_column}: {aggregate}}}
tables:
  crm.accounts:
    from: {from_}
    join: {{{joined}: {join_key}}}
    where: {where}
    one_per: {one_per}
    newest: {newest}
    columns:
      account_id: {expression}
      account_name: {{sql: {inner}, values: {{{value_key}: {value}}}, otherwise: {otherwise}, default: {default}}}
      segment: {{constant: SMB}}
      industry: {{constant: {constant}}}
      country: {{constant: Unknown}}
      region: {{constant: Europe}}
      acquisition_channel: {{constant: Unknown}}
      {column}: created
      status: {{constant: {word}}}
absent:
  {absent}: {why}
"""
PLACES = {
    "title": "T",
    "alias": "a",
    "match": "a*",
    "other": "full_name",
    "own": "email",
    "kind": "date",
    "typed": "seats",
    "lookup": "held",
    "per": "id",
    "lookup_where": "id is not null",
    "looked_column": "most",
    "aggregate": "max(seats)",
    "from_": "a",
    "joined": "held",
    "join_key": "id",
    "where": "id is not null",
    "one_per": "id",
    "newest": "created",
    "expression": "id",
    "inner": "name",
    "value_key": "x",
    "value": "X",
    "otherwise": "Y",
    "default": "Z",
    "constant": "Unknown",
    "column": "created_at",
    "word": "customer",
    "absent": "crm.deals",
    "why": "there are none",
}
PAYLOADS = {
    "a name that ends": 'x"; copy (select 1 as "{secret}") to \'{out}/evil.py\' (format csv); --',
    "a name within a table": "x\" varchar); copy (select 1) to '{out}/evil.csv'; create table y (\"z",
    "a name within what is judged": "x\"); copy (select 1) to '{out}/evil.csv'; select * from (select 1 as \"z",
    "a name within a struct": (
        'x" int)) as "q"); copy (select 1) to \'{out}/evil.csv\'; select * from (select cast(null as struct("z'
    ),
    "a name of a table": "x\" (a int); copy (select 1) to '{out}/evil.csv'; create table \"y",
    "a string that ends": "x'; attach '{out}/evil.db'; --",
    "a string within a call": "%d'), (select content from read_text('{secret}')), ('",
    "a query": "(select content from read_text('{secret}'))",
    "a file as a table": "id from '{secret}'",
    "brackets that close": "1) from read_text('{secret}') where (1=1",
    "an alias": "id, (select content from read_text('{secret}')) as y",
    "a setting": "current_setting('temp_directory')",
    "a statement": "id; copy (select 1) to '{out}/evil.csv'",
    "a file function": "read_text('{secret}')",
    "dollars": "$$x$$; copy (select 1) to '{out}/evil.csv'",
    "a comment": "id /* ",
    "a parameter": "$1",
    "letters that are none": "x\\0\\u0007; drop",
    "another folder": "../outside/*",
    "a list": "[a, b]",
    "a map": "{a: b}",
    "nothing": "",
}


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A folder with data, a secret beside it, and the good mapping."""
    for name in ("data", "outside", "scratch", "load"):
        (tmp_path / name).mkdir()
    (tmp_path / "data/a.csv").write_text("id,name,email,created,seats\nA-1,Ann,a@b.c,2026-01-01,3\n")
    (tmp_path / "outside/secret.csv").write_text(f"id,name\n{SECRET},{SECRET}\n")
    (tmp_path / "m.yml").write_text(GOOD.format(**PLACES))
    return tmp_path


def quoted(text: str) -> str:
    """A text as YAML writes it, unless it is a list, a map or nothing."""
    if text in ("", PAYLOADS["a list"], PAYLOADS["a map"]):
        return text or "~"
    return '"' + text.replace('"', '\\"') + '"'


def mapping_with(world: Path, payload: str, *places: str) -> Path:
    """A mapping that has the payload in these places."""
    text = PAYLOADS[payload].replace("{secret}", str(world / "outside/secret.csv"))
    text = quoted(text.replace("{out}", str(world / "outside")))
    also = [{"alias": "from_", "lookup": "joined"}.get(place, place) for place in places]  # a name is used where made
    path = world / "m.yml"
    path.write_text(GOOD.format(**PLACES | dict.fromkeys([*places, *also], text)))
    return path


def use(world: Path, path: Path) -> str:
    """Everything that is ever done with a mapping; returns all that it says."""
    mapping = read_mapping(str(path), TABLES)
    scratch, empty = (Path(mkdtemp(dir=world / name)) for name in ("scratch", "load"))
    try:
        said = repr(cover(MappedSource(world / "data", ACCOUNTS, scratch, [mapping]), ACCOUNTS))
        options = Options(world / "data", mappings=(mapping,))
        done = load(None, ACCOUNTS, options, empty, lambda *_: None)
        return said + repr([(outcome.rows, outcome.notes, outcome.problems) for outcome in done.outcomes])
    except duckdb.Error as error:
        return str(error)


def refusal(path: Path) -> str:
    """Why a mapping is not taken, a line for each reason with its place; empty when it is."""
    try:
        read_mapping(str(path), TABLES)
        return ""
    except TowerError as error:
        first, *others = str(error).split("\n")
        assert re.match(r"(the mapping )?m\.yml", first), first
        assert all(re.match(r"  m\.yml:\d+: ", line) for line in others), others
        return str(error)


def used(world: Path, payload: str, places: list[str]) -> list[str]:
    """What is said when the payload stands in places that take it: in all at once, if a row comes out of that."""
    if not refusal(path := mapping_with(world, payload, *places)) and MAPPED in (said := use(world, path)):
        return [said]
    return [use(world, mapping_with(world, payload, place)) for place in places]  # one may hide what another does


def files_of(folder: Path) -> set[str]:
    """Every file below a folder, but for those that a load may make."""
    return {
        p.relative_to(folder).as_posix()
        for p in folder.rglob("*")
        if p.relative_to(folder).parts[0] not in ("scratch", "load")
    }


def test_the_mapping_is_good_where_nothing_hostile_stands(world: Path) -> None:
    assert MAPPED in use(world, world / "m.yml")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_that_stands_in_a_mapping_runs(payload: str, world: Path) -> None:
    """Every place is read with the payload in it, and used when that is no mistake."""
    files, here = files_of(world), set(Path.cwd().iterdir())
    said, taken = [], []
    for place in PLACES:
        said.append(refusal(mapping_with(world, payload, place)))
        taken += [] if said[-1] else [place]
        assert files_of(world) == files and set(Path.cwd().iterdir()) == here, place
    assert len(taken) < len(PLACES) / 2
    said += used(world, payload, [place for place in taken if place != "match"])
    said += used(world, payload, [place for place in taken if place == "match"])  # no file: nothing else would run
    assert not [text for text in said if SECRET in text]
    assert files_of(world) == files and set(Path.cwd().iterdir()) == here
    made = {p.suffix for p in (*(world / "scratch").rglob("*"), *(world / "load").rglob("*"))}
    assert made <= {"", ".duckdb", ".wal", ".parquet", ".tmp"}


ALIASES = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)
DOCUMENTS: dict[str, tuple[str | bytes, str]] = {
    "aliases that stand for a billion": (ALIASES, "m.yml:6: more than 100,000 values"),
    "thousands of aliases": ("a: &a {b: c}\ntitle: [" + "*a, " * 60_000 + "]\n", "m.yml:2: more than 100,000 values"),
    "brackets": ("title: " + "[" * 3000 + "]" * 3000, "m.yml:1: nested more than 20 times"),
    "braces that do not close": ("title: " + "{a: " * 3000, "m.yml:1: nested more than 20 times"),
    "indents": ("".join(" " * n + "a:\n" for n in range(300)), "m.yml:21: nested more than 20 times"),
    "an alias of itself": ("title: &a [*a]\n", "m.yml:1: *a stands inside of what it names"),
    "an unknown alias": ("title: *a\n", "m.yml:1: "),
    "a tag that runs": (
        "title: !!python/object/apply:os.system ['touch evil']\n",
        "m.yml:1: the tag tag:yaml.org,2002:python",
    ),
    "a tag for a name": ("title: !!python/name:os.system\n", "m.yml:1: the tag"),
    "a tag of ours": ("title: !include /etc/passwd\n", "m.yml:1: the tag !include is not allowed here"),
    "a day that is none": ("title: 2026-02-30\n", "m.yml:1: '2026-02-30' cannot be read"),
    "a number too long": ("title: " + "9" * 5000 + "\n", "m.yml:1: "),
    "a half character": ('title: "\\ud800"\n', "m.yml:1: "),
    "a NUL": ('title: "\\0"\n', "m.yml:1: "),
    "two documents": ("a: b\n---\nc: d\n", "m.yml:"),
    "a list": ("- a\n- b\n", "m.yml:1: a mapping must have the keys"),
    "a text": ("a\n", "m.yml:1: a mapping must have the keys"),
    "nothing": ("", "m.yml:1: a mapping must have the keys"),
    "a key that is a list": ("? [a, b]\n: c\n", "m.yml:1: "),
    "a merge of a text": ("title: {<<: a}\n", "m.yml:1: << takes a map"),
    "a million letters": ("title: " + "x" * 1_000_001, "m.yml: longer than 1,000,000 bytes"),
    "latin": (b"title: caf\xe9\n", "m.yml: 'utf-8' codec can't decode"),
    "control letters": (b"title: a\x07b\n", "m.yml"),
}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_that_cannot_be_a_mapping_is_refused_in_a_line(document: str, tmp_path: Path) -> None:
    body, message = DOCUMENTS[document]
    path = tmp_path / "m.yml"
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    with pytest.raises(TowerError) as raised:
        read_mapping(str(path), TABLES)
    said = str(raised.value).removeprefix("the mapping m.yml has mistakes:\n  ")
    assert said.startswith(message) and "\n" not in said and len(said) < 500


@pytest.mark.parametrize("document", ["brackets", "a tag that runs", "aliases that stand for a billion"])
def test_the_command_says_one_line(document: str, tmp_path: Path) -> None:
    body, message = DOCUMENTS[document]
    (tmp_path / "m.yml").write_text(str(body))
    command = [
        sys.executable,
        "-m",
        "loader",
        "mapping-check",
        "--data",
        str(tmp_path),
        "--mapping",
        str(tmp_path / "m.yml"),
    ]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 1 and found.stdout == ""
    assert found.stderr.startswith(f"error: {message}") and found.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "text", ["(" * 3000 + "1" + ")" * 3000, "(" * 1500 + "1" + ")" * 1500, "not " * 900 + "true", "abs(" * 700]
)
def test_an_expression_that_is_too_deep_is_refused(text: str) -> None:
    with pytest.raises(
        ValueError, match=r"longer than 4,000 characters|depth limit|nested more than|no SQL expression"
    ):
        parse_expression(text)


def test_every_listed_function_exists_and_none_reaches_out() -> None:
    """The lists are names of DuckDB; what can read, write, wait, set or tell of the machine is on none of them."""
    rows = judge().execute("select distinct function_name, function_type from duckdb_functions()").fetchall()
    by_type: dict[str, set[str]] = {}
    for name, kind in rows:
        by_type.setdefault(kind, set()).add(name)
    known = by_type["scalar"] | by_type["macro"] | {"coalesce", "constant_or_null"}
    assert known >= SCALAR, SCALAR - known
    assert by_type["aggregate"] >= AGGREGATES
    tables = set().union(*(names for kind, names in by_type.items() if kind.startswith(("table", "pragma"))))
    allowed = SCALAR | AGGREGATES | OPERATORS
    assert not allowed & tables
    reaching = re.compile(
        r"setting|env|var$|current|session|version|sleep|random|uuid|nextval|log_|write|read_|glob|path|query|now|today"
    )
    assert not [
        name
        for name in allowed
        if reaching.search(name) and name not in ("json_extract_path", "json_extract_path_text")
    ]


STATEMENTS = [
    "select * from read_text('{secret}')",
    "select * from read_csv('{secret}')",
    "select * from '{secret}'",
    "select * from glob('{out}/*')",
    "select * from sniff_csv('{secret}')",
    "copy (select 1) to '{out}/evil.csv'",
    "export database '{out}/evil'",
    "import database '{out}'",
    "attach '{out}/evil.db'",
    "set enable_external_access = true",
    "reset enable_external_access",
    "set lock_configuration = false",
    "set allowed_paths = ['{secret}']",
    "set temp_directory = '{out}'",
    "set home_directory = '{out}'",
    "set secret_directory = '{out}'",
    "pragma profiling_output = '{out}/evil.json'",
    "pragma enable_profiling = 'json'",
    "call enable_logging(storage_path = '{out}')",
    "install httpfs",
    "load httpfs",
    "load '{out}/evil.duckdb_extension'",
    "create persistent secret s (type http)",
    "select * from world",
    "select getenv('HOME')",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_both_connections_are_locked(statement: str, world: Path) -> None:
    before = files_of(world)
    text = statement.format(secret=world / "outside/secret.csv", out=world / "outside")
    with open_scratch(world / "scratch", [world / "data/a.csv"]) as db:
        assert run(db, "select count(*) from read_csv(?)", [str(world / "data/a.csv")]).fetchall() == [(1,)]
        for connection in (judge(), db, db.cursor()):
            with pytest.raises(duckdb.Error):
                run(connection, text).fetchall()
    assert files_of(world) == before


def test_two_statements_are_none(world: Path) -> None:
    for text in ("select 1; select 2", "", "--"):
        with pytest.raises(duckdb.Error, match="one statement is wanted"):
            run(judge(), text)


@pytest.mark.parametrize(
    "name", ["a[1].csv", "a*.csv", "a?.csv", "a'b.csv", 'a"b.csv', "a$b.csv", "a b.csv", "a{b,c}.csv", "x=1/a.csv"]
)
def test_only_the_files_of_the_list_are_read(name: str, world: Path) -> None:
    """A file's name is no pattern, and no column: its neighbours stay out, whatever it is called."""
    (world / "data/a.csv").rename(world / "a.csv")
    target = world / "data" / name
    target.parent.mkdir(exist_ok=True)
    target.write_text("id,name,email,created,seats\nA-2,Bob,b@b.c,2026-01-02,4\n")
    (world / "data/ab.csv.bak").write_text("id\nA-3\n")
    (world / "m.yml").write_text(GOOD.format(**PLACES | {"match": '"*"'}))
    assert MAPPED in use(world, world / "m.yml")


def test_every_name_goes_through_the_one_function_that_quotes() -> None:
    """No text of the loader puts a value between quotation marks of its own."""
    for path in (ROOT / "loader").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.JoinedStr):
                continue
            for before, after in pairwise(node.values):
                text = str(before.value) if isinstance(before, ast.Constant) else ""
                is_quoted = text.endswith('"') or re.search(r"(=|\(|,|select|in|set) '$", text)
                assert not (is_quoted and isinstance(after, ast.FormattedValue)), f"{path.name}:{node.lineno}"
