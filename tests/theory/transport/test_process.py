"""Across processes: the same text whatever the hash seed, and nothing numeric is imported."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache

import pytest

DERIVE_ALL = """
import hashlib
from longlag.theory import effective_learning_rates, jacobian, transport
from longlag.theory.cells import PAPER_CELLS as CELLS
for name, cell in CELLS.items():
    found, rates = jacobian(cell), effective_learning_rates(cell)
    texts = [repr(found), found.latex(), cell.latex(), rates.latex(), repr(cell.graph)]
    texts += [transport(cell, order=2).latex(), repr(rates.first_order.at(3)), repr(cell.shapes(2))]
    texts += [repr(found.to_explicit(1)), repr(cell.to_explicit(2))]
    for text in texts:
        print(name, hashlib.sha256(text.encode()).hexdigest())
"""


@cache
def run(code: str, hash_seed: int = 0) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("hash_seed", [1, 2])
def test_every_text_is_the_same_under_every_hash_seed(hash_seed: int) -> None:
    first, second = run(DERIVE_ALL, 0).splitlines(), run(DERIVE_ALL, hash_seed).splitlines()
    assert len(first) == 100
    assert [a for a, b in zip(first, second, strict=True) if a != b] == []


def test_the_theory_imports_nothing_numeric() -> None:
    packages = "{'torch', 'numpy', 'scipy', 'matplotlib', 'longlag.numerics'}"
    code = (
        f"import sys, longlag.theory, longlag.theory.verify; print({packages} & set(sys.modules))"
    )
    assert run(code) == "set()\n"


def test_deriving_and_printing_import_nothing_numeric_either() -> None:
    code = DERIVE_ALL + "import sys\nprint('loaded', {'torch', 'numpy'} & set(sys.modules))"
    assert run(code).splitlines()[-1] == "loaded set()"
