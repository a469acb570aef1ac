"""Numeric functions generated from derived expressions, and the references that check them."""

from __future__ import annotations

from typing import Any

from longlag.numerics.codegen import BACKENDS, Generated, generate, generate_scalar

__all__ = [
    "BACKENDS", "Generated", "bind", "generate", "generate_scalar", "measure_transport",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    # On demand: generating NumPy code needs no PyTorch.
    if name == "bind":
        from longlag.numerics.binding import bind

        return bind
    if name == "measure_transport":
        from longlag.numerics.measurement import measure_transport

        return measure_transport
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
