"""Stability and isotropy of any cell with random weights, from its D and R."""

from __future__ import annotations

from sympy import Expr, Integer, Pow, Rational, S, Sum, Symbol, binomial, pi, sqrt

from longlag.derivations.results.judged import live_claim
from longlag.derivations.stability import letters as the
from longlag.derivations.stability.boundary_checks import (
    EVERY_GAIN,
    critical_verdict,
    every_cell_verdict,
    exponent_verdict,
    two_maps_verdict,
)
from longlag.derivations.stability.catalogue import every_cell, spectra
from longlag.derivations.stability.isotropy_checks import power_verdict, recursion_verdict
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
from longlag.theory.statement import (
    DERIVED_HERE,
    NEW_HERE,
    Claim,
    Derivation,
    Figure,
    Kind,
    Source,
    Table,
    Text,
)

_PLACE = Symbol("k", integer=True)
_D, _S, _H = the.KEPT, the.CROSSED, the.NEURONS
_CHAOS = Source("Sompolinsky, Crisanti, Sommers 1988", "chaos of a network beyond the gain 1")
_CHEN = Source(
    "Chen, Pennington, Schoenholz 2018, arXiv 1806.05394",
    "χ = 1 for long lags; a mean field of fresh weights, read for one matrix in all steps",
)
#: Name of a cell ↦ its critical gain, a wrong one, and where it is published.
_GAINS: dict[str, tuple[Expr, Expr, Source, str]] = {
    "plain": (S.One, S(2), _CHAOS, "A plain network"),
    "gru": (S(2), S.One, DERIVED_HERE, "A GRU"),
    "lstm": (S(2), S.One, DERIVED_HERE, "An LSTM"),
}


def boundary_claims() -> tuple[Claim, ...]:
    """Return the claims on boundaries of spectra and critical gains."""
    return (
        live_claim(
            "two_maps",
            the.FOUND,
            "→",
            the.RADIUS,
            two_maps_verdict,
            title="The boundary of the spectrum",
            text=r"$\lambda$ is an eigenvalue of $J$ where 1 is one of "
            r"$\mathrm{diag}(W_1, \dots, W_K)\, T(\lambda)$, $T_{kl} = m_{kl} + "
            r"c_k (\lambda - D)^{-1} b_l$; that matrix takes the variances of a vector to "
            r"$G(\lambda)$ times them. Where $b$ and $c$ of two maps differ the trace of $G$ is "
            "far below its spectral radius.",
            kind=Kind.LIMIT,
            stated={"by_trace": False},
            wrong={"the trace of $G$": {"by_trace": True}},
        ),
        live_claim(
            "every_cell",
            the.FOUND,
            "→",
            the.RADIUS,
            every_cell_verdict,
            title="The same of every cell",
            text="Of every cell of the catalogue whose maps are square matrices of independent "
            "entries, maps inside maps and several states among them.",
            kind=Kind.LIMIT,
            stated={"gain": EVERY_GAIN},
            wrong={"half of the gain": {"gain": EVERY_GAIN / 2}},
        ),
        *(
            live_claim(
                f"critical_gain_{name}",
                the.CRITICAL[name],
                "=",
                gain,
                critical_verdict,
                title=f"Critical gain: {title[0].lower()}{title[1:]}",
                text="At rest without biases, where gates are one half. What is kept plays no "
                "part; the factors of the candidate do.",
                source=source,
                kind=Kind.IDENTITY,
                stated={"cell": name, "gain": gain},
                wrong={"another gain": {"gain": wrong}},
            )
            for name, (gain, wrong, source, title) in _GAINS.items()
        ),
        live_claim(
            "exponent_below",
            the.EXPONENT,
            "<",
            0,
            exponent_verdict,
            title="Below the critical gain states come to rest",
            text="At .8 of the critical gain of each of the three cells.",
            stated={"share": Rational(4, 5), "negative": True},
            wrong={"far above it": {"share": S(4)}},
        ),
        live_claim(
            "exponent_above",
            the.EXPONENT,
            ">",
            0,
            exponent_verdict,
            title="Far above it they are chaotic",
            text="At four times the critical gain.",
            stated={"share": S(4), "negative": False},
            wrong={"below it": {"share": Rational(4, 5)}},
        ),
    )


def isotropy_claims() -> tuple[Claim, ...]:
    """Return the claims on mean squares with fresh weights in each step."""
    return (
        live_claim(
            "recursion",
            the.SQUARE,
            "=",
            the.MOMENT,
            recursion_verdict,
            title="Mean squares of products",
            text=r"$V \leftarrow D V D^{\top} + \sum_k u_k b_k b_k^{\top}$ for the second moments "
            r"of the states of each neuron, from the identity, with $u_k = g_k^2 \langle c_k V "
            r"c_k^{\top} + \sum_l m_{kl}^2 u_l \rangle$. Of one state: $v \leftarrow D^2 v + "
            r"\sum_k g_k^2 b_k^2 \langle c_k^2 v \rangle$.",
            kind=Kind.IDENTITY,
            stated={"by_powers": False},
            wrong={r"powers of $\chi$": {"by_powers": True}},
        ),
        live_claim(
            "powers",
            the.MOMENT,
            "=",
            Pow(the.CHI, ell),
            power_verdict,
            title="When it is a power",
            text="Of one map, if $D$ and $b$ are the same for all neurons, or $D$ and $c$.",
            kind=Kind.IDENTITY,
            stated={"alike": frozenset({"D", "b"})},
            wrong={
                "$D$ alone": {"alike": frozenset({"D"})},
                "$b$ alone": {"alike": frozenset({"b"})},
            },
        ),
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


def derivations(order: int = 1) -> list[Derivation]:
    """Return the sections; there is nothing to expand over a lag."""
    bounded = Text(
        "Random weights make a cell unstable where an eigenvalue of its Jacobian leaves the unit "
        "circle. What decides are per-neuron factors that the Jacobian is made of; the matrices "
        "enter by their variances alone. A state that a network has reached depends on its "
        "weights, by one direction each: that moves no boundary, though single eigenvalues "
        "may leave."
    )
    isotropic = Text(
        r"Mean-field theory draws the weights anew in each step. Then mean squares obey a "
        r"recursion over the neurons. It is no power of $\chi$ in general."
    )
    tied = Text(
        r"A recurrent network has one matrix. Its products are sums over words in $D$ and $W$ "
        r"that are not independent: with all neurons alike, $J = D + \sigma W$."
    )
    table = Table(
        "stability_of_cells",
        "Every cell of the catalogue: critical gain of all maps at rest; $\\chi$ at rest at gains "
        "1; at a sampled state with gains 3, 128 neurons: $\\chi$, the boundary $r$ and the "
        "largest modulus of an eigenvalue, mean and standard error over six draws. Parameters are "
        "1/2 at rest.",
        ("cell", "critical gain", r"$\chi$ at rest", r"$\chi$ sampled", "$r$", r"$\hat{r}$"),
        every_cell,
    )
    return [
        Derivation(
            "boundary",
            "Where random weights make a cell unstable",
            (
                bounded,
                *boundary_claims(),
                table,
                Figure(
                    "spectra",
                    "Eigenvalues of one sampled GRU and LSTM, gains 3, 256 neurons, and "
                    r"$\rho(G(\lambda)) = 1$.",
                    spectra,
                ),
            ),
            glossary=the.GLOSSARY,
        ),
        Derivation(
            "isotropy",
            "How large products are with fresh weights",
            (isotropic, *isotropy_claims()),
            glossary=the.GLOSSARY,
        ),
        Derivation(
            "tied_weights",
            "What one matrix in all steps changes",
            (tied, *tied_claims()),
            glossary=the.GLOSSARY,
        ),
    ]
