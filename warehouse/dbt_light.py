"""dbt, spared what it pays for each command and for each node, by other ways to the same.

Each of its threads keeps its connection from node to node, as other adapters of dbt do: hundreds of tests, each on a
connection of its own, took longer to connect than to run. A data test, and a table that moves into its place, is one
statement, run as such instead of through macros that each set up all of dbt's others. What no log shows is not written,
a template is compiled once, the macros that every node may call are handed to it without a search for each, and what
dbt knows of the project is written when it has changed.
"""

from __future__ import annotations

import gc
import sys
from collections import UserDict
from functools import cache, cached_property
from pathlib import Path
from types import CodeType
from typing import Any

import dbt.parser.manifest as parsing
import dbt.task.runnable as tasks
import dbt_common.clients.jinja as templates
import networkx
from dbt.adapters.base import BaseRelation
from dbt.adapters.contracts.connection import ConnectionState
from dbt.adapters.exceptions import RelationTypeNullError
from dbt.adapters.postgres import PostgresAdapter, PostgresConnectionManager
from dbt.clients.jinja import MacroGenerator
from dbt.compilation import Linker
from dbt.context.macros import MacroNamespaceBuilder
from dbt.contracts.graph.manifest import Manifest
from dbt.exceptions import PackageNotFoundForMacroError
from dbt.include.global_project import PROJECT_NAME
from dbt.task.test import TestResultData, TestRunner
from dbt_common.behavior_flags import BehaviorFlagRendered
from dbt_common.clients.jinja import MacroFuzzEnvironment
from dbt_common.events.base_types import BaseEvent, DebugLevel, EventLevel
from dbt_common.events.event_manager import EventManager

from warehouse.results import ARTEFACTS, PARSED

# the project stays in memory, and looking for garbage in it as often as Python does takes a seventh of a build
GARBAGE = (50_000, 50, 1_000)
SILENT = (EventLevel.DEBUG, EventLevel.TEST)
FIRE, EXECUTE, BEGIN = EventManager.fire_event, TestRunner.execute_data_test, BaseEvent.__init__
COMPILE, ENVIRONMENT = MacroFuzzEnvironment.compile, templates.get_environment
WRITE, FLATTEN, FIND = parsing.write_manifest, Manifest.build_flat_graph, Linker.find_cycles


def release(self: PostgresConnectionManager) -> None:
    """End what the thread's connection has open, and keep it; one that is broken goes as dbt lets it go."""
    connection = self.get_if_exists()
    if connection is None or connection.state != ConnectionState.OPEN:
        return
    if connection.handle.closed:
        self.clear_thread_connection()
        return
    self._rollback_handle(connection)
    connection.transaction_open = False


def fire(self: EventManager, e: BaseEvent, level: EventLevel | None = None, *rest: Any, **options: Any) -> None:
    """Tell the logs of an event, unless none of them takes its level."""
    if (level or e.level_tag()) not in SILENT or any(log.level in SILENT for log in self.loggers):
        FIRE(self, e, level, *rest, **options)


def begin(self: BaseEvent, *rest: Any, **told: Any) -> None:
    """Keep what an event says; its message is made only where somebody reads it."""
    if isinstance(self, DebugLevel) and not rest:
        self.__dict__["told"] = told
    else:
        BEGIN(self, *rest, **told)


def look(self: BaseEvent, key: str) -> Any:
    """A part of an event's message, which is made by now."""
    if "told" in self.__dict__:
        BEGIN(self, **self.__dict__.pop("told"))
    message = self.__dict__.get("pb_msg")
    if message is None:
        raise AttributeError(key)
    return message if key == "pb_msg" else getattr(message, key)


@cache
def shared_environment(native: bool) -> Any:
    """Jinja as dbt sets it up, once for text and once for values."""
    return ENVIRONMENT(None, False, native)


def environment(node: Any = None, capture_macros: bool = False, native: bool = False) -> Any:
    """Jinja as dbt sets it up; where names are only collected, a node has its own."""
    return ENVIRONMENT(node, capture_macros, native) if capture_macros else shared_environment(native)


@cache
def code(native: bool, source: str) -> CodeType:
    """A template, compiled: half of a project's are the same few tests and hooks."""
    return COMPILE(shared_environment(native), source)


def compile_once(self: MacroFuzzEnvironment, source: Any, *rest: Any, **options: Any) -> Any:
    """Compile a template, unless it has been."""
    native = isinstance(self, templates.NativeSandboxEnvironment)
    if rest or options or not isinstance(source, str) or self is not shared_environment(native):
        return COMPILE(self, source, *rest, **options)
    return code(native, source)


class Namespace(dict[str, Any]):
    """The macros that a node may call, by name, the nearest of those with one name; and by package."""

    local_namespace: dict[str, MacroGenerator]
    packages: dict[str, dict[str, MacroGenerator]]
    global_project_namespace: dict[str, MacroGenerator]

    def get_from_package(self, package_name: str | None, name: str) -> Any:
        """A macro of a package, or the nearest one."""
        if package_name is None:
            return self.get(name)
        if package_name == PROJECT_NAME:
            return self.global_project_namespace.get(name)
        if package_name in self.packages:
            return self.packages[package_name].get(name)
        raise PackageNotFoundForMacroError(package_name)


def namespace(self: MacroNamespaceBuilder, macros_by_package: Any, ctx: dict[str, Any]) -> Namespace:
    """What dbt's builder comes to, whose macros of one package have different names since dbt read them."""
    found: dict[str, dict[str, MacroGenerator]] = {}
    for package, macros in macros_by_package.items():
        found[package] = {macro.name: generator(macro, ctx, self) for macro in macros.values()}
    internal: dict[str, MacroGenerator] = {}
    for package in reversed(self.internal_package_names_order):
        internal |= found.get(package, {})
    packages = {name: macros for name, macros in found.items() if name not in self.internal_package_names}
    local = packages.get(self.search_package, {})
    made = Namespace(internal | {PROJECT_NAME: internal} | packages | packages.get(self.root_package, {}) | local)
    made.local_namespace, made.packages, made.global_project_namespace = local, packages, internal
    return made


def generator(macro: Any, ctx: dict[str, Any], builder: MacroNamespaceBuilder) -> MacroGenerator:
    """What its own three constructors make of a macro: there are 600 for each of 1,000 nodes."""
    made = MacroGenerator.__new__(MacroGenerator)
    made.macro, made.context, made.node, made.stack = macro, ctx, builder.node, builder.thread_ctx
    return made


class Graph(UserDict[str, Any]):
    """What templates call `graph`: every node as a mapping, made where a template asks for it."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest

    @cached_property
    def data(self) -> dict[str, Any]:  # type: ignore[override]
        """All of it."""
        FLATTEN(self.manifest)
        return self.manifest.flat_graph


def flatten(self: Manifest) -> None:
    """Promise what templates call `graph`."""
    self.flat_graph = Graph(self)  # type: ignore[assignment]


def write_changed(manifest: Manifest, target_path: str, which: str | None = None) -> None:
    """Write what dbt knows of the project, unless it has been since the project was read."""
    read, *written = (Path(target_path, name) for name in (PARSED, *ARTEFACTS))
    known = all(file.exists() for file in (read, *written))
    if not known or min(file.stat().st_mtime_ns for file in written) < read.stat().st_mtime_ns:
        WRITE(manifest, target_path, which)


def find_cycles(self: Linker) -> str | None:
    """The nodes that lean on one another, sought only where there are any."""
    return None if networkx.is_directed_acyclic_graph(self.graph) else FIND(self)


def asker() -> str:
    """The module that asks for a flag, without the source text of each module on the way to it."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals["__name__"] == BehaviorFlagRendered.__module__:
        frame = frame.f_back
    return str(frame.f_globals["__name__"])


def judge(self: TestRunner, data_test: Any, manifest: Any) -> TestResultData:
    """What dbt's test materialization finds, in the same words of SQL; one that keeps its failures goes dbt's way."""
    config = data_test.config
    if config.store_failures or config.store_failures_as or config.limit is not None:
        return EXECUTE(self, data_test, manifest)
    calc, rows = config.fail_calc, data_test.compiled_code
    sql = f"select {calc}, {calc} {config.warn_if}, {calc} {config.error_if} from (\n{rows}\n) as found"
    _, cursor = self.adapter.connections.add_select_query(sql)
    failures, should_warn, should_error = cursor.fetchone()
    response = self.adapter.connections.get_response(cursor).to_dict(omit_none=True)
    return TestResultData(int(failures), should_warn, should_error, response)


def rename(self: PostgresAdapter, from_relation: BaseRelation, to_relation: BaseRelation) -> None:
    """What dbt's macros rename_relation come to, for tables and views."""
    self.cache_renamed(from_relation, to_relation)
    self.execute(f"alter table {from_relation.render()} rename to {self.quote(str(to_relation.identifier))}", True)


def drop(self: PostgresAdapter, relation: BaseRelation) -> None:
    """What dbt's macros drop_relation come to, for tables and views."""
    if relation.type is None:
        raise RelationTypeNullError(relation)
    self.cache_dropped(relation)
    self.execute(f"drop {relation.type} if exists {relation.render()} cascade")


WAYS: tuple[tuple[Any, str, Any], ...] = (  # whose, which, and what instead
    (PostgresConnectionManager, "release", release),
    (EventManager, "fire_event", fire),
    (BaseEvent, "__init__", begin),
    (BaseEvent, "__getattr__", look),
    (templates, "get_environment", environment),
    (MacroFuzzEnvironment, "compile", compile_once),
    (MacroNamespaceBuilder, "build_namespace", namespace),
    (Manifest, "build_flat_graph", flatten),
    (Linker, "write_graph", lambda *_: None),
    (Linker, "find_cycles", find_cycles),
    (BehaviorFlagRendered, "_default_source", staticmethod(asker)),
    (parsing, "write_manifest", write_changed),
    (tasks, "write_manifest", write_changed),
    (TestRunner, "execute_data_test", judge),
    (PostgresAdapter, "rename_relation", rename),
    (PostgresAdapter, "drop_relation", drop),
)


def lighten() -> None:
    """Let this process's dbt go these ways."""
    gc.set_threshold(*GARBAGE)
    for owner, name, way in WAYS:
        setattr(owner, name, way)
