"""Gates beside schedules, momentum and Adam: where the algebra is the same, and where the index.

Source of the analogies: arXiv 2508.12121; the limits of each are derived here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sympy import (
    Expr,
    IndexedBase,
    Integer,
    Interval,
    Product,
    S,
    Set,
    Sum,
    Symbol,
    exp,
    log,
    oo,
    sqrt,
)

from longlag.derivations.coupling.letters import PAPER
from longlag.theory.notation import Entry, Glossary
from longlag.theory.readback import of_relation, said
from longlag.theory.statement import (
    Claim,
    Derivation,
    Item,
    Kind,
    Relation,
    Settings,
    Source,
    Statement,
    Text,
    Verdict,
)
from longlag.theory.tex.names import ANY, Family, Key
from longlag.theory.verify import claim
from longlag.theory.verify.families import judge_families

_POSITIVE, _UNIT = Interval.open(0, oo), Interval.open(0, 1)

_j, _k, _q = Symbol("j"), Symbol("k"), Symbol("q")
_lag, _last, _runs, _steps = Symbol("ell"), Symbol("L"), Symbol("R"), Symbol("T")
_rate, _leak, _kept = Symbol("eta"), Symbol("alpha"), Symbol("rho")
_gate, _part = IndexedBase("s", real=True), IndexedBase("g", real=True)
_first, _second = Symbol("Lambda_1"), Symbol("Lambda_2")
_slow, _gap = Symbol("c"), Symbol("d")
_one, _other = Symbol("a"), Symbol("b")
_shape = Symbol("kappa_0")

GLOSSARY = Glossary(
    "Sums over iterations count updates of the parameters, sums over lags time steps of one "
    "gradient.",
    (
        Entry(r"\alpha,\ \rho", r"a constant leak and what it keeps, $\rho = 1 - \alpha$"),
        Entry("s_j", "a gate, one number at every step"),
        Entry("R", "updates of the parameters"),
        Entry("g_k", r"the part of a gradient at lag $k$, up to lag $L$"),
        Entry(r"\Lambda_1,\ \Lambda_2", "average step sizes of two neurons, the first slower"),
        Entry("c,\\ c + d", "their rates of decay over the lag"),
    ),
)


def family_claim(
    name: str,
    relation: Relation,
    families: Mapping[IndexedBase, Set],
    *,
    title: str,
    text: str,
    source: Source,
    wrong: Mapping[str, Expr],
) -> Claim:
    """Return a claim about numbers with an index, each independent of the others.

    Args:
        name, title, text, source: as for ``claim``.
        relation: an identity.
        families: the domain of the numbers of each.
        wrong: name of a wrong version ↦ another right side.
    """
    return Claim(
        Statement(name, relation.kind, relation.latex(), source=source),
        _judge_family,
        title,
        text,
        stated={"relation": relation, "families": families},
        wrong={key: {"relation": replace(relation, rhs=rhs)} for key, rhs in wrong.items()},
    )


def _with_reading(item: Item) -> Item:
    """A claim whose display is read back to the relation that is judged."""
    if not isinstance(item, Claim):
        return item
    families = item.stated.get("families", {})
    others = {Key(str(base), ANY): Family(base, 1, domain) for base, domain in families.items()}
    relation = item.stated["relation"]
    tending = [] if relation.variable is None else [said(relation.variable, "→", oo)]
    reading = of_relation(relation, *tending, others=others, own={_lag: r"\ell"})
    return replace(item, statement=replace(item.statement, reading=reading))


def _judge_family(
    settings: Settings, *, relation: Relation, families: Mapping[IndexedBase, Set]
) -> Verdict:
    return judge_families("=", relation, families, settings)


def _schedules() -> tuple[Item, ...]:
    constant = Relation(
        Kind.IDENTITY,
        _rate * Product(1 - _leak, (_j, 1, _lag)),
        _rate * exp(-_lag * log(1 / (1 - _leak))),
        {_rate: _POSITIVE, _leak: _UNIT, _lag: S.Naturals0},
    )
    gated = Relation(
        Kind.IDENTITY,
        _rate * Product(1 - _gate[_j], (_j, 1, _lag)),
        _rate * exp(Sum(log(1 - _gate[_j]), (_j, 1, _lag))),
        {_rate: _POSITIVE, _lag: S.Naturals0},
    )
    return (
        Text(
            "A leak multiplies the gradient of lag $\\ell$ as an exponential schedule multiplies "
            "the gradient of a step: the schedule runs over the lags inside one gradient."
        ),
        claim(
            "schedule_of_a_leak",
            constant,
            title="A constant leak is an exponential schedule in lag",
            source=Source(PAPER, "constant leak"),
            wrong={
                "one factor more": _rate * exp(-(_lag + 1) * log(1 / (1 - _leak))),
                "first order in the leak": _rate * (1 - _leak * _lag),
            },
        ),
        family_claim(
            "schedule_of_a_gate",
            gated,
            {_gate: _UNIT},
            title="A gate is a schedule that the data set",
            text="One number at every step; with one for each neuron there are as many schedules.",
            source=Source(PAPER, "scalar gate"),
            wrong={
                "the mean gate": _rate * (1 - Sum(_gate[_j], (_j, 1, _lag)) / (_lag + 1)) ** _lag
            },
        ),
    )


def _momentum() -> tuple[Item, ...]:
    gain = Relation(Kind.IDENTITY, Sum(_kept**_k, (_k, 0, oo)), 1 / (1 - _kept), {_kept: _UNIT})
    moved = Sum((1 - _kept**_k) / (1 - _kept), (_k, 1, _runs))
    domains = {_kept: _UNIT, _runs: S.Naturals}
    late = (_runs - _kept * (1 - _kept**_runs) / (1 - _kept)) / (1 - _kept)
    return (
        Text(
            "Heavy ball adds up $v_r = \\rho v_{r-1} + g_r = \\sum_k \\rho^k g_{r-k}$: the weights "
            "of a leak, with iterations in place of lags. The gain is the same, $1/(1-\\rho)$."
        ),
        claim(
            "gain_of_the_ball",
            gain,
            title="Both gain the same",
            source=Source(PAPER, "heavy ball"),
            wrong={"one term less": _kept / (1 - _kept)},
        ),
        claim(
            "way_of_the_ball",
            Relation(Kind.IDENTITY, moved, late, domains),
            title="How far a ball rolls under a constant force",
            text="After $R$ updates with the gradient 1, in units of the step size: the first "
            "gradients have been counted often, the last once.",
            wrong={"all gradients counted in full": _runs / (1 - _kept)},
        ),
        claim(
            "leak_as_momentum",
            Relation(Kind.IDENTITY, moved, _runs * (1 - _kept**_runs) / (1 - _kept), domains),
            title="A leak is not momentum",
            text="With lags up to $R$ inside each of $R$ gradients a leak moves the parameters "
            "by the right side. The two differ as soon as there are two updates: the algebra is "
            "the same, the index is not.",
            source=Source(PAPER, "heavy ball, read literally"),
            expected_to_hold=False,
        ),
        claim(
            "ball_never_farther",
            Relation(Kind.BOUND, late, _runs / (1 - _kept), domains),
            title="The ball is behind",
            text="By the momentum that it has not spent yet.",
            wrong={"behind plain descent": _runs},
        ),
    )


def _adaptive() -> tuple[Item, ...]:
    share = _second / _first
    mean = Relation(
        Kind.BOUND,
        (_one + _other) / (_one**2 + _other**2),
        (1 / _one + 1 / _other) / 2,
        {_one: _POSITIVE, _other: _POSITIVE},
    )
    mixed = (_first * exp(-_slow * _lag) + _second * exp(-(_slow + _gap) * _lag)) / (
        _rate * (exp(-_slow * _lag) + exp(-(_slow + _gap) * _lag))
    )
    domains = dict.fromkeys((_first, _second, _rate, _slow, _gap, _lag), _POSITIVE)
    # Two lags a, b and two columns with sources (1, √q) and (√q, 1): the gate weighs lags, and no
    # pair of step sizes, one for each column, does the same to both.
    through_gate = (_one + _other * sqrt(_q)) / (1 + sqrt(_q))
    other_column = (_one * sqrt(_q) + _other) / (1 + sqrt(_q))
    return (
        Text(
            "A gate multiplies the error of neuron $q$ lag by lag, before the outer product with "
            "the sources; Adam multiplies each parameter, after the sum over the lags. With two "
            "lags weighed $a$ and $b$, whose sources are $(1, \\sqrt q)$ and $(\\sqrt q, 1)$, the "
            "two columns of the gradient would need these step sizes:"
        ),
        claim(
            "gate_as_step_sizes",
            Relation(
                Kind.IDENTITY,
                through_gate,
                other_column,
                {_one: _POSITIVE, _other: _POSITIVE, _q: _POSITIVE},
            ),
            title="A gate is no step size of a neuron",
            text="One step size for a row of the weight, which is what a neuron has, cannot "
            "weigh lags: the two columns would need the same.",
            source=Source(PAPER, "gates as preconditioners of parameters"),
            expected_to_hold=False,
        ),
        claim(
            "same_step_size",
            Relation(
                Kind.IDENTITY,
                (through_gate - other_column) * (1 + sqrt(_q)),
                (_one - _other) * (1 - sqrt(_q)),
                {_one: _POSITIVE, _other: _POSITIVE, _q: _POSITIVE},
            ),
            title="When it is one",
            text="Only where the gate weighs the lags alike, or their sources do not differ.",
            wrong={"whatever the sources": _one - _other},
        ),
        claim(
            "rayleigh_below_mean",
            mean,
            title="Averages of step sizes over a row",
            text="Where the second moments are of rank one, $\\lambda_j \\propto 1/|h_j|$, the "
            "Rayleigh average is at most the mean of the row; here with two sources.",
            wrong={"half of it": mean.rhs / 2},
        ),
        claim(
            "optimiser_weights",
            Relation(Kind.LIMIT, mixed, _first / _rate, domains, _lag),
            title="An optimiser changes weights, not exponents",
            text="Two neurons, the first the slower: the envelope under Adam over that under "
            "plain descent tends to a constant.",
            wrong={"the mean of the weights": (_first + _second) / (2 * _rate),
                   "the faster neuron's": share * _first / _rate},
        ),
    )  # fmt: skip


def _counted() -> tuple[Item, ...]:
    total = Sum((_k + 1) * _part[_k], (_k, 0, _last + 1))
    so_far = Sum((_k + 1) * _part[_k], (_k, 0, _last))
    step = Relation(
        Kind.IDENTITY, total, so_far + (_last + 2) * _part[_last + 1], {_last: S.Naturals0}
    )
    beta = Relation(
        Kind.BOUND,
        exp(-_lag / _shape),
        (_shape / (_shape + 1)) ** _lag,
        {_shape: _POSITIVE, _lag: S.Naturals0},
    )
    lost = Relation(
        Kind.LIMIT,
        exp(-2 * (_slow + _gap) * _lag)
        / (exp(-2 * _slow * _lag) + exp(-2 * (_slow + _gap) * _lag)),
        exp(-2 * _gap * _lag),
        dict.fromkeys((_slow, _gap, _lag), _POSITIVE),
        _lag,
    )
    return (
        Text(
            "The gradient is $\\sum_\\ell \\delta^\\top M_{t,\\ell} B$ with $B$ the immediate "
            "partial of a step. With the total derivative in its place lag $\\ell$ holds every "
            "longer one, $\\sum_{k \\ge \\ell} g_k$."
        ),
        family_claim(
            "counted_too_often",
            step,
            {_part: S.Reals},
            title="Total derivatives count lag k so often as k, and once more",
            text="One lag more at a time: the new part enters the sums of all lags from 0 to its "
            "own.",
            source=Source("derived here", "induction over the longest lag"),
            wrong={"once for each lag": so_far + _part[_last + 1]},
        ),
        claim(
            "two_exponents",
            beta,
            title="The envelope is above the typical product",
            text="Independent leaks of the density $\\kappa_0 x^{\\kappa_0 - 1}$: on the left "
            "$e^{\\ell\\,E \\ln}$, on the right the mean of the product. With $\\kappa_0 = 3$ and "
            "$\\ell = 10$ they are .0357 and .0563.",
            wrong={"below it": exp(-_lag / _shape) * Integer(1) / 2},
        ),
        claim(
            "slope_of_lost_energy",
            lost,
            title="Lost energy falls with twice the gap of the exponents",
            text="Two directions that decay as $e^{-c\\ell}$ and $e^{-(c+d)\\ell}$: the energy "
            "that the first does not capture.",
            wrong={"once the gap": exp(-_gap * _lag)},
        ),
    )


def derivations(order: int = 1) -> list[Derivation]:
    """Return the section; the order of expansions does not matter here."""
    items = tuple(map(_with_reading, (*_schedules(), *_momentum(), *_adaptive(), *_counted())))
    return [
        Derivation(
            "coupling_analogies",
            "Gates beside schedules, momentum and Adam",
            items,
            glossary=GLOSSARY,
        )
    ]
