"""The language refuses every misuse in one line that names the value, the rule and the remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sympy
import torch
from sympy import (
    Abs,
    Function,
    Heaviside,
    I,
    IndexedBase,
    Integral,
    Interval,
    Max,
    Piecewise,
    Rational,
    Symbol,
    exp,
    log,
    oo,
    sign,
    sqrt,
    tanh,
)

from longlag.theory import (
    Cell,
    LonglagError,
    drive,
    hold,
    jacobian,
    mean,
    parameter,
    recurrent,
    relu,
    sigmoid,
    softmax,
    state,
    surrogate,
    total,
    weight,
)
from longlag.theory.cells import PAPER_CELLS as CELLS

h, c = state("h"), state("c")
t, x = Symbol("t"), Symbol("x")


def cell(update: object) -> Cell:
    return Cell("bad", {h: update})


W, z = weight("W"), state("z", complex=True)

#: What is wrong: (how it is written, the offending value, a word of the rule, the remedy).
MISUSE: dict[str, tuple[Callable[[], object], str, str, str]] = {
    "softmax over nothing": (lambda: softmax(h), "softmax", "sums over an axis", "over=N"),
    "sum over nothing": (lambda: total(h), "total", "sums over an axis", "over=N"),
    "delay of a drive": (
        lambda: drive("x").delay(1),
        "drive 'x'",
        "only a state is kept",
        "{x: x}",
    ),
    "two values held": (lambda: hold(h, h), "hold of 2 values", "function of 1", "hold(…)"),
    "sigmoid of none": (lambda: sigmoid(), "sigmoid of 0 values", "function of 1", "sigmoid(…)"),
    "unknown symbol": (lambda: cell(h * x), "symbol x", "role", "parameter('x')"),
    "unknown symbol in a map": (lambda: cell(recurrent("n", x)), "symbol x", "role", "state"),
    "state without an update": (lambda: cell(h * c), "state c", "no update", "add c"),
    "state without an update in a map": (lambda: cell(recurrent("n", c)), "state c", "", "add c"),
    "time as a symbol": (lambda: cell(h * t), "symbol t", "time", "drive('t')"),
    "time as an index": (
        lambda: cell(IndexedBase("h")[t - 1]),
        "h[t - 1]",
        "time index",
        "state('h')",
    ),
    "time as an argument": (lambda: cell(Function("h")(t)), "h(t)", "time index", "state('h')"),
    "text as an update": (lambda: cell("h"), "'h'", "expression", "build it from"),
    "code as an update": (lambda: cell("exit()"), "'exit()'", "expression", "build it from"),
    "nothing as an update": (lambda: cell(None), "None", "expression", "build it from"),
    "a truth value as an update": (lambda: cell(h > 0), "h > 0", "expression", "build it from"),
    "text in a map": (lambda: recurrent("z", "h"), "'h'", "expression", "build it from"),
    "text in a mean": (lambda: mean("h", "m"), "'h'", "expression", "build it from"),
    "a key that is text": (lambda: Cell("bad", {"h": h}), "'h'", "states", "state(name)"),
    "a key that is a symbol": (lambda: Cell("bad", {x: h}), "x", "states", "state(name)"),
    "a key that is a drive": (lambda: Cell("bad", {drive("h"): h}), "h", "states", "state(name)"),
    "no update": (lambda: Cell("bad", {}), "{}", "each state", "dictionary"),
    "a list for an update": (lambda: Cell("bad", [h]), "[h]", "each state", "dictionary"),
    "one map name, two arguments": (
        lambda: cell(recurrent("n", h) + recurrent("n", h**2)),
        "map 'n'",
        "two",
        "of its own",
    ),
    "one map name, dense and row": (
        lambda: cell(recurrent("n", h) + recurrent("n", h, shared=True)),
        "map 'n'",
        "two",
        "own",
    ),
    "one map name, mean and dense": (
        lambda: cell(mean(h, "n") + recurrent("n", h)),
        "map 'n'",
        "two",
        "of its own",
    ),
    "one map name, within itself": (
        lambda: cell(recurrent("n", recurrent("n", h))),
        "map 'n'",
        "two",
        "of its own",
    ),
    "one parameter name, two intervals": (
        lambda: cell(parameter("k", Interval(0, 1)) * h + parameter("k")),
        "parameter 'k'",
        "two",
        "once",
    ),
    "one drive name, shared and not": (
        lambda: cell(drive("k") + drive("k", shared=True)),
        "drive 'k'",
        "two",
        "once",
    ),
    "an interval of no length": (
        lambda: parameter("k", Interval(1, 1)),
        "{1}",
        "positive length",
        "Interval.open",
    ),
    "an interval that is a pair": (
        lambda: parameter("k", (0, 1)),
        "(0, 1)",
        "positive length",
        "Interval.open",
    ),
    "a derivative of a map": (
        lambda: recurrent("n", h).diff(h),
        "n[h]",
        "matrix",
        "jacobian(cell)",
    ),
    "no size": (lambda: CELLS["gru"].to_explicit(0), "size 0", "neuron", "integer >= 1"),
    "half a neuron": (lambda: CELLS["gru"].to_explicit(0.5), "size 0.5", "neuron", "integer"),
    "an unknown cell": (lambda: CELLS["grue"], "'grue'", "no cell", "did you mean 'gru'?"),
    "an unknown state": (lambda: jacobian(CELLS["gru"]).block("c", "h"), "'c'", "no such", "h"),
    "not a number": (lambda: cell(sympy.nan), "nan", "", ""),
    "infinity": (lambda: cell(oo * h), "oo", "", ""),
    "a complex number": (lambda: cell(I * h), "I", "", ""),
    "a matrix times a state": (lambda: h * W, "h times the matrix W", "number", "W(h)"),
    "a matrix plus one": (lambda: (W + 1)(h), "W + 1", "only matrices", "W(h) + h"),
    "one less a matrix": (lambda: (1 - W.T)(h), "W.T + 1", "only matrices", "W(h) + h"),
    "a power of a matrix": (lambda: W**-1, "W ** -1", "with @", "W @ W"),
    "a matrix that acts on nothing": (lambda: cell(tanh(W)), "weight W", "no number", "W(h)"),
    "a map named as a weight": (
        lambda: cell(W(h) + recurrent("W", h)),
        "weight 'W'",
        "two different",
        "define it once",
    ),
    "a long delay": (lambda: h.delay(10**6), "1000000", "a state of its own", "from 1 to 256"),
    "an array": (lambda: cell(torch.ones(2)), "tensor([1., 1.])", "number", ""),
    "branches of a complex number": (
        lambda: Cell("bad", {z: Piecewise((z, drive("x") > 0), (0, True))}),
        "Piecewise",
        "branches are complex",
        "re(z)",
    ),
    "a held hole": (lambda: cell(hold(1 / h)), "1/h", "divides by zero at h = 0", "positive"),
    "a slope without value": (
        lambda: cell(surrogate(Heaviside(h), 1 / h)),
        "1/h",
        "divides by zero at h = 0",
        "positive",
    ),
    "a matrix": (lambda: cell(sympy.Matrix([[1]])), "Matrix", "", ""),
    "an integral over a state": (lambda: cell(Integral(h, (h, 0, 1))), "Integral", "", ""),
}


@pytest.mark.parametrize("misuse", MISUSE)
def test_misuse_is_told_in_one_line_with_value_rule_and_remedy(misuse: str) -> None:
    write, value, rule, remedy = MISUSE[misuse]
    with pytest.raises(LonglagError) as caught:
        write()
    error, message = caught.value, str(caught.value)
    assert "\n" not in message
    assert message == f"{error.value}: {error.rule}; {error.remedy}"
    assert value in error.value
    assert rule in error.rule
    assert remedy in error.remedy


BAD_NAMES = [
    "",
    " ",
    "2h",
    "h-1",
    "h'",
    "α",
    "ℓ",
    "lambda",
    "class",
    "None",
    "a b",
    3,
    None,
    b"h",
    h,
]


@pytest.mark.parametrize("name", BAD_NAMES, ids=repr)
def test_names_are_ascii_identifiers_and_no_keywords(name: object) -> None:
    makers = {
        "state": state,
        "drive": drive,
        "parameter": parameter,
        "map": lambda name: recurrent(name, h),
        "cell": lambda name: Cell(name, {h: h}),
    }
    for kind, make in makers.items():
        with pytest.raises(LonglagError) as caught:
            make(name)
        assert caught.value.value == f"{kind} name {name!r}"
        rule = "ASCII" if isinstance(name, str) else "a name is text"
        rule = "keyword" if name in ("lambda", "class", "None") else rule
        assert rule in caught.value.rule
    with pytest.raises(LonglagError, match="map name"):
        mean(h, name)


#: An update with a kink, and the part of it that is to blame.
KINKS = {
    "abs": (h + Abs(h), "Abs(h)"),
    "relu": (relu(h) / 2, "relu(h)"),
    "max": (Max(h, 0), "Max(0, h)"),
    "root from zero": (1 + sqrt(h**2 + relu(h)), "relu(h)"),
    "tangent": (sympy.tan(h), "tan(h)"),
    "piecewise": (Piecewise((h, h > 0), (0, True)), "Piecewise"),
    "in a map": (recurrent("n", h + Abs(h)), "Abs(h)"),
    "in a gate": (h * tanh(Abs(recurrent("n", h))), "Abs(n[h])"),
}


size = state("size", Interval.open(0, oo))
rate = drive("rate", Interval(0, 2))

#: An update that jumps or has no value at some place, the part that is to blame, and what is said.
HOLES = {
    "inverse": (3 / h, "1/h", "divides by zero at h = 0"),
    "inverse of a map": (1 / (1 + recurrent("n", h)), "1/(n[h] + 1)", "by zero at n[h] = -1"),
    "no normaliser": (h / sqrt(mean(h**2, "m")), "1/sqrt(m[h**2])", "divides by zero at h = 0"),
    "between": (h / (3 * h**3 - 1), "1/(3*h**3 - 1)", "divides by zero at h = 0.69"),
    "closed end": (h / rate, "1/rate", "divides by zero at rate = 0"),
    "sqrt": (1 + sqrt(h), "sqrt(h)", "root of a negative number at h = -"),
    "cube root": (h ** Rational(1, 3), "h**(1/3)", "root of a negative number at h = -"),
    "log": (log(h), "log(h)", "logarithm of no positive number at h = 0"),
    "sign": (sign(h) * h, "sign(h)", "sign jumps"),
    "step": (h + Heaviside(recurrent("n", h)), "Heaviside(n[h])", "Heaviside jumps"),
    "floor": (sympy.floor(h), "floor(h)", "floor jumps"),
}


@pytest.mark.parametrize("hole", HOLES)
@pytest.mark.parametrize("asked", [False, True])
def test_what_has_no_value_or_no_slope_is_refused_even_if_asked_for(hole: str, asked: bool) -> None:
    update, culprit, said = HOLES[hole]
    with pytest.raises(LonglagError) as caught:
        Cell("holed", {h: update}, allow_nondifferentiable=asked)
    assert caught.value.value.startswith(culprit)
    assert said in caught.value.rule
    assert "allow_nondifferentiable" not in caught.value.remedy


def test_what_the_intervals_keep_from_a_hole_is_smooth() -> None:
    n = size * sigmoid(drive("f")) + exp(drive("i"))
    Cell("normaliser", {h: h / size, size: n})
    Cell("root", {h: h * sqrt(1 - exp(-rate)) + drive("x"), size: sqrt(n) + log(1 + n)})


def test_what_no_state_moves_need_not_be_smooth() -> None:
    d = drive("d")
    Cell("of_drives", {h: h * exp(-Abs(d)) + Max(d, 0) + sqrt(rate) + Heaviside(d)})


def test_an_update_outside_of_the_interval_of_its_state_is_refused() -> None:
    with pytest.raises(LonglagError, match=r"lies in Interval.open\(-oo, 0\), and size in"):
        Cell("outside", {size: -exp(drive("x"))})


@pytest.mark.parametrize("made", [state, drive])
def test_an_interval_is_one(made) -> None:  # type: ignore[no-untyped-def]
    assert made("n", Interval(0, 1)).interval == Interval(0, 1)
    for wrong in (Interval(1, 1), (0, 1), sympy.S.Naturals):
        with pytest.raises(LonglagError, match="lives in a real interval of positive length"):
            made("n", wrong)


@pytest.mark.parametrize("kink", KINKS)
def test_kinks_are_refused_by_name_unless_asked_for(kink: str) -> None:
    update, culprit = KINKS[kink]
    with pytest.raises(LonglagError) as caught:
        Cell("kinked", {h: update})
    assert caught.value.value.startswith(culprit)
    assert caught.value.value.endswith("in the update of h in cell 'kinked'")
    assert caught.value.rule.startswith("an update is differentiable, and here ")
    assert "allow_nondifferentiable=True" in caught.value.remedy
    assert Cell("kinked", {h: update}, allow_nondifferentiable=True).states == ("h",)


SMOOTH = {
    "square root of a positive": sqrt(1 + h**2),
    "inverse of a positive": 1 / (1 + h**2),
    "log of a positive": log(1 + h**2),
    "power of a constant": h * 2**h,
    "constant with a kink": h * Abs(parameter("k")),
    "cube": h**3,
}


@pytest.mark.parametrize("smooth", SMOOTH)
def test_what_is_known_to_be_smooth_is_accepted(smooth: str) -> None:
    assert Cell("smooth", {h: SMOOTH[smooth]}).update[h] == SMOOTH[smooth]


def test_nothing_written_as_text_is_evaluated(tmp_path: Path) -> None:
    witness = tmp_path / "evaluated"
    code = f"__import__('pathlib').Path({str(witness)!r}).touch()"
    for call in (cell, lambda s: recurrent("z", s), lambda s: mean(s, "m"), state, drive):
        with pytest.raises(LonglagError):
            call(code)
    assert not witness.exists()
