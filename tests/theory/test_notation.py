"""One table gives every name its TeX: one piece, balanced, Greek where the name is Greek."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from latex2mathml.converter import convert
from sympy import Add, Dummy, Symbol, latex

import longlag.theory
from longlag.theory import LonglagError, notation, transport
from longlag.theory.bridges import gates
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.estimators import estimator as estimators
from longlag.theory.language.axes import Axis
from longlag.theory.language.symbols import CellSymbol
from longlag.theory.laws import law as laws
from longlag.theory.notation import (
    NOTATION,
    SUFFIX_TEX,
    Quantity,
    SymbolTable,
    registered_symbols,
    tex_name,
    tex_parts,
)
from longlag.theory.spectra import spectrum
from longlag.theory.transport import product
from longlag.theory.window import horizon, window

IDENTIFIERS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,11}", fullmatch=True)


@pytest.mark.parametrize(
    ("name", "tex"),
    [
        ("z", "z"),
        ("W", "W"),
        ("alpha", r"\alpha"),
        ("Gamma", r"\Gamma"),
        ("ell", r"\ell"),
        ("varepsilon", r"\varepsilon"),
        ("x1", "x_{1}"),
        ("y_12", "y_{12}"),
        ("slow", r"\mathrm{slow}"),
        ("slow_z", r"\mathrm{slow}_{z}"),
        ("p_f", "p_{f}"),
        ("tau_m", r"\tau_{m}"),
        ("tau_slow_1", r"\tau_{\mathrm{slow},1}"),
        ("odd__name_", r"\mathrm{odd\_\_name\_}"),
        ("n_gain", r"\gamma^{n}"),
        ("alpha_bias", r"\beta^{\alpha}"),
        ("slow_variance", r"v^{\mathrm{slow}}"),
        ("mean", r"\mathrm{mean}"),
    ],
)
def test_a_name_reads_as_a_mathematician_writes_it(name: str, tex: str) -> None:
    assert tex_name(name) == tex


@given(name=IDENTIFIERS)
@example(name="_")
@example(name="_mean")
@example(name="__")
@example(name="lambda_")
def test_every_identifier_is_well_formed_and_keeps_its_letters(name: str) -> None:
    tex = tex_name(name)
    convert(f"{tex} + 1")
    assert tex.count("{") == tex.count("}")
    # An underscore is a subscript with braces, or it is escaped.
    assert not re.search(r"(?<!\\)_(?!\{)", tex)
    assert re.sub(r"\W", "", tex)


@given(name=IDENTIFIERS)
@example(name="x1")
@example(name="n_gain")
def test_parts_leave_room_for_an_index_above_and_below(name: str) -> None:
    letter, above = tex_parts(name)
    braced = f"{{{letter}}}" if "_{" in letter else letter
    convert(f"{braced}^{{{above},(q)}}_{{t-1}}")
    assert (above != "") == (
        name.rpartition("_")[2] in SUFFIX_TEX and name.rpartition("_")[0] != ""
    )


@given(first=IDENTIFIERS, second=IDENTIFIERS)
def test_names_of_several_letters_are_told_apart(first: str, second: str) -> None:
    spelled = all(tex_name(name).startswith(r"\mathrm") for name in (first, second))
    assert not spelled or (tex_name(first) == tex_name(second)) == (first == second)


def _rooms() -> Iterator[tuple[str, ModuleType]]:
    """Every module of the theory but the catalogues, whose symbols are parameters of an entry."""
    for found in pkgutil.walk_packages(longlag.theory.__path__, "longlag.theory."):
        if not found.ispkg and ".catalogue." not in found.name and ".kernels." not in found.name:
            yield found.name, importlib.import_module(found.name)


ROOMS = dict(_rooms())


def test_every_symbol_of_every_room_is_registered() -> None:
    registered = set(registered_symbols())
    for name, module in ROOMS.items():
        for attribute, value in vars(module).items():
            # Words of the cells' language and dummies are kept apart by their classes.
            if isinstance(value, Symbol) and not isinstance(value, (Axis, CellSymbol, Dummy)):
                assert value in registered, f"{name}.{attribute}"


def test_no_two_registered_symbols_are_equal() -> None:
    symbols = list(registered_symbols())
    assert len(symbols) > 80
    assert len(set(symbols)) == len(symbols)
    assert all(symbol != Symbol(symbol.name, **symbol._assumptions_orig) for symbol in symbols)


def test_registered_symbols_keep_apart_in_one_expression() -> None:
    by_name: dict[str, list[Quantity]] = {}
    for symbol in registered_symbols():
        by_name.setdefault(symbol.name, []).append(symbol)
    namesakes = [group for group in by_name.values() if len(group) > 1]
    assert namesakes
    for group in namesakes:
        assert len(Add(*group).free_symbols) == len(group)
        assert Add(*group).subs(group[0], 0).free_symbols == set(group[1:])


def test_a_public_name_is_one_symbol_everywhere() -> None:
    public: dict[str, set[Symbol]] = {}
    for module in (longlag.theory, laws, window, spectrum, product, horizon, gates):
        for attribute, value in vars(module).items():
            if isinstance(value, Symbol) and attribute in ("ell", "N", "SAMPLES", "samples"):
                public.setdefault(str(value), set()).add(value)
    assert {name: len(symbols) for name, symbols in public.items()} == {"ell": 1, "N": 1}
    assert transport(CELLS["leaky"]).remainder_bound.subs(longlag.theory.ell, 8).free_symbols == {
        notation.local_norm,
        notation.recurrent_norm,
    }
    assert estimators.samples == window.SAMPLES


def test_registered_symbols_say_what_they_are() -> None:
    for symbol in registered_symbols():
        convert(symbol.tex)
        assert symbol.meaning
        for formula in re.findall(r"\$([^$]*)\$", symbol.meaning):
            convert(formula)
        assert latex(symbol) == symbol.tex
        assert latex(symbol, symbol_names={symbol: "S"}) == "S"
        assert pickle.loads(pickle.dumps(symbol)) == symbol


def test_a_letter_is_registered_once_for_one_meaning() -> None:
    table = SymbolTable("test_notation")
    first = table.add("q", "one thing", positive=True)
    assert first != table.add("q", "another thing", positive=True)
    with pytest.raises(LonglagError, match="registered already"):
        table.add("q", "one thing", positive=True)


def test_lag_and_neurons_count() -> None:
    assert notation.ell.is_positive
    assert notation.neurons.is_integer
    assert notation.neurons.is_positive
    assert notation.local_norm.is_nonnegative
    assert notation.recurrent_norm.is_nonnegative


def test_the_printed_table_is_well_formed() -> None:
    for line in NOTATION:
        convert(line.tex)
        assert line.meaning
        for formula in re.findall(r"\$([^$]*)\$", line.meaning):
            convert(formula)
    assert notation.CONVENTION.count("$") % 2 == 0
    assert "newest factor on the left" in notation.CONVENTION
