"""The switch that rewrites the golden files: ``pytest tests/numerics/codegen --update-golden``."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the generated source to tests/golden"
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    # This file is read too late for the option where a whole tree is tested.
    return bool(request.config.getoption("--update-golden", default=False))
