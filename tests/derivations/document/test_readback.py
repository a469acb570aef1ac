r"""Every display is read back to what it came from, and a printer that errs writes no document."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce, singledispatchmethod
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sympy import Expr, tanh
from sympy.printing.latex import LatexPrinter

from longlag.derivations import DERIVATIONS, get_derivations
from longlag.derivations.document import outline, write
from longlag.derivations.document.readback import require_read_back
from longlag.derivations.rates import readings
from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.derivations.window.law import derive_law
from longlag.theory import (
    LAWS,
    Cell,
    LonglagError,
    effective_learning_rates,
    jacobian,
    parameter,
    recurrent,
    sigmoid,
    state,
    weight,
)
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.language.latex import CellPrinter
from longlag.theory.language.matrix import Product, intermediates
from longlag.theory.readback import ReadBack
from longlag.theory.statement import (
    CheckedClaim,
    CheckedDerivation,
    Derivation,
    Level,
    Settings,
    Verdict,
)
from longlag.theory.transport.jacobian import Split
from longlag.theory.transport.rates import rate_definitions
from longlag.theory.typeset.author import Notation
from longlag.theory.typeset.shown import aligned
from longlag.theory.window.formula import FormulaPrinter
from tests.own_cells import OWN_CELLS


def unchecked(derivation: Derivation) -> CheckedDerivation:
    """A derivation whose verdicts nobody found."""
    verdict = Verdict(level=Level.COMPUTED, method="not checked")
    checked = tuple(CheckedClaim(claim, verdict, 0.0) for claim in derivation.claims)
    return CheckedDerivation(derivation, Settings(), checked)


@pytest.mark.parametrize("name", DERIVATIONS)
def test_every_display_says_what_it_came_from(name: str) -> None:
    for derivation in get_derivations(name):
        require_read_back(derivation.name, ((c, c.statement.tex) for c in derivation.claims))


#: Displays that nothing reads back: two of words. None may be added.
UNREAD = {"descent_training/dense_widths", "descent_training/mixing"}
#: How many displays hold a side, or a name of several signs, that is compared by its spelling, as
#: ``\\|\\nabla H_t\\|`` is. These numbers may only fall.
MOST_SPELLED = {"effective_learning_rates": 10, "spectra": 0, "every_lag": 0, "layer_norm": 1}
MOST_SPELLED |= {
    "time_scale_coupling": 0,
    "measured_window": 0,
    "linear_recurrences": 0,
    "linear_networks": 0,
    "initialisations": 0,
    "stability": 0,
    "phases": 0,
    "anti_collapse": 0,
    "trained_networks": 7,
    "published_rates": 1,
    "learnability_window": 8,
}
MOST_SPELLED |= {"gate_window": 3, "curse_of_memory": 40, "gradient_descent": 31, "connections": 11}
#: All words that displays say; a word that is not read says nothing that is checked.
WORDS = {
    "(projected) (plain)", "at", "at along", "at the exit, within", "exponentials:", "rms",
    "for a Gaussian late part", "from some on", "hypothesis, largest norms", "solves",
    "submultiplicativity", "with in place of", "within", "within a factor", "⇒",
}  # fmt: skip


@pytest.mark.parametrize("name", DERIVATIONS)
def test_what_is_not_read_is_known_and_does_not_grow(name: str) -> None:
    found = [(d.name, c.statement) for d in get_derivations(name) for c in d.claims]
    unread = {f"{owner}/{s.name}" for owner, s in found if s.reading is None}
    assert unread <= UNREAD
    readings = [s.reading for _, s in found if isinstance(s.reading, ReadBack)]
    assert sum(not reading.is_whole for reading in readings) <= MOST_SPELLED[name]
    assert {word for reading in readings for word in reading.words} <= WORDS


@pytest.mark.parametrize("width", [8.5, 5.0])
@pytest.mark.parametrize("name", LAWS)
def test_a_law_says_so_in_narrow_columns_and_in_letters_of_an_author(
    name: str, width: float
) -> None:
    names = {"kappa": "k", "b": r"\beta_0", "f": r"\phi", "H_N": r"\mathcal{H}", "ell": "l"}
    with Notation(names=names, width=width):
        write_nowhere(derive_law(LAWS[name]))


def write_nowhere(derivation: Derivation) -> None:
    outline([unchecked(derivation)], title="t")


NOTATIONS = {
    "bold": Notation(bold=True, product=r"\odot", time="argument", inline=False),
    "ringed": Notation(product=r"\circ", inline=False, transpose="T", width=8.5),
    "named": Notation(
        names={"h": r"\mathbf{s}", "t": "k_1", "ell": "m", "J": "K", "W_n": "U_0", "D": r"\Delta"}
    ),
}


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("name", CELLS)
def test_a_cell_says_so_in_letters_of_an_author(name: str, notation: str) -> None:
    with NOTATIONS[notation]:
        write_nowhere(derive_cell(CELLS[name]))


@pytest.mark.parametrize("order", [0, 2, 3])
@pytest.mark.parametrize("name", ["gru", "lstm", "const_gate"])
def test_every_order_says_so(name: str, order: int) -> None:
    write_nowhere(derive_cell(CELLS[name], order))


@pytest.mark.parametrize("name", OWN_CELLS)
def test_own_cells_say_so(name: str) -> None:
    write_nowhere(derive_cell(OWN_CELLS[name]))
    cell = OWN_CELLS[name]
    assert readings.of_update(cell).difference(cell.latex()) is None
    assert readings.of_jacobian(jacobian(cell)).difference(jacobian(cell).latex()) is None


@pytest.mark.parametrize("name", ["H", "I", "E", "S", "N", "e", "ell", "eta", "i", "j", "pi", "t"])
def test_weights_and_parameters_by_taken_names_say_so(name: str) -> None:
    h, map_, own = state("h"), weight(name), parameter(name)
    for update in (sigmoid(map_(h)) * map_(tanh(h)) + h / 2, h * own + tanh(recurrent("w", h))):
        derivation = derive_cell(Cell("taken", {h: update}))
        for statement in (claim.statement for claim in derivation.claims):
            assert statement.reading is not None
            assert statement.reading.difference(statement.tex) is None


@pytest.mark.parametrize("split", ["leak", "gate"])
@pytest.mark.parametrize("notation", NOTATIONS)
def test_intermediate_matrices_and_their_entries_say_so(notation: str, split: Split) -> None:
    h = state("h")

    def layer(s: Expr, number: int) -> Expr:
        t = sigmoid(recurrent(f"t{number}", s))
        return t * tanh(recurrent(f"n{number}", s)) + (1 - t) * s

    cell = Cell("deep", {h: reduce(layer, range(5), h)})
    with NOTATIONS[notation]:
        found = jacobian(cell, split)
        assert intermediates(found.matrix)
        assert readings.of_jacobian(found).difference(found.latex()) is None
        rates = effective_learning_rates(cell)
        told = aligned(rate_definitions(rates.first_order))
        assert readings.of_factors(rates).difference(told) is None


# mutations: each is a printer that errs


def without_brackets(self: FormulaPrinter, body: str) -> str:
    return body


def without_brackets_in_exponents(self: FormulaPrinter, body: str) -> str:
    return body if self._scripts else rf"\left({body}\right)"


def without_signs(self: FormulaPrinter, expr: object, order: object = None) -> str:
    return LatexPrinter._print_Add(self, expr).replace("-", "+")


def without_indices(self: FormulaPrinter, expr: object, style: str = "plain") -> str:
    return PRINT_SYMBOL(self, expr).partition("_")[0]


def with_base_and_exponent_exchanged(self: FormulaPrinter, expr: object) -> str:
    base, exponent = expr.as_base_exp()  # type: ignore[attr-defined]
    return f"{{{self._script(exponent)}}}^{{{self._script(base)}}}"


def with_fractions_upside_down(self: FormulaPrinter, expr: object) -> str:
    return PRINT_MUL(self, 1 / expr)  # type: ignore[operator]


def without_the_branch(self: FormulaPrinter, expr: object, exp: str | None = None) -> str:
    return rf"W_{{0}}\left({self._print(expr.args[0])}\right)"  # type: ignore[attr-defined]


PRINT_SYMBOL, PRINT_MUL = FormulaPrinter._print_Symbol, FormulaPrinter._print_Mul
MUTATIONS: list[tuple[str, str, Callable[..., str]]] = [
    ("shifted_polynomial", "_bracketed", without_brackets),
    ("shifted_polynomial", "_bracketed", without_brackets_in_exponents),
    ("humped_power", "_print_Add", without_signs),
    ("two_exponentials", "_print_Symbol", without_indices),
    ("polynomial", "_print_Pow", with_base_and_exponent_exchanged),
    ("exponential", "_print_Mul", with_fractions_upside_down),
    ("humped_power", "_print_LambertW", without_the_branch),
]


@pytest.mark.parametrize(("law", "method", "wrong"), MUTATIONS)
def test_a_printer_of_formulas_that_errs_writes_no_document(
    law: str,
    method: str,
    wrong: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    write([unchecked(derive_law(LAWS[law]))], "md", tmp_path / "right.md", title="t")
    monkeypatch.setattr(FormulaPrinter, method, wrong)
    with pytest.raises(LonglagError, match="does not say what it came from"):
        write([unchecked(derive_law(LAWS[law]))], "md", tmp_path / "wrong.md", title="t")
    assert [path.name for path in tmp_path.iterdir()] == ["right.md"]


def a_step_late(self: CellPrinter, symbol: object) -> str:
    return self._marked(self._letter(symbol), self._step(), symbol.shared)  # type: ignore


def a_value_a_step_early(self: CellPrinter, symbol: object) -> str:
    return self._marked(self._letter(symbol), self._step(1), symbol.shared)  # type: ignore


def drives_of_nobody(self: CellPrinter, symbol: object) -> str:
    return self._marked(("d", ""), self._step(), symbol.shared)  # type: ignore


def sums_without_signs(self: CellPrinter, expr: object, order: object = None) -> str:
    return PRINT_ADD(self, expr).replace(" - ", " + ")  # type: ignore


def sums_with_every_sign_lost(self: CellPrinter, expr: object, order: object = None) -> str:
    return PRINT_ADD(self, expr).replace("-", "")  # type: ignore


def factors_without_brackets(self: CellPrinter, expr: object) -> str:
    return PRINT_CELL_MUL(self, expr).replace(r"\left(", "").replace(r"\right)", "")  # type: ignore


def powers_lost(self: CellPrinter, expr: object) -> str:
    return str(self._print(expr.base))  # type: ignore


def squares_of_letters_without_brackets(self: CellPrinter, expr: object) -> str:
    return PRINT_POW(self, expr).replace(r"\left(", "").replace(r"\right)", "")  # type: ignore


def diagonals_forgotten(self: CellPrinter, factor: object) -> str:
    return FACTOR(self, factor).replace(r"\operatorname{diag}", "")  # type: ignore


def older_first(self: CellPrinter, *given: str, **more: str) -> str:
    return BETWEEN(self, *given, **more).replace(" < ", r" \le ")


def products_a_step_short(self: CellPrinter, factor: object, index: str, *ends: str) -> str:
    return RUN(self, factor, index, "1", ends[1])  # type: ignore


def last_position_left_out(self: CellPrinter, lag: object) -> str:
    return LAST(self, lag).replace("- 1", "- 2")  # type: ignore


def neurons_exchanged(self: CellPrinter, neuron: str) -> CellPrinter:
    return OF_NEURON(self, {"q": "p", "p": "q"}.get(neuron, neuron))


def maps_of_the_state_before(self: CellPrinter, symbol: object) -> str:
    return PRINT_MAP(self, symbol).replace("t-1", "t")  # type: ignore


def maps_without_their_index(self: CellPrinter, symbol: object) -> str:
    return re.sub(r"W_\{\w+\}", "W", PRINT_MAP(self, symbol))  # type: ignore


PRINT_ADD, PRINT_CELL_MUL = CellPrinter._print_Add, CellPrinter._print_Mul
PRINT_POW, FACTOR, BETWEEN = CellPrinter._print_Pow, CellPrinter._factor, CellPrinter._between
RUN, LAST, OF_NEURON = CellPrinter._run, CellPrinter._last, CellPrinter.of_neuron
PRINT_MAP = CellPrinter._print_MapValue
#: Printers of cells that err: cell, method, the wrong one.
CELL_MUTATIONS: list[tuple[str, str, Callable[..., Any]]] = [
    ("diag_gate", "_print_State", a_step_late),
    ("diag_gate", "_print_Value", a_value_a_step_early),
    ("gru", "_print_Drive", drives_of_nobody),
    ("gru", "_print_Add", sums_without_signs),
    ("leaky", "_print_Add", sums_with_every_sign_lost),
    ("gru", "_print_Mul", factors_without_brackets),
    ("lstm", "_print_Pow", powers_lost),
    ("lstm", "_print_Pow", squares_of_letters_without_brackets),
    ("gru_reset_before", "_factor", diagonals_forgotten),
    ("gru", "_between", older_first),
    ("lstm", "_last", last_position_left_out),
    ("gru_reset_before", "of_neuron", neurons_exchanged),
    ("gru", "_print_MapValue", maps_of_the_state_before),
    ("gru", "_print_MapValue", maps_without_their_index),
]
#: The same of functions: module, name, the wrong one, in terms of the right one.
FUNCTION_MUTATIONS: list[tuple[str, str, str, Callable[[Any], Any]]] = [
    ("lstm", "longlag.theory.language.latex", "weight_tex", lambda right: lambda s: "W"),
    ("shared_gate", "longlag.theory.language.latex", "transposed", lambda right: lambda t: t),
    ("shared_gate", "longlag.theory.language.latex", "row_tex", lambda r: lambda s, **k: "u"),
    (
        "lstm",
        "longlag.theory.language.displays",
        "block_name",
        lambda r: lambda n, b: r(n, b[::-1]),
    ),
    (
        "gru",
        "longlag.derivations.rates.effective_learning_rates",
        "product_latex",
        lambda right: lambda lag: right(lag).replace("t-1", "t-2"),
    ),
    (
        "gru",
        "longlag.derivations.rates.effective_learning_rates",
        "rate_latex",
        lambda right: lambda rate: right(rate).replace("(qq)", "(q)"),
    ),
    (
        "gru",
        "longlag.derivations.rates.effective_learning_rates",
        "rate_latex",
        lambda right: lambda rate: right(rate).replace("j < i", r"j \le i"),
    ),
    (
        "gru",
        "longlag.derivations.rates.effective_learning_rates",
        "product_latex",
        lambda right: lambda lag: right(lag).replace("+1", ""),
    ),
    (
        "gru",
        "longlag.derivations.rates.effective_learning_rates",
        "expansion_equation",
        lambda right: lambda transport: [line.replace("R", "D") for line in right(transport)],
    ),
    (
        "gru",
        "longlag.derivations.rates.effective_learning_rates",
        "remainder_equation",
        lambda right: lambda transport: right(transport).replace("- d^{", "+ d^{", 1),
    ),
]


@pytest.mark.parametrize(("cell", "method", "wrong"), CELL_MUTATIONS)
def test_a_printer_of_cells_that_errs_writes_no_document(
    cell: str, method: str, wrong: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_nowhere(derive_cell(CELLS[cell]))
    monkeypatch.setattr(CellPrinter, method, wrong)
    with pytest.raises(LonglagError, match="does not say what it came from"):
        write_nowhere(derive_cell(CELLS[cell]))


@pytest.mark.parametrize(("cell", "module", "name", "wrong"), FUNCTION_MUTATIONS)
def test_letters_and_templates_that_err_write_no_document(
    cell: str, module: str, name: str, wrong: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = getattr(import_module(module), name)
    monkeypatch.setattr(f"{module}.{name}", wrong(right))
    with pytest.raises(LonglagError, match="does not say what it came from"):
        write_nowhere(derive_cell(CELLS[cell]))


def test_the_order_of_a_product_of_matrices_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = CellPrinter.__dict__["node"].dispatcher.registry
    right = registry[Product]

    def wrong(self: CellPrinter, node: Product) -> str:
        return str(right(self, Product(node.factors[::-1])))

    monkeypatch.setattr(CellPrinter, "node", replaced(CellPrinter.__dict__["node"], Product, wrong))
    with pytest.raises(LonglagError, match="does not say what it came from"):
        write_nowhere(derive_cell(CELLS["gru_reset_before"]))


def replaced(method: Any, kind: type, wrong: Callable[..., str]) -> Any:
    """A method by kinds with another function for one of them."""
    other = singledispatchmethod(method.func)
    for known, function in method.dispatcher.registry.items():
        other.register(known, wrong if known is kind else function)
    return other


def test_the_error_names_document_display_what_is_printed_and_what_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(CellPrinter, "_print_Add", sums_without_signs)
    with pytest.raises(LonglagError) as error:
        write_nowhere(derive_cell(CELLS["leaky"]))
    told = str(error.value)
    assert told.startswith("display 'update' of 'leaky': it does not say what it came from: ")
    assert r"\alpha n_{t}+h_{t-1}\left(1+\alpha\right) reads as " in told
    assert r"h_{t} &= \alpha n_{t} + h_{t-1} \left(1 + \alpha\right)" in told
