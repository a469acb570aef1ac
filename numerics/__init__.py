"""Numeric functions generated from derived expressions, and the references that check them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from longlag.names import on_demand

if TYPE_CHECKING:
    from longlag.numerics.codegen import BACKENDS, Generated, generate_scalar
    from longlag.numerics.generate import generate
    from longlag.numerics.measurement import measure_splits, measure_stream, measure_transport
    from longlag.numerics.networks.adapter import Adapter
    from longlag.numerics.networks.binding import bind
    from longlag.numerics.networks.network import Network
    from longlag.numerics.networks.weights import load_weights
    from longlag.numerics.signal import measure_signal
    from longlag.numerics.window_plot import plot_window

#: Name ↦ the module it lives in, imported on demand: generating NumPy code needs no PyTorch.
_PLACES = {
    "BACKENDS": "codegen",
    "Adapter": "networks.adapter",
    "Generated": "codegen",
    "Network": "networks.network",
    "bind": "networks.binding",
    "generate": "generate",
    "generate_scalar": "codegen",
    "load_weights": "networks.weights",
    "measure_signal": "signal",
    "measure_splits": "measurement",
    "measure_stream": "measurement",
    "measure_transport": "measurement",
    "plot_window": "window_plot",
}

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
    "plot_window",
]


def _load(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


# `generate` is a function, beside the module of that name.
on_demand(
    __name__,
    _load,
    above={"generate"},
    rooms=(
        "detection",
        "fitting",
        "measurement",
        "memory",
        "series",
        "signal",
        "stable",
        "tail",
        "training",
    ),
)
