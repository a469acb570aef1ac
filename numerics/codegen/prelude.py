"""A backend's prelude, cut down to what one module uses."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from longlag.numerics.codegen.layout import WIDTH


@dataclass(frozen=True)
class _Piece:
    """One top-level statement, or one name of a ``from`` import."""

    source: str
    defines: frozenset[str]
    uses: frozenset[str]
    module: str = ""


def names_in(source: str) -> frozenset[str]:
    """Return every variable that some source reads or writes."""
    return frozenset(n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name))


def defined_names(prelude: str) -> frozenset[str]:
    """Return the names that a prelude defines."""
    return frozenset().union(*(piece.defines for piece in _pieces(prelude)))


def select(prelude: str, body: str) -> str:
    """Return the part of a prelude that ``body`` needs, in the prelude's order.

    Args:
        prelude: imports, assignments and functions.
        body: the source that follows it.

    >>> print(select("from math import e, pi\\ntwo = 2\\ntau = two*pi", "print(tau)"))
    from math import pi
    <BLANKLINE>
    two = 2
    tau = two*pi
    """
    pieces = _pieces(prelude)
    needed = set(names_in(body))
    found: set[_Piece] = set()
    while fresh := {p for p in pieces if p.defines & needed} - found:
        found |= fresh
        needed = needed.union(*(piece.uses for piece in fresh))
    kept = [piece for piece in pieces if piece in found]
    imports = [piece.source for piece in kept if piece.source.startswith("import ")]
    imports += _from_imports([piece for piece in kept if piece.module])
    text = "\n".join(imports)
    previous = "import"
    for piece in kept:
        if piece.module or piece.source.startswith("import "):
            continue
        kind = "def" if piece.source.startswith("def ") else "assignment"
        gap = 3 if "def" in (kind, previous) else 1 if kind == previous else 2
        text += "\n" * gap + piece.source
        previous = kind
    return text.strip()


@lru_cache(maxsize=32)
def _pieces(prelude: str) -> tuple[_Piece, ...]:
    pieces: list[_Piece] = []
    # Taken by their places, since the standard library splits all of the text anew for each.
    text = prelude.encode()
    starts = list(accumulate(map(len, text.splitlines(keepends=True)), initial=0))
    for node in ast.parse(prelude).body:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        first = starts[node.lineno - 1] + node.col_offset
        source = text[first : starts[node.end_lineno - 1] + node.end_col_offset].decode()
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                name = alias.name + (f" as {alias.asname}" if alias.asname else "")
                names = frozenset({alias.asname or alias.name})
                pieces.append(_Piece(name, names, frozenset(), node.module or ""))
        elif isinstance(node, ast.Import):
            names = frozenset(alias.asname or alias.name for alias in node.names)
            pieces.append(_Piece(source, names, frozenset()))
        else:
            stored = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and _stores(n)}
            local = stored | {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
            names = frozenset({node.name} if isinstance(node, ast.FunctionDef) else stored)
            pieces.append(_Piece(source, names, names_in(source) - local))
    return tuple(pieces)


def _stores(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def _from_imports(pieces: Iterable[_Piece]) -> list[str]:
    """One ``from`` import for each module, wrapped where it is long."""
    by_module: dict[str, list[str]] = {}
    for piece in pieces:
        by_module.setdefault(piece.module, []).append(piece.source)
    lines = []
    for module, names in by_module.items():
        line = f"from {module} import {', '.join(names)}"
        if len(line) > WIDTH:
            line = f"from {module} import (\n" + "".join(f"    {n},\n" for n in names) + ")"
        lines.append(line)
    return lines
