"""The registry of cells. A new cell is one file here and its name in a family below."""

from collections.abc import Mapping
from types import MappingProxyType

from longlag.theory.cells.catalogue.antisymmetric import antisymmetric, gated_antisymmetric
from longlag.theory.cells.catalogue.atr import atr
from longlag.theory.cells.catalogue.brc import brc
from longlag.theory.cells.catalogue.cfc import cfc
from longlag.theory.cells.catalogue.const_gate import const_gate, const_gate_layer_norm
from longlag.theory.cells.catalogue.coupled_lstm import coupled_lstm
from longlag.theory.cells.catalogue.delayed import delayed
from longlag.theory.cells.catalogue.diag_gate import diag_gate
from longlag.theory.cells.catalogue.fast_grnn import fast_grnn
from longlag.theory.cells.catalogue.gru import gru, gru_layer_norm
from longlag.theory.cells.catalogue.gru_reset_before import gru_reset_before
from longlag.theory.cells.catalogue.ind_rnn import ind_rnn
from longlag.theory.cells.catalogue.janet import janet
from longlag.theory.cells.catalogue.layer_normed import (
    diag_gate_layer_norm,
    gru_reset_before_layer_norm,
    lstm_layer_norm,
    shared_gate_layer_norm,
)
from longlag.theory.cells.catalogue.leaky import leaky
from longlag.theory.cells.catalogue.legendre_memory import legendre_memory
from longlag.theory.cells.catalogue.linear_modes import linear_recurrent_unit, s4d
from longlag.theory.cells.catalogue.long_expressive_memory import long_expressive_memory
from longlag.theory.cells.catalogue.lstm import lstm
from longlag.theory.cells.catalogue.ltc import ltc
from longlag.theory.cells.catalogue.matrix_memory import (
    delta_net,
    gated_delta_net,
    gated_linear_attention,
    hgrn2,
    linear_attention,
    mlstm,
    retention,
    rwkv7,
)
from longlag.theory.cells.catalogue.min_gru import min_gru
from longlag.theory.cells.catalogue.min_lstm import min_lstm
from longlag.theory.cells.catalogue.minimal_gated_unit import minimal_gated_unit
from longlag.theory.cells.catalogue.nbrc import nbrc
from longlag.theory.cells.catalogue.ordered_neurons import ordered_neurons
from longlag.theory.cells.catalogue.orthogonal import orthogonal
from longlag.theory.cells.catalogue.oscillators import oscillators
from longlag.theory.cells.catalogue.peephole_lstm import peephole_lstm
from longlag.theory.cells.catalogue.plain import plain
from longlag.theory.cells.catalogue.projected_lstm import projected_lstm
from longlag.theory.cells.catalogue.qrnn import qrnn
from longlag.theory.cells.catalogue.ran import ran
from longlag.theory.cells.catalogue.recurrent_highway import recurrent_highway
from longlag.theory.cells.catalogue.rg_lru import rg_lru
from longlag.theory.cells.catalogue.rwkv import rwkv
from longlag.theory.cells.catalogue.scrn import scrn
from longlag.theory.cells.catalogue.selective import mamba, mamba2
from longlag.theory.cells.catalogue.shared_gate import shared_gate
from longlag.theory.cells.catalogue.slstm import slstm
from longlag.theory.cells.catalogue.spiking import spiking
from longlag.theory.cells.catalogue.sru import sru
from longlag.theory.cells.catalogue.unicornn import unicornn
from longlag.theory.cells.cell import Cell
from longlag.theory.registry import Registry

#: The cells by family, in the order in which lists and reports show them.
FAMILIES: Mapping[str, tuple[Cell, ...]] = MappingProxyType(
    {
        "of the papers": (
            plain,
            leaky,
            const_gate,
            shared_gate,
            diag_gate,
            gru,
            gru_reset_before,
            lstm,
            const_gate_layer_norm,
            gru_layer_norm,
        ),
        "gated": (
            peephole_lstm,
            coupled_lstm,
            projected_lstm,
            ordered_neurons,
            janet,
            minimal_gated_unit,
            fast_grnn,
            recurrent_highway,
            nbrc,
            atr,
            ran,
            scrn,
            slstm,
        ),
        "normalised": (
            shared_gate_layer_norm,
            diag_gate_layer_norm,
            gru_reset_before_layer_norm,
            lstm_layer_norm,
        ),
        "oscillators and flows": (
            antisymmetric,
            gated_antisymmetric,
            orthogonal,
            oscillators,
            long_expressive_memory,
            ltc,
            cfc,
        ),
        "others": (spiking, delayed, legendre_memory),
        "neurons that see themselves alone": (sru, ind_rnn, brc, unicornn),
        "linear and selective": (
            min_gru,
            min_lstm,
            qrnn,
            rg_lru,
            rwkv,
            linear_recurrent_unit,
            s4d,
            mamba,
            mamba2,
        ),
        "matrix state": (
            linear_attention,
            retention,
            gated_linear_attention,
            hgrn2,
            delta_net,
            gated_delta_net,
            rwkv7,
            mlstm,
        ),
    }
)

CELLS: Registry[Cell] = Registry("cell")
for _family in FAMILIES.values():
    for _cell in _family:
        CELLS.register(_cell.name, _cell)

#: Those of the papers, which reports have a chapter on and tests try every check on.
PAPER_CELLS: Registry[Cell] = Registry("cell")
for _cell in FAMILIES["of the papers"]:
    PAPER_CELLS.register(_cell.name, _cell)

__all__ = ["CELLS", "PAPER_CELLS"]
