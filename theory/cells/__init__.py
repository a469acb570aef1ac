"""The registry of cells. A new cell is one file here and its name in a family below.

A file is imported when its cell is asked for: deriving one cell builds no other.
"""

from collections.abc import Mapping
from types import MappingProxyType

from longlag.names import listed
from longlag.theory.cells.cell import Cell
from longlag.theory.registry import Registry

#: The names of the cells by family, in the order in which lists and reports show them.
FAMILIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "of the papers": (
            "plain",
            "leaky",
            "const_gate",
            "shared_gate",
            "diag_gate",
            "gru",
            "gru_reset_before",
            "lstm",
            "const_gate_layer_norm",
            "gru_layer_norm",
        ),
        "gated": (
            "peephole_lstm",
            "coupled_lstm",
            "projected_lstm",
            "ordered_neurons",
            "janet",
            "minimal_gated_unit",
            "fast_grnn",
            "recurrent_highway",
            "nbrc",
            "atr",
            "ran",
            "scrn",
            "slstm",
        ),
        "normalised": (
            "shared_gate_layer_norm",
            "diag_gate_layer_norm",
            "gru_reset_before_layer_norm",
            "lstm_layer_norm",
        ),
        "oscillators and flows": (
            "antisymmetric",
            "gated_antisymmetric",
            "orthogonal",
            "oscillators",
            "long_expressive_memory",
            "ltc",
            "cfc",
        ),
        "others": ("spiking", "delayed", "legendre_memory"),
        "neurons that see themselves alone": ("sru", "ind_rnn", "brc", "unicornn"),
        "linear and selective": (
            "min_gru",
            "min_lstm",
            "qrnn",
            "rg_lru",
            "rwkv",
            "linear_recurrent_unit",
            "s4d",
            "mamba",
            "mamba2",
        ),
        "matrix state": (
            "linear_attention",
            "retention",
            "gated_linear_attention",
            "hgrn2",
            "delta_net",
            "gated_delta_net",
            "rwkv7",
            "mlstm",
        ),
    }
)

#: The files in ``catalogue`` of cells that share one, which bears the name of the first at most.
_SHARED_FILES: Mapping[str, str] = MappingProxyType(
    {
        "gated_antisymmetric": "antisymmetric",
        "const_gate_layer_norm": "const_gate",
        "gru_layer_norm": "gru",
        "diag_gate_layer_norm": "layer_normed",
        "gru_reset_before_layer_norm": "layer_normed",
        "lstm_layer_norm": "layer_normed",
        "shared_gate_layer_norm": "layer_normed",
        "linear_recurrent_unit": "linear_modes",
        "s4d": "linear_modes",
        "delta_net": "matrix_memory",
        "gated_delta_net": "matrix_memory",
        "gated_linear_attention": "matrix_memory",
        "hgrn2": "matrix_memory",
        "linear_attention": "matrix_memory",
        "mlstm": "matrix_memory",
        "retention": "matrix_memory",
        "rwkv7": "matrix_memory",
        "mamba": "selective",
        "mamba2": "selective",
    }
)

CELLS: Registry[Cell] = Registry("cell")
for _family in FAMILIES.values():
    for _name in _family:
        CELLS.expect(_name, f"{__name__}.catalogue.{_SHARED_FILES.get(_name, _name)}")

#: Those of the papers, which reports have a chapter on and tests try every check on.
PAPER_CELLS: Registry[Cell] = Registry("cell")
for _name in FAMILIES["of the papers"]:
    PAPER_CELLS.expect(_name, f"{__name__}.catalogue.{_SHARED_FILES.get(_name, _name)}")


def __getattr__(name: str) -> Cell:
    return CELLS.attribute(name)


__all__ = ["CELLS", "PAPER_CELLS"]

listed(__name__, CELLS)
