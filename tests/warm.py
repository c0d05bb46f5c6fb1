"""What each dbt command would make anew, made once in the process that forks them all; importing it does so.

That is the code which reads and writes what dbt knows of a project, the schemas of its settings, and the templates.
"""

from __future__ import annotations

import gc
from pathlib import Path

from dbt.adapters.postgres.connections import PostgresCredentials
from dbt.config.selectors import SelectorFile
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.project import PackageConfig, ProfileConfig, Project, ProjectFlags
from dbt.parser.manifest import extended_mashumuro_decoder
from dbt_common.clients import jinja

from tests.shared import once, parsed
from warehouse.dbt_light import lighten
from warehouse.results import PARSED

SETTINGS = (PackageConfig, PostgresCredentials, ProfileConfig, Project, ProjectFlags, SelectorFile)


def warm() -> None:
    """Do all of that as dbt would, on what it has read of the project, and keep what comes of it apart from that."""
    lighten()
    content = (Path(once("parsed", parsed)["target"]) / PARSED).read_bytes()
    manifest = Manifest.from_msgpack(content, decoder=extended_mashumuro_decoder)
    for settings in SETTINGS:
        settings.json_schema()
    for macro in manifest.macros.values():
        jinja.template_cache.get_node_template(macro)
    for node in manifest.nodes.values():
        jinja.get_template(node.raw_code, {})
        node.to_dict(omit_none=False)


warm()
gc.freeze()  # or else each command would look through all of it for garbage
