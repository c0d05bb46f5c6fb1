"""A running dashboard for the browser tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Company, free_port


@pytest.fixture(scope="module")
def base(company: Company) -> Iterator[str]:
    """The address of a running dashboard over the test company, which this process sees too."""
    company.environment["APP_PORT"] = str(free_port())
    company.run("app", "start")
    with pytest.MonkeyPatch.context() as patch:
        for key, value in company.environment.items():
            patch.setenv(key, value)
        yield f"http://127.0.0.1:{company.environment['APP_PORT']}"
    company.run("app", "stop")
