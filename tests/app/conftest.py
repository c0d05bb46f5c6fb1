"""What tests of pages share: caches that tell of no other test, and a visitor who sees a part of the company."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st

from warehouse import reading
from warehouse.database import prepare_database
from warehouse.settings import load_settings


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
