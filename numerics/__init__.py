"""Numeric functions generated from derived expressions, and the references that check them."""

from __future__ import annotations

from typing import Any

from longlag.numerics.codegen import BACKENDS, Generated, generate, generate_scalar

__all__ = ["BACKENDS", "Generated", "bind", "generate", "generate_scalar"]


def __getattr__(name: str) -> Any:
    # On demand: generating NumPy code needs no PyTorch.
    if name == "bind":
        from longlag.numerics.binding import bind

        return bind
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
