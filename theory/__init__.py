"""Symbolic theory: a cell and its transport, a decay law and its learnability window."""

from importlib import import_module
from typing import TYPE_CHECKING

from longlag.names import on_demand

if TYPE_CHECKING:
    from longlag.theory.names import *  # noqa: F403
else:
    # `transport` is a function, beside the room of that name.
    on_demand(
        __name__, lambda name: getattr(import_module(f"{__name__}.names"), name), {"transport"}
    )
