"""Generated text kept in the user's cache folder, by all that it follows from.

A cell's functions are derived once on a machine, not once in every process. A text is kept under a
digest of what it was derived from and of the code that derived it, with a digest of itself in
front, so that a damaged or foreign file counts as missing. Where the folder cannot be used, the
text is derived again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import sympy
from sympy import Basic, srepr

import longlag
from longlag.kept import cache_folder, keep_text, read_kept
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.language.parts import parts_of, parts_of_kind
from longlag.theory.language.symbols import CellSymbol

#: What generated text depends on besides the cell, below the package's root.
_GENERATORS = ("theory", "numerics/codegen")
#: Packages whose functions are known by their names; a user's own may change between processes.
_KNOWN = ("sympy.", "longlag.")


def kept_text(cell: Cell, backend: str, derive: Callable[[], str]) -> str:
    """Return the generated text of a cell, from the cache folder or derived and put there.

    Args:
        cell: what it is generated from.
        backend: the name of the backend.
        derive: makes the text where it is not kept.
    """
    key = identity(cell)
    if key is None:
        return derive()
    digest = hashlib.sha256("\0".join([key, backend, _generator()]).encode()).hexdigest()[:32]
    try:
        path = cache_folder() / f"{cell.name}-{backend}-{digest}.txt"
        known = read_kept(path)
        if known is not None:
            return known
        text = derive()
        keep_text(path, text)
    except (OSError, LonglagError) as error:
        if isinstance(error, LonglagError) and "cache folder" not in error.value:
            raise
        return derive()
    return text


def identity(cell: Cell) -> str | None:
    """Return a text that two cells share only if their generated functions are the same.

    Returns:
        None for a cell with functions of a user's own, whose derivatives no name tells.
    """
    parts = [cell.name]
    for state, expression in cell.update.items():
        every = parts_of(expression)
        for node in every:
            if not type(node).__module__.startswith(_KNOWN):
                return None
        # srepr leaves out the class of a parameter's interval and of a symbol's role.
        symbols = sorted(
            parts_of_kind(expression, CellSymbol), key=lambda s: (type(s).__name__, s.name)
        )
        roles = [f"{type(s).__name__} {s.name} {getattr(s, 'interval', '')}" for s in symbols]
        parts += [state.name, *_listed(every), *roles]
    return "\n".join(parts)


def _listed(every: tuple[Basic, ...]) -> list[str]:
    """Each part of an expression by the places of its own parts: none is written out twice."""
    place = {part: str(k) for k, part in enumerate(every)}
    return [
        f"{type(part).__name__} {' '.join(place[each] for each in part.args)}"
        if part.args
        else srepr(part)
        for part in every
    ]


@lru_cache(maxsize=1)
def _generator() -> str:
    """What the generating code is: versions, and size and time of its files."""
    root = Path(longlag.__file__).parent
    parts = [longlag.__version__, sympy.__version__]
    for folder in _GENERATORS:
        # The rooms may be links to the folders of a checkout.
        for path in sorted((root / folder).resolve().rglob("*.py")):
            state = path.stat()
            parts.append(f"{path} {state.st_size} {state.st_mtime_ns}")
    return "\n".join(parts)
