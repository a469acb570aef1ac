"""Verdicts of an earlier report, reused where nothing that they depend on has changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import longlag
from longlag.files import write_text
from longlag.theory.statement import (
    CheckedClaim,
    CheckedDerivation,
    Derivation,
    Level,
    Settings,
    Verdict,
)

#: Libraries whose version can change a verdict.
_LIBRARIES = ("sympy", "mpmath", "numpy", "torch")


class VerdictCache:
    """A file of verdicts keyed by everything they depend on.

    Args:
        path: the file; a missing or damaged one counts as empty.
        settings: examples, seed and digits of the checks.
        fresh: ignore what is there.
    """

    def __init__(self, path: Path, settings: Settings, *, fresh: bool = False) -> None:
        self.path = path
        self.settings = settings
        self._used: dict[str, list[dict[str, object]]] = {}
        stored = {} if fresh else _read(path)
        self._known: dict[str, list[dict[str, object]]] = stored.get("verdicts", {})
        self._written: list[str] = stored.get("written", [])

    @property
    def complete(self) -> bool:
        """Whether the documents of the last run were made from exactly what this run used."""
        return list(self._used) == self._written

    def recall(self, derivation: Derivation) -> CheckedDerivation | None:
        """Return the checked derivation, or None where it must be checked again."""
        key = self._key(derivation)
        stored = self._known.get(key)
        if stored is None or len(stored) != len(derivation.claims):
            return None
        self._used[key] = stored
        checked = tuple(
            CheckedClaim(claim, _verdict(data), 0.0)
            for claim, data in zip(derivation.claims, stored, strict=True)
        )
        return CheckedDerivation(derivation, self.settings, checked)

    def keep(self, result: CheckedDerivation) -> None:
        """Remember the verdicts of a derivation."""
        self._used[self._key(result.derivation)] = [
            asdict(checked.verdict) for checked in result.checked
        ]

    def save(self, *, complete: bool = False) -> None:
        """Write what was used in this run.

        Args:
            complete: the documents were written from it.
        """
        written = list(self._used) if complete else []
        # What an interrupted run has not reached yet is kept for the next one.
        verdicts = self._used if complete else {**self._known, **self._used}
        data = {"verdicts": verdicts, "written": written}
        write_text(self.path, json.dumps(data, indent=1))

    def _key(self, derivation: Derivation) -> str:
        text = [derivation.name, repr(self.settings), package_digest()]
        text += [f"{c.statement.name} {c.statement.tex}" for c in derivation.claims]
        return hashlib.sha256("\n".join(text).encode()).hexdigest()


def _read(path: Path) -> dict[str, Any]:
    """Return what a cache file holds; a missing or damaged one holds nothing."""
    if not path.is_file():
        return {}
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return stored if isinstance(stored, dict) else {}


def _verdict(data: dict[str, object]) -> Verdict:
    routes = data["routes"]
    assert isinstance(routes, list)
    fields = {**data, "level": Level(str(data["level"])), "routes": tuple(map(_verdict, routes))}
    return Verdict(**fields)  # type: ignore[arg-type]


@lru_cache(maxsize=1)
def package_digest() -> str:
    """Return a digest of the package's own code and of the libraries it computes with.

    The files of single cells are left out: a cell's equations are in the key already, so a new
    cell does not invalidate the others.
    """
    digest = hashlib.sha256()
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    root = Path(longlag.__file__).parent
    for path in _modules(root):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _modules(root: Path) -> list[Path]:
    import longlag.derivations
    import longlag.numerics
    import longlag.theory

    packages = (longlag.derivations, longlag.numerics, longlag.theory)
    folders = [Path(str(package.__file__)).parent for package in packages]
    files = [
        path for folder in folders for path in folder.rglob("*.py") if "cells" not in path.parts
    ]
    return sorted({path.resolve() for path in files})
