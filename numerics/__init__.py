"""Numeric functions generated from derived expressions, and the references that check them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from longlag.numerics.codegen import BACKENDS, Generated, generate_scalar
from longlag.numerics.generate import generate

__all__ = [
    "BACKENDS",
    "Adapter",
    "Generated",
    "Network",
    "bind",
    "generate",
    "generate_scalar",
    "load_weights",
    "measure_signal",
    "measure_splits",
    "measure_stream",
    "measure_transport",
]


#: Name ↦ the module it lives in, imported on demand: generating NumPy code needs no PyTorch.
_ON_DEMAND = {
    "Adapter": "longlag.numerics.networks.adapter",
    "Network": "longlag.numerics.networks.network",
    "bind": "longlag.numerics.networks.binding",
    "load_weights": "longlag.numerics.networks.weights",
    "measure_signal": "longlag.numerics.signal",
    "measure_splits": "longlag.numerics.measurement",
    "measure_stream": "longlag.numerics.measurement",
    "measure_transport": "longlag.numerics.measurement",
}


def __getattr__(name: str) -> Any:
    if name in _ON_DEMAND:
        return getattr(import_module(_ON_DEMAND[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
