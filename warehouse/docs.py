"""`python -m warehouse.docs`: writes docs/models.md, the list of the marts, from what dbt knows of the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from warehouse.dbt import target_path
from warehouse.errors import TowerError, run_cli
from warehouse.settings import ROOT, load_settings

HEAD = """# The marts

Written by `make docs` from the dbt project; a test compares. Every mart is in schema `marts`; `make psql` opens it.
"""


def models_page(manifest: dict[str, Any]) -> str:
    """The page as Markdown: a table per domain with the grain, the question, the owner and the number of tests."""
    tests: dict[str, int] = {}
    for node in [*manifest["nodes"].values(), *manifest["unit_tests"].values()]:
        if node["resource_type"] in ("test", "unit_test"):
            attached = node.get("attached_node")
            for parent in [attached] if attached else node["depends_on"]["nodes"]:
                tests[parent] = tests.get(parent, 0) + 1
    domains: dict[str, list[str]] = {}
    for key, node in sorted(manifest["nodes"].items(), key=lambda item: str(item[1]["name"])):
        if node["resource_type"] == "model" and node["fqn"][1] == "marts":
            grain = str(node["description"]).split(": ")[0].split(". ")[0].rstrip(".").replace("|", "\\|")
            meta = node["config"]["meta"]
            row = f"| `{node['name']}` | {grain} | {meta['question']} | {meta['owner']} | {tests.get(key, 0)} |"
            domains.setdefault(node["fqn"][2], []).append(row)
    parts = [HEAD]
    for domain, rows in sorted(domains.items()):
        title = domain.replace("_", " ").capitalize()
        parts.append(
            f"## {title}\n\n| mart | grain | answers | owner | tests |\n|---|---|---|---|---|\n" + "\n".join(rows)
        )
    return "\n".join(part + "\n" for part in parts)


def main() -> None:
    """Read the manifest and write the page."""
    path = target_path(load_settings()) / "manifest.json"
    if not path.exists():
        raise TowerError("dbt has not run yet; run `make dbt-run` first")
    page: Path = ROOT / "docs" / "models.md"
    page.write_text(models_page(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")
    print(f"wrote {page.relative_to(ROOT)}")


if __name__ == "__main__":
    run_cli(main)
