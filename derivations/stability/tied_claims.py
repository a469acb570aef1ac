"""Claims on products with one matrix in all steps, against fresh ones."""

from __future__ import annotations

from sympy import Integer, Pow, Rational, Sum, Symbol, binomial, pi, sqrt

from longlag.derivations.results.judged import live_claim
from longlag.derivations.stability import letters as the
from longlag.derivations.stability.tied_checks import (
    asymptote_verdict,
    drawn_verdict,
    finite_verdict,
    fresh_verdict,
    isotropic_verdict,
    limit_verdict,
)
from longlag.theory.notation import ell
from longlag.theory.stability.tied import fresh_square_norm, tied_square_norm
from longlag.theory.statement import NEW_HERE, Claim, Kind, Source

_PLACE = Symbol("k", integer=True)
_D, _S, _H = the.KEPT, the.CROSSED, the.NEURONS
_CHEN = Source(
    "Chen, Pennington, Schoenholz 2018, arXiv 1806.05394",
    "χ = 1 for long lags; a mean field of fresh weights, read for one matrix in all steps",
)


def tied_claims() -> tuple[Claim, ...]:
    """Return the claims on one matrix in all steps."""
    terms = binomial(ell, _PLACE) ** 2 * _D ** (2 * (ell - _PLACE)) * _S ** (2 * _PLACE)
    even = ((_D + _S) ** (2 * ell) + (_D - _S) ** (2 * ell)) / 2
    asymptote = (_D + _S) ** (2 * ell + 1) / (2 * sqrt(pi * ell * _D * _S))
    kept, lag = 1 - the.GATE, the.SHOWN_LAG
    tied = tied_square_norm(kept, the.GATE, lag)
    fresh = fresh_square_norm(kept, the.GATE, Integer(lag))
    return (
        live_claim(
            "tied_limit",
            the.TIED,
            "=",
            Sum(terms, (_PLACE, 0, ell)),
            limit_verdict,
            source=NEW_HERE,
            title="One matrix in all steps",
            text=r"Of equal powers of $W$ and $W^{\top}$ alone a trace is left, for a Haar "
            "orthogonal matrix as for one of independent entries.",
            kind=Kind.IDENTITY,
            stated={"power": 2},
            wrong={"that of fresh matrices": {"power": 1}},
        ),
        live_claim(
            "tied_asymptote",
            the.TIED,
            "→",
            asymptote,
            asymptote_verdict,
            source=NEW_HERE,
            title="Over long lags",
            text=r"So at $D + \sigma = 1$, where $\lambda = 1$ lies on the boundary, it falls as "
            r"$\ell^{-1/2}$ and no exponential: the same condition as that of the critical gain.",
            kind=Kind.LIMIT,
            stated={"asymptote": asymptote},
            wrong={
                "without the root": {"asymptote": asymptote * sqrt(ell)},
                "that of fresh matrices": {"asymptote": (_D**2 + _S**2) ** ell},
            },
        ),
        live_claim(
            "tied_finite",
            the.MEAN_ORTHOGONAL,
            "=",
            the.TIED + (even - the.TIED) / _H,
            finite_verdict,
            source=NEW_HERE,
            title="Exactly, for every number of neurons",
            text=r"Of a Haar orthogonal $O$: $E\, \mathrm{tr}\, O^m$ is 1 for even $m \ge 2$ and 0 "
            "for odd ones, since of the hooks in its expansion by Schur functions one alone has "
            "even parts only. Judged by exact means over $O(1)$ and $O(2)$ and by drawn matrices.",
            kind=Kind.IDENTITY,
            stated={"over": _H},
            wrong={"over $H^2$": {"over": _H**2}},
        ),
        live_claim(
            "tied_drawn",
            the.ORTHOGONAL,
            "→",
            the.TIED,
            drawn_verdict,
            title="Drawn matrices",
            text=f"A constant gate of 1/20 over {lag} steps, {the.SHOWN_SIZE} neurons: "
            f"{float(tied):.4f} in the limit, where fresh matrices leave {float(fresh):.2g}. A QR "
            "without the correction of signs is no Haar measure, and leaves .087.",
            kind=Kind.LIMIT,
            stated={"stated": tied + (Rational(1, 2) - tied) / the.SHOWN_SIZE, "haar": True},
            wrong={"fresh matrices": {"stated": fresh}, "a QR without signs": {"haar": False}},
        ),
        live_claim(
            "fresh_drawn",
            the.FRESH,
            "→",
            Pow(the.CHI, ell),
            fresh_verdict,
            title="Fresh matrices",
            text=r"The same gate with a fresh matrix in each step, $\chi = D^2 + \sigma^2$.",
            kind=Kind.LIMIT,
            stated={"stated": fresh},
            wrong={"one matrix in all steps": {"stated": tied}},
        ),
        live_claim(
            "isotropy_of_fresh",
            the.FRESH_AT_CHI,
            "=",
            1,
            isotropic_verdict,
            title="χ = 1 with fresh matrices",
            text="Nothing explodes or vanishes in the mean square.",
            kind=Kind.IDENTITY,
            stated={"fresh": True, "value": 1},
            wrong={"one matrix in all steps": {"fresh": False}},
        ),
        live_claim(
            "isotropy_of_tied",
            the.TIED_AT_CHI,
            "=",
            1,
            isotropic_verdict,
            title="χ = 1 with one matrix",
            text=r"In a recurrent network that keeps anything ($D > 0$, $\sigma > 0$) it explodes "
            r"as $(D + \sigma)^{2\ell}$: $\chi = 1$ is no condition for long lags there. The two "
            "agree at $D = 0$, a plain network.",
            source=_CHEN,
            kind=Kind.IDENTITY,
            expected_to_hold=False,
            stated={"fresh": False, "value": 1},
            wrong={"another value": {"value": 2}},
        ),
    )


__all__ = ["tied_claims"]
