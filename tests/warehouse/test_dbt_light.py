"""dbt, lightened, comes to what dbt itself comes to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from dbt.adapters.events.types import CacheAction
from dbt.clients.jinja import MacroStack
from dbt.compilation import Linker
from dbt.context.macros import MacroNamespaceBuilder
from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumuro_decoder
from dbt_common.clients import jinja
from dbt_common.events.base_types import BaseEvent

from tests.shared import once, parsed
from warehouse import dbt_light
from warehouse.results import ARTEFACTS, PARSED


@pytest.fixture(scope="module")
def manifest(server: dict[str, str]) -> Manifest:
    """What dbt has read of the project, which `make check` has no time for."""
    file = Path(once("parsed", parsed)["target"]) / PARSED
    return Manifest.from_msgpack(file.read_bytes(), decoder=extended_mashumuro_decoder)


@pytest.mark.parametrize("package", ["gtm_control_tower", "dbt_postgres", "elsewhere"])
def test_a_node_finds_the_macros_that_it_finds_with_dbt(manifest: Manifest, package: str) -> None:
    found = []
    for build in (MacroNamespaceBuilder.build_namespace, dbt_light.namespace):
        builder = MacroNamespaceBuilder("gtm_control_tower", package, MacroStack(), ["dbt_postgres", "dbt"])
        found.append(build(builder, manifest.get_macros_by_package(), {}))
    theirs, ours = found
    assert {*theirs} == {*ours} and len(ours) > 400
    assert all(told(theirs[name]) == told(ours[name]) for name in ours)
    for origin in (None, "dbt", "gtm_control_tower"):
        for name in ("create_table_as", "protect_rows", "nothing"):
            assert told(theirs.get_from_package(origin, name)) == told(ours.get_from_package(origin, name))


def told(macro: Any) -> Any:
    """Which macro it is, or which macros of a package."""
    if isinstance(macro, dict):
        return {name: told(one) for name, one in macro.items()}
    return macro and macro.macro.unique_id


def test_an_event_that_is_read_late_says_the_same() -> None:
    said = {"action": "rename_relation", "ref_key": {"database": "a", "schema": "b", "identifier": "c"}}
    late = CacheAction.__new__(CacheAction)
    dbt_light.begin(late, **said)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseEvent, "__getattr__", dbt_light.look)
        assert late.action == "rename_relation"
        assert late.to_dict() == CacheAction(**said).to_dict() and late.message() == CacheAction(**said).message()
        assert not hasattr(late, "nothing")


def test_a_template_is_compiled_once_and_text_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jinja, "get_environment", dbt_light.environment)
    monkeypatch.setattr(jinja.MacroFuzzEnvironment, "compile", dbt_light.compile_once)
    known = dbt_light.code.cache_info()
    for number, (native, results) in enumerate(((False, ["3", "4"]), (True, [3, 4])), start=1):
        for value, result in enumerate(results, start=1):
            template = jinja.get_template("{{ 2 + value }}", {}, native=native)
            assert jinja.render_template(template, {"value": value}) == result
        found = dbt_light.code.cache_info()
        assert (found.misses - known.misses, found.hits - known.hits) == (number, number)


def test_a_template_that_asks_for_the_graph_has_all_of_it(manifest: Manifest) -> None:
    dbt_light.flatten(manifest)
    assert {*manifest.flat_graph} >= {"nodes", "sources", "exposures"}
    dbt_light.flatten(manifest)
    assert {*manifest.flat_graph["nodes"]} == {*manifest.nodes}


def test_the_manifest_is_written_when_the_project_was_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(dbt_light, "WRITE", lambda *_: written.append("again"))
    files = [tmp_path / name for name in (PARSED, *ARTEFACTS)]
    for count, file in enumerate(files):
        dbt_light.write_changed(None, str(tmp_path))  # something is not there
        assert len(written) == count + 1
        file.touch()
        os.utime(file, (1, 1))
    dbt_light.write_changed(None, str(tmp_path))
    assert len(written) == 3
    os.utime(files[0], (2, 2))
    dbt_light.write_changed(None, str(tmp_path))
    assert len(written) == 4


def test_a_circle_is_named_and_a_line_has_none() -> None:
    linker = Linker()
    linker.dependency("a", "b")
    assert dbt_light.find_cycles(linker) is None
    linker.dependency("b", "a")
    assert dbt_light.find_cycles(linker) == Linker.find_cycles(linker) == "a --> b"
