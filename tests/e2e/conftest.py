"""A running dashboard for the browser tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.conftest import Company, enter, free_port


@pytest.fixture(scope="module")
def base(company: Company) -> Iterator[str]:
    """The address of a running dashboard over the test company, which this process sees too."""
    with running(company) as address:
        yield address


@contextmanager
def running(company: Company) -> Iterator[str]:
    """The address of a company's dashboard while it runs; this process sees the company too."""
    company.environment["APP_PORT"] = str(free_port())
    company.run("app", "start")
    with pytest.MonkeyPatch.context() as patch:
        enter(company, patch)
        yield f"http://127.0.0.1:{company.environment['APP_PORT']}"
    company.run("app", "stop")
