"""What tests of pages share: caches that tell of no other test, and a visitor who sees a part of the company."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner

from warehouse import reading
from warehouse.database import prepare_database
from warehouse.settings import load_settings


@pytest.fixture(scope="session", autouse=True)
def components_sought_once() -> Iterator[None]:
    """Look through the installed packages for components once, as a server does, and not for every page in process."""
    seek = lru_cache(manifest_scanner.scan_component_manifests)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", seek)
        yield


@pytest.fixture
def fresh_caches() -> None:
    """This test reads anew what another one has read: some of them change it, or what reads it."""
    st.cache_data.clear()
    st.cache_resource.clear()


def small_only(folder: Path) -> Path:
    """An access.yml by which everybody sees small customers only; the warehouse of this process knows them by it."""
    file = folder / "access.yml"
    file.write_text("default: {segments: [SMB]}")
    prepare_database(replace(load_settings(), access_file=file))
    reading._pool.cache_clear()
    return file
