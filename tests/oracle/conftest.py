"""The oracle of each company, and this process pointed to the company's warehouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Company
from tests.oracle.oracle import Oracle


@pytest.fixture(scope="session")
def oracle_of() -> dict[str, Oracle]:
    """Oracles made so far, by data folder: each reads the files once."""
    return {}


@pytest.fixture
def oracle(any_company: Company, oracle_of: dict[str, Oracle], monkeypatch: pytest.MonkeyPatch) -> Iterator[Oracle]:
    """The oracle of the company that `metrics` sees during the test."""
    for key, value in any_company.environment.items():
        monkeypatch.setenv(key, value)
    folder = any_company.data
    if str(folder) not in oracle_of:
        oracle_of[str(folder)] = Oracle(folder)
    yield oracle_of[str(folder)]
