"""Named collections: cells, backends, formats, derivations are found by iterating one of these."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Generic, TypeVar

from sympy import Basic

from longlag.theory.errors import LonglagError
from longlag.theory.typeset.described import described
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.typeset.shown import Shown, listing

Item = TypeVar("Item")


@dataclass(frozen=True)
class _Defined:
    """An item that a module defines, which was not asked for yet."""

    name: str
    module: str

    def load(self) -> Any:
        return getattr(import_module(self.module), self.name)


class Registry(Shown, Mapping[str, Item], Generic[Item]):
    """A mapping from name to item that refuses duplicates and explains unknown names.

    Args:
        kind: what the items are, in the singular; used in error messages.

    >>> colours = Registry("colour")
    >>> colours.register("red", 0xFF0000)
    16711680
    >>> list(colours)
    ['red']
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._items: dict[str, Item | _Defined] = {}

    def register(self, name: str, item: Item) -> Item:
        """Add ``item`` under ``name`` and return it; a name that is taken raises LonglagError."""
        self._add(name, item)
        return item

    def expect(self, name: str, module: str) -> None:
        """Add what a module defines under its own name; it is imported once somebody asks for it.

        Args:
            name: of the item, in the registry and in the module.
            module: its full name.

        Raises:
            LonglagError: the name is taken.

        >>> functions = Registry("function")
        >>> functions.expect("isqrt", "math")
        >>> list(functions), functions["isqrt"](10)
        (['isqrt'], 3)
        """
        self._add(name, _Defined(name, module))

    def _add(self, name: str, item: Item | _Defined) -> None:
        if name in self._items:
            raise LonglagError(
                f"{self.kind} {name!r}", "this name is registered already", "choose another name"
            )
        self._items[name] = item

    def attribute(self, name: str) -> Item:
        """Return an item as the attribute of a package; an unknown name raises AttributeError."""
        if name not in self._items:
            raise AttributeError(f"no {self.kind} is named {name!r}", name=name)
        return self[name]

    def __getattr__(self, name: str) -> Any:
        """Tell how an item is asked for, where somebody asks for it as an attribute."""
        if name.startswith("_") or name not in self._items:
            raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}", name=name)
        raise AttributeError(f"an item is asked for by its name in brackets: [{name!r}]", name=name)

    def __getitem__(self, name: str) -> Item:
        try:
            found = self._items[name]
        except KeyError:
            close = difflib.get_close_matches(str(name), self._items, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"choose one of {', '.join(self)}"
            raise LonglagError(
                f"{self.kind} {name!r}", f"no {self.kind} has this name", hint
            ) from None
        if isinstance(found, _Defined):
            found = self._items[name] = found.load()
        return found

    def __repr__(self) -> str:
        return described(f"registry of kind {self.kind}, {len(self)} items: {', '.join(self)}")

    def _lines(self) -> list[str]:
        """A table: each name, beside it the formula of what has one."""
        return [listing((name, _formula(item)) for name, item in self.items())]

    def get(self, name: str, default: Any = None) -> Any:
        """Return the item, or ``default`` where there is none of that name."""
        return self[name] if name in self._items else default

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


def _formula(item: object) -> str:
    if isinstance(item, Basic):
        return scalar_tex(item)
    return item.latex() if isinstance(item, Shown) else ""
