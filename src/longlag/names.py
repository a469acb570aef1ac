"""Packages whose public names are loaded when somebody asks for one of them.

To import a room of a package is to import the package, which should not import its other rooms.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from types import ModuleType
from typing import Any


class _OnDemand(ModuleType):
    """A package that asks a function for what it has not loaded yet."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") and name != "__all__":
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}", name=name)
        found = vars(self)["_load"](name)
        super().__setattr__(name, found)
        return found

    def __setattr__(self, name: str, value: object) -> None:
        # The import of a module below binds it here, where its name may stand for something else.
        if not (isinstance(value, ModuleType) and name in vars(self)["_above"]):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return _told(self, vars(self)["_rooms"])


def on_demand(
    package: str,
    load: Callable[[str], object],
    above: Collection[str] = (),
    rooms: Collection[str] = (),
) -> None:
    """Let a package look its public names up when they are asked for, and keep them then.

    Args:
        package: its full name; it is being imported, or was.
        load: what stands for a name, ``__all__`` too where the package lacks it; AttributeError
            where nothing does.
        above: names that are not those of the modules below that are called the same.
        rooms: modules below that users import from, which ``dir`` names too.

    >>> sys.modules["shop"] = shop = ModuleType("shop")
    >>> on_demand("shop", {"bread": 2}.__getitem__, above={"bread"})
    >>> shop.bread
    2
    >>> del sys.modules["shop"]
    """
    module = sys.modules[package]
    vars(module).update(_load=load, _above=above, _rooms=rooms)
    module.__class__ = _OnDemand


def listed(package: str, rooms: Collection[str] = ()) -> None:
    """Let ``dir``, and so what completes a name, tell what users import, and nothing else.

    Args:
        package: its full name; it is being imported, and has ``__all__`` already.
        rooms: what stands in it besides: modules below, items of a registry.

    >>> sys.modules["shop"] = shop = ModuleType("shop")
    >>> shop.__all__, shop.scales = ["bread"], 1
    >>> listed("shop", rooms={"counter"})
    >>> [name for name in dir(shop) if not name.startswith("_")]
    ['bread', 'counter']
    >>> del sys.modules["shop"]
    """
    module = sys.modules[package]
    vars(module)["__dir__"] = lambda: _told(module, rooms)


def _told(module: ModuleType, rooms: Collection[str]) -> list[str]:
    """What ``dir`` tells: what users import, and what Python keeps in every module."""
    told = {*module.__all__, *rooms}  # first, since a package may load names when it is asked
    return sorted(told.union(name for name in vars(module) if name.startswith("__")))
