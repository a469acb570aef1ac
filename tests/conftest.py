"""Settings that every test shares: fixed seeds, one thread, array shapes checked while testing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from jaxtyping import install_import_hook

# Only modules whose functions are never handed to torch.compile: a decorated function breaks it.
_CHECKED_MODULES = [
    "longlag.numerics.networks.binding",
    "longlag.numerics.detection.clipped",
    "longlag.numerics.detection.estimators",
    "longlag.numerics.detection.score",
    "longlag.numerics.detection.simulation",
    "longlag.numerics.lags.rates",
    "longlag.numerics.checks.reference",
    "longlag.numerics.lags.products",
]
# Before NumPy is loaded: on small matrices threads of two test workers wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Libraries that the tests build stay in the repository, not in the home of who runs them.
os.environ.setdefault("LONGLAG_CACHE", str(Path(__file__).parent.parent / "build" / "libraries"))
# Tests try the code, and are not told what it printed an earlier time.
os.environ.setdefault("LONGLAG_FRESH", "1")

_hook = install_import_hook(_CHECKED_MODULES, "beartype.beartype")

_COMMON = settings(deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile("fixed", _COMMON, max_examples=12, derandomize=True)
settings.register_profile("thorough", _COMMON, max_examples=300)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--thorough", action="store_true", help="many random examples instead of a few fixed ones"
    )


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("thorough" if config.getoption("--thorough") else "fixed")


def pytest_collection_finish() -> None:
    # Tests of theory alone never load PyTorch, which takes longer than most of them.
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
