"""How fast a linear recurrence forgets: random keys, and the two rates of random gates."""

from __future__ import annotations

from sympy import Integral, Interval, exp, log, oo

from longlag.derivations.linear import letters as the
from longlag.derivations.linear.checks import delta_rule_verdict, gates_verdict
from longlag.derivations.linear.figures import selective_figure
from longlag.derivations.linear.selective import correlated_claims, key_claims, selective_claims
from longlag.derivations.results.judged import live_claim
from longlag.theory.notation import ell
from longlag.theory.readback import of_relation
from longlag.theory.statement import Claim, Derivation, Figure, Item, Kind, Relation, Text
from longlag.theory.verify import claim

_P, _A = the.EXPONENT, the.GATE
_DENSITY = _P * _A ** (_P - 1)
_TYPICAL, _OF_MEAN = 1 / _P, log(1 + 1 / _P)


def _keys() -> tuple[Claim, ...]:
    """A delta rule whose keys prefer no direction."""
    domains = {the.SIZE: Interval(1, oo), the.BETA: Interval(0, 2)}
    mean, square = (kept.subs(the.ALPHA, 1) for kept in (the.KEPT, the.KEPT_SQUARE))
    larger = Relation(Kind.BOUND, mean**2, square, domains)
    return (
        live_claim(
            "delta_rule_diagonal",
            the.DIAGONAL,
            "=",
            the.over_the_lag(the.KEPT),
            delta_rule_verdict,
            title="The diagonal of a delta rule",
            text="Factors are independent, so that the mean of the product is the product of the "
            r"means, $\alpha (I - \beta\, E\, k k^{\top})$.",
            kind=Kind.IDENTITY,
            stated={"over_lag": the.over_the_lag(the.KEPT), "of_norm": False},
            wrong={
                "every entry is replaced": {
                    "over_lag": the.over_the_lag(the.ALPHA * (1 - the.BETA))
                },
                "nothing is replaced": {"over_lag": the.over_the_lag(the.ALPHA)},
            },
        ),
        live_claim(
            "delta_rule_norm",
            the.SQUARE,
            "=",
            the.over_the_lag(the.KEPT_SQUARE),
            delta_rule_verdict,
            title="Its norm",
            text=r"$E\, M^{\top} M$ loses one factor after the other from outside, "
            r"$E\, (I - \beta k k^{\top})^2 = (1 - \beta (2 - \beta)/K)\, I$.",
            kind=Kind.IDENTITY,
            stated={"over_lag": the.over_the_lag(the.KEPT_SQUARE), "of_norm": True},
            wrong={
                "the square of the mean": {"over_lag": the.over_the_lag(the.KEPT**2)},
                "without the square of beta": {
                    "over_lag": the.over_the_lag(the.ALPHA**2 * (1 - 2 * the.BETA / the.SIZE))
                },
            },
        ),
        claim(
            "norm_outlives_diagonal",
            larger,
            title="The norm outlives the diagonal",
            text="At every step, and strictly where a key has more than one entry: what leaves the "
            "diagonal is not forgotten but turned.",
            wrong={"the other way round": Relation(Kind.BOUND, square, mean**2, domains)},
            reading=of_relation(larger, own=the.OWN),
        ),
    )


def _gates() -> tuple[Claim, ...]:
    """Numbers in place of matrices: what a mean says, and what a typical product does."""
    domains = {_P: Interval.open(0, oo)}
    typical = Relation(Kind.IDENTITY, -Integral(log(_A) * _DENSITY, (_A, 0, 1)), _TYPICAL, domains)
    of_mean = Relation(Kind.IDENTITY, -log(Integral(_P * _A**_P, (_A, 0, 1))), _OF_MEAN, domains)
    order = Relation(Kind.BOUND, _OF_MEAN, _TYPICAL, domains)
    return (
        claim(
            "typical_rate",
            typical,
            title="The typical rate of random gates",
            text=r"$-E \ln a$: by the law of large numbers almost every product decays so.",
            wrong={"the rate of the mean": _OF_MEAN},
            reading=of_relation(typical, own=the.OWN),
        ),
        claim(
            "rate_of_the_mean",
            of_mean,
            title="The rate of the mean",
            text=r"$-\ln E a$: the mean product, which is what an envelope shows.",
            wrong={"the typical rate": _TYPICAL},
            reading=of_relation(of_mean, own=the.OWN),
        ),
        claim(
            "mean_decays_slower",
            order,
            title="The mean decays slower",
            text="By Jensen's inequality: rare products carry it, so that an envelope over many "
            "sequences outlasts what one of them keeps.",
            wrong={"the other way round": Relation(Kind.BOUND, _TYPICAL, _OF_MEAN, domains)},
            reading=of_relation(order, own=the.OWN),
        ),
        live_claim(
            "mean_of_products",
            the.MEAN_PRODUCT,
            "=",
            exp(-ell * _OF_MEAN),
            gates_verdict,
            title="Means of products",
            text="Over drawn gates.",
            kind=Kind.IDENTITY,
            stated={"over_lag": exp(-ell * _OF_MEAN), "of_logarithm": False},
            wrong={"at the typical rate": {"over_lag": exp(-ell * _TYPICAL)}},
        ),
        live_claim(
            "means_of_logarithms",
            the.MEAN_LOGARITHM,
            "=",
            -ell * _TYPICAL,
            gates_verdict,
            title="Means of their logarithms",
            text="Over the same gates: the typical product.",
            kind=Kind.IDENTITY,
            stated={"over_lag": -ell * _TYPICAL, "of_logarithm": True},
            wrong={"at the rate of the mean": {"over_lag": -ell * _OF_MEAN}},
        ),
    )


def derivations(order: int = 1) -> list[Derivation]:
    """Return the section; without a recurrent part every order of an expansion is exact."""
    text = Text(
        "Where no path crosses a map the diagonal is the product, and a law of decay is one about "
        "products of random factors. Each has two rates: that of a mean, which an envelope shows, "
        "and that of a typical product, which a single sequence keeps."
    )
    figure = Figure(
        "random_factors",
        "Left: mean and typical products of Mamba's gates, simulated, beside the two rates by "
        "quadrature. Right: the two means of a delta rule over drawn keys, beside their powers. "
        "Intervals of 95 %.",
        selective_figure,
    )
    items: tuple[Item, ...] = (
        text,
        *_keys(),
        *key_claims(),
        *_gates(),
        *correlated_claims(),
        *selective_claims(),
        figure,
    )
    return [Derivation("linear_recurrences", "Linear recurrences", items, glossary=the.GLOSSARY)]
