"""Verdicts of an earlier report, reused where nothing that they depend on has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import longlag.derivations
import longlag.numerics
import longlag.theory
from longlag import __version__
from longlag.derivations import DERIVATIONS
from longlag.derivations.document.figures import DOCUMENT_SUFFIXES
from longlag.files import write_text
from longlag.sections import Finished
from longlag.theory.cells import CELLS
from longlag.theory.estimators import ESTIMATORS
from longlag.theory.laws import LAWS
from longlag.theory.spectra import SPECTRA
from longlag.theory.statement import Derivation, Level, Settings, Verdict
from longlag.theory.typeset.author import current

#: Libraries whose version can change a verdict.
_LIBRARIES = ("sympy", "mpmath", "python-flint", "numpy", "scipy", "torch")


class VerdictCache:
    """A file of finished sections keyed by everything they depend on.

    Args:
        path: the file; a missing or damaged one counts as empty.
        settings: examples, seed and digits of the checks.
        fresh: ignore what is there.
    """

    def __init__(self, path: Path, settings: Settings, *, fresh: bool = False) -> None:
        self.path = path
        self.settings = settings
        self._used: dict[str, dict[str, Any]] = {}
        stored = _read(path)
        #: The version of longlag whose verdicts are there, where it is another one.
        self.other_version: str | None = _other_version(stored)
        if fresh or self.other_version is not None:
            stored = {}
        self._known: dict[str, dict[str, Any]] = stored.get("sections", {})
        self._complete: dict[str, Any] = stored.get("complete", {})

    def summary(self) -> tuple[int, list[str]] | None:
        """Return the number of claims and the unexpected ones of the last complete run.

        None where this run would differ from it in settings, code, libraries or what is registered.
        """
        if self._complete.get("fingerprint") != fingerprint(self.settings):
            return None
        return int(self._complete["claims"]), list(self._complete["unexpected"])

    def recall(self, derivation: Derivation) -> Finished | None:
        """Return what is known of a section, or None where it must be done again."""
        key = self._key(derivation)
        stored = self._known.get(key)
        if stored is None:
            return None
        found = _finished(stored)
        if len(found.verdicts) != len(derivation.claims) or not _all_there(found.figures):
            return None
        self._used[key] = stored
        return found

    def keep(self, derivation: Derivation, found: Finished) -> None:
        """Remember a finished section, and write it down."""
        stored = asdict(found)
        for verdict in stored["verdicts"]:
            # Boxes are written where they are asked for; a page tells their number.
            _drop_certificates(verdict)
        stored["figures"] = [str(stem) for stem in found.figures]
        self._used[self._key(derivation)] = stored
        # What an interrupted run has not reached yet is kept for the next one.
        self._write({"sections": {**self._known, **self._used}})

    def complete(self, claims: int, unexpected: Sequence[str]) -> None:
        """Write what was used in this run, from which the documents were written.

        Args:
            claims: their number.
            unexpected: those whose verdict was not the expected one.
        """
        done = {
            "fingerprint": fingerprint(self.settings),
            "claims": claims,
            "unexpected": list(unexpected),
        }
        self._write({"sections": self._used, "complete": done})

    def _write(self, data: Mapping[str, Any]) -> None:
        write_text(self.path, json.dumps({"version": __version__, **data}, indent=1))

    def _key(self, derivation: Derivation) -> str:
        text = [derivation.name, repr(self.settings), package_digest()]
        text += [f"{c.statement.name} {c.statement.tex}" for c in derivation.claims]
        return hashlib.sha256("\n".join(text).encode()).hexdigest()


def _other_version(stored: Mapping[str, Any]) -> str | None:
    """The version that wrote a file, where it is not this one; files of old say none."""
    version = str(stored.get("version", "an earlier version")) if stored else __version__
    return None if version == __version__ else version


def _drop_certificates(verdict: dict[str, Any]) -> None:
    verdict["certificate"] = ()
    for route in verdict["routes"]:
        _drop_certificates(route)


def _all_there(stems: Sequence[Path]) -> bool:
    return all(Path(f"{stem}.{suffix}").is_file() for stem in stems for suffix in DOCUMENT_SUFFIXES)


def _finished(stored: Mapping[str, Any]) -> Finished:
    return Finished(
        tuple(_verdict(data) for data in stored["verdicts"]),
        tuple(stored["claim_seconds"]),
        tuple(tuple(tuple(row) for row in rows) for rows in stored["tables"]),
        tuple(Path(stem) for stem in stored["figures"]),
        stored["seconds"],
    )


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


def fingerprint(settings: Settings) -> str:
    """Return a digest of everything that a report depends on, without deriving anything."""
    names = [*CELLS, *LAWS, *SPECTRA, *ESTIMATORS, *DERIVATIONS]
    digest = hashlib.sha256(
        "\n".join([repr(settings), repr(current()), package_digest(), *names]).encode()
    )
    for path in [*_modules(), *_templates()]:
        if _is_a_cell(path) or _is_a_look(path):
            digest.update(path.read_bytes())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def package_digest() -> str:
    """Return a digest of the package's own code and of the libraries it computes with.

    The files of single cells are left out: a cell's equations are in the key already, so a new
    cell does not invalidate the others. So is how documents look, which decides no verdict.
    """
    digest = hashlib.sha256()
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    for path in _modules():
        if not _is_a_cell(path) and not _is_a_look(path):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _is_a_cell(path: Path) -> bool:
    return path.parts[-3:-1] == ("cells", "catalogue") or path.parts[-2:] == (
        "cells",
        "__init__.py",
    )


def _is_a_look(path: Path) -> bool:
    """Whether a file decides how a document looks, and neither a verdict nor a figure."""
    return path.parent.name == "document" and path.name != "figures.py"


def _templates() -> list[Path]:
    folder = Path(str(longlag.derivations.__file__)).parent / "document"
    return sorted(path.resolve() for path in folder.glob("*.jinja"))


def _modules() -> list[Path]:
    packages = (longlag.derivations, longlag.numerics, longlag.theory)
    folders = [Path(str(package.__file__)).parent for package in packages]
    return sorted({path.resolve() for folder in folders for path in folder.rglob("*.py")})
