"""Symbolic theory: a cell and its transport, a decay law and its learnability window."""

from importlib import import_module
from typing import TYPE_CHECKING

from longlag.names import on_demand

#: Of those below, the rooms that users import from.
_ROOMS = ("cells", "descent", "estimators", "laws", "memory", "spectra", "statement", "verify")

if TYPE_CHECKING:
    from longlag.theory.names import *  # noqa: F403
else:
    # `transport` is a function, beside the room of that name.
    on_demand(
        __name__,
        lambda name: getattr(import_module(f"{__name__}.names"), name),
        above={"transport"},
        rooms=(
            "cells",
            "descent",
            "estimators",
            "laws",
            "memory",
            "spectra",
            "statement",
            "verify",
        ),
    )
