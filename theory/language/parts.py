"""The parts of an expression, each once however often it stands there.

SymPy walks an expression as a tree. In an update of several layers within a step a state stands
three times in the next layer, so that its tree is 3^depth times as large as what it holds.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

from sympy import Basic


@lru_cache(maxsize=256)
def parts_of(expression: Basic) -> tuple[Basic, ...]:
    """Return an expression and all that stands in it, the outermost first.

    >>> from sympy.abc import x
    >>> found = parts_of((x + 1) ** 2 + x)
    >>> found[0], len(found), set(found) >= {x, x + 1, (x + 1) ** 2}
    (x + (x + 1)**2, 6, True)
    """
    found: dict[Basic, None] = {}
    pending = [expression]
    while pending:
        part = pending.pop()
        if part not in found:
            found[part] = None
            pending += part.args[::-1]
    return tuple(found)


def parts_of_kind(expression: Basic, *kinds: type[Any]) -> set[Any]:
    """Return the parts of an expression of some classes, as ``atoms`` does.

    >>> from sympy import Symbol
    >>> from sympy.abc import x, y
    >>> parts_of_kind(x + y + x * y, Symbol) == {x, y}
    True
    """
    return {part for part in parts_of(expression) if isinstance(part, kinds)}


def holds(expression: Basic, *what: Basic | type[Any]) -> bool:
    """Return whether one of some symbols or classes is in an expression, as ``has`` does.

    >>> from sympy import I, Symbol
    >>> from sympy.abc import x
    >>> holds(x + 1, Symbol), holds(x + 1, I)
    (True, False)
    """
    kinds = tuple(each for each in what if isinstance(each, type))
    return any(part in what or isinstance(part, kinds) for part in parts_of(expression))


@lru_cache(maxsize=4096)
def tree_size(expression: Basic) -> int:
    """Return how many parts a text of an expression has, in which each is written every time.

    >>> from sympy.abc import x
    >>> tree_size(x + 1), tree_size((x + 1) ** (x + 1))
    (3, 7)
    """
    return 1 + sum(map(tree_size, expression.args))


@lru_cache(maxsize=4096)
def digest(expression: Basic) -> str:
    """Return what tells an expression from others, the same in every process."""
    inside = ",".join(map(digest, expression.args))
    own = type(expression).__name__ if inside else f"{type(expression).__name__} {expression}"
    return hashlib.sha256(f"{own}({inside})".encode()).hexdigest()


__all__ = ["digest", "holds", "parts_of", "parts_of_kind", "tree_size"]
