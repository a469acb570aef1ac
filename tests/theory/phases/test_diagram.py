"""The phases of a family cover its parameters, and in each the window grows as it is said to."""

from __future__ import annotations

import random
from typing import Any

import mpmath
import pytest
import sympy
from sympy import Expr, Integer, Interval, Rational, S, Symbol, gamma, log

from longlag.theory import CELLS
from longlag.theory.errors import LonglagError
from longlag.theory.initialisations import INITIALISATIONS, chance
from longlag.theory.laws import LAWS
from longlag.theory.notation import ell
from longlag.theory.phases import FAMILIES as FAMILIES_OF_LAWS
from longlag.theory.phases.certified import Rectangle, certified_map
from longlag.theory.phases.diagram import PhaseDiagram, phase_diagram
from longlag.theory.phases.family import Family, of_cell, of_initialisation, of_law, of_spectrum
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.functions import sigmoid
from longlag.theory.scalar.parameters import draw, positive
from longlag.theory.spectra import SPECTRA
from longlag.theory.spectra.share_average import ShareAverage
from longlag.theory.window.window import growth_of

a, b, c, d = (Symbol(name, real=True) for name in "abcd")
k, s, r_0, r_1 = (positive(name) for name in ("k", "s", "r_0", "r_1"))

GENERAL, RING = FAMILIES_OF_LAWS["any_decay"], FAMILIES_OF_LAWS["ring"]
WEIBULL = FAMILIES_OF_LAWS["weibull_biases"]

FAMILIES: list[Family] = [
    *FAMILIES_OF_LAWS.values(),
    *map(of_law, LAWS.values()),
    *map(of_spectrum, SPECTRA.values()),
    *map(of_initialisation, INITIALISATIONS.values()),
]


def holding(diagram: PhaseDiagram, at: dict[Symbol, Any]) -> list[int]:
    """The phases that a point lies in."""
    return [k for k, phase in enumerate(diagram.phases) if phase.region.contains(at)]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_point_lies_in_exactly_one_phase(family: Family) -> None:
    diagram = phase_diagram(family)
    generator = random.Random(0)
    for _ in range(60):
        at = {x: draw(each, generator).limit_denominator(99) for x, each in family.domains.items()}
        for symbol, domain in family.domains.items():
            # On the boundaries too, where a domain has them.
            ends = [end for end in (domain.inf, domain.sup, S.One) if end in domain]
            if ends and generator.random() < 0.4:
                at[symbol] = generator.choice(ends)
        assert len(holding(diagram, at)) == 1, at


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_no_phase_is_empty(family: Family) -> None:
    diagram = phase_diagram(family)
    for place, phase in enumerate(diagram.phases):
        witness = phase.region.whole_witness
        assert witness is not None
        assert holding(diagram, witness) == [place]


def test_the_classes_of_the_general_decay() -> None:
    diagram = phase_diagram(GENERAL)
    found = {(phase.kind, phase.relations) for phase in diagram.phases}
    assert {kind for kind, _ in found} == {
        "polylogarithmic",
        "logarithmic",
        "polynomial",
        "exponential",
        "infinite",
    }
    told = {str(each.expression) for each in diagram.boundaries if each.separates}
    assert told == {"a", "b", "c", "d", "d - 1"}


@pytest.mark.parametrize(
    ("at", "kind"),
    [
        ({k: S(2), s: S(1)}, "subpolynomial"),
        ({k: S(1), s: S(3)}, "polynomial"),
        ({k: Rational(1, 2), s: S(1)}, "quasi-polynomial"),
    ],
)
def test_the_tail_of_forget_biases_decides_the_class(at: dict[Symbol, Any], kind: str) -> None:
    """P(bias > x) = e^{−(x/s)^k}: a power exactly for exponential tails."""
    diagram = phase_diagram(WEIBULL)
    (place,) = holding(diagram, at)
    assert diagram.phases[place].kind == kind


@pytest.mark.parametrize("lag", [10**3, 10**9, 10**30])
def test_forget_biases_with_exponential_tails_make_a_power(lag: int) -> None:
    (phase,) = (each for each in phase_diagram(WEIBULL).phases if each.kind == "polynomial")
    assert phase.decay is not None
    assert phase.decay.envelope is not None
    at = {s: Rational(3, 2), ell: Integer(lag)}
    share = sigmoid(-s * log(1 - chance))
    exact = evaluate(ShareAverage(share, chance, ell), at)
    said = evaluate(phase.decay.envelope, at)
    assert abs(exact / said - 1) < 3 * lag ** -(2 / 3) + 1e-12


def test_a_power_appears_where_the_ring_reaches_the_unit_circle() -> None:
    diagram = phase_diagram(RING)
    (place,) = holding(diagram, {r_0: Rational(1, 2), r_1: S.One})
    assert diagram.phases[place].kind == "polynomial"
    (place,) = holding(diagram, {r_0: Rational(1, 2), r_1: Rational(99, 100)})
    assert diagram.phases[place].kind == "logarithmic"


@pytest.mark.parametrize("name", [n for n, each in SPECTRA.items() if each.density is not None])
def test_spectra_have_the_decay_of_their_envelopes(name: str) -> None:
    """The tail of the rates and the leading term of the closed form say the same, where both do."""
    family = of_spectrum(SPECTRA[name])
    (phase,) = phase_diagram(family).phases
    values = {symbol: S(2) if str(symbol) == "B" else Rational(1, 2) for symbol in family.domains}
    assert phase.decay is not None
    with mpmath.workdps(30):
        if phase.decay.envelope is not None:
            at = {**values, ell: Integer(10) ** 40}
            ratio = evaluate(family.envelope, at) / evaluate(phase.decay.envelope, at)
            assert abs(ratio - 1) < (0.03 if name == "logarithmic_rates" else 1e-15)
            return
        slow = name == "log_normal_rates"
        at = {**values, ell: Integer(10) ** (60 if slow else 5)}
        ratio = -mpmath.log(evaluate(family.envelope, at)) / evaluate(phase.decay.exponent, at)
        assert abs(ratio - 1) < (0.1 if slow else 0.02)


@pytest.mark.parametrize("scheme", INITIALISATIONS.values(), ids=lambda scheme: scheme.name)
def test_shares_and_envelopes_tell_the_same_decay(scheme: Any) -> None:
    """What the slowest units say, and what the closed form of the envelope says."""
    if scheme.limit is not None or scheme.jumps != 1:
        pytest.skip("its envelope is the only form, or holds in a limit")
    by_units = phase_diagram(of_initialisation(scheme))
    values = scheme.usual
    (place,) = holding(by_units, values)
    said = by_units.phases[place].decay
    assert said is not None
    for digits in (10, 20):
        lag = Integer(10) ** digits
        with mpmath.workdps(60):
            if said.envelope is not None:
                exact = evaluate(scheme.envelope, {**values, ell: lag})
                assert abs(exact / evaluate(said.envelope, {**values, ell: lag}) - 1) < 1e-8
            else:
                rate = evaluate(said.exponent, {**values, ell: Integer(10**6)})
                exact = scheme.mean_at(10**6, values)
                assert abs(-mpmath.log(exact) / rate - 1) < 0.05 + 20 / rate


def test_the_phase_boundary_of_tempered_jumps() -> None:
    diagram = phase_diagram(FAMILIES_OF_LAWS["workload"])
    assert diagram.classes == ("polynomial", "exponential")
    (boundary,) = (each for each in diagram.boundaries if each.expression.has(gamma))
    values = {"alpha": Rational(3, 2), "theta": S.One, "c": S.One}
    at = {x: values.get(str(x), x) for x in boundary.expression.free_symbols}
    # c Γ(−α)(α − 1) = c Γ(2 − α)/α.
    expected = gamma(Rational(-3, 2)) / 2 - positive("kappa_0")
    assert (boundary.expression.subs(at) - expected).simplify() == 0


def test_a_map_says_where_the_phase_is_certified() -> None:
    diagram = phase_diagram(FAMILIES_OF_LAWS["workload"])
    named = {str(x): x for x in diagram.family.domains}
    over = [named["theta"], named["kappa_0"]]
    given = {named["alpha"]: Rational(3, 2), named["c"]: S.One, named["beta"]: Rational(1, 2)}
    spans = tuple((symbol, Rational(1, 10), S(4)) for symbol in over)
    found = certified_map(diagram, Rectangle(spans, tuple(given.items())), 1 / 64)
    assert 0.95 < found.certified < 1
    total = float(Rational(39, 10) ** 2)
    assert sum(box.area for box in found.boxes) == pytest.approx(total, rel=1e-12)
    for box in found.boxes:
        middle = [Rational((x + y) / 2) for x, y in zip(box.lows, box.highs, strict=True)]
        at = {**given, **dict(zip(over, middle, strict=True))}
        assert box.phase is None or holding(diagram, at) == [box.phase]


@pytest.mark.parametrize(
    ("over", "given"),
    [
        ((), ()),
        (((a, S.Zero, S.One),), ()),
        (((a, S.Zero, S.One), (b, S.Zero, S.One)), ((c, S.One),)),
    ],
)
def test_a_map_needs_two_parameters_and_numbers_for_the_rest(over: Any, given: Any) -> None:
    with pytest.raises(LonglagError, match="two of the parameters"):
        certified_map(phase_diagram(GENERAL), Rectangle(over, given))


@pytest.mark.parametrize(
    ("cell", "drawn", "rule"),
    [
        ("plain", {"h": chance}, "keeps nothing"),
        ("lstm", {"nothing": chance}, "may draw"),
        ("lstm", {"f": S.One}, "does not depend on u"),
    ],
)
def test_cells_that_have_no_family_say_why(cell: str, drawn: dict[str, Expr], rule: str) -> None:
    with pytest.raises(LonglagError, match=rule):
        of_cell(CELLS[cell], drawn)


def test_a_boundary_with_many_zeros_is_told_and_not_solved() -> None:
    diagram = phase_diagram(Family("waves", sympy.sin(k) / ell))
    kinds = [phase.kind for phase in diagram.phases]
    assert sorted(kinds) == ["not told", "not told", "polynomial"]
    for number in (2 * sympy.pi, 3 * sympy.pi, S(2), S(5)):
        assert len(holding(diagram, {k: number})) == 1


def test_a_share_that_turns_is_refused() -> None:
    share = Rational(1, 2) + sympy.sin(sympy.pi * chance) / 3
    with pytest.raises(LonglagError, match=r"it turns near u = 0\.49"):
        Family("turning", ShareAverage(share, chance, ell))


def test_a_growing_envelope_is_told_as_none() -> None:
    diagram = phase_diagram(Family("growing", ell**a, {a: Interval(-1, 1)}))
    kinds = {str(phase.relations): phase.kind for phase in diagram.phases}
    assert sorted(kinds.values()) == ["infinite", "not told", "polynomial"]


def test_windows_of_averages_over_units_have_a_growth() -> None:
    growth = growth_of(ShareAverage(sigmoid(log(chance / (1 - chance)) * s), chance, ell))
    assert growth is not None
    assert growth.kind == "polynomial"
