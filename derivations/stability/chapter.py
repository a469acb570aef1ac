"""Stability and isotropy of any cell with random weights, from its D and R."""

from __future__ import annotations

from sympy import Expr, Pow, Rational, S, Symbol

from longlag.derivations.results.judged import live_claim
from longlag.derivations.stability import letters as the
from longlag.derivations.stability.anisotropy_claims import network_claims, product_claims
from longlag.derivations.stability.boundary_checks import (
    critical_verdict,
    exponent_verdict,
    two_maps_verdict,
)
from longlag.derivations.stability.catalogue import every_cell
from longlag.derivations.stability.figures import spectra
from longlag.derivations.stability.isotropy_checks import power_verdict, recursion_verdict
from longlag.derivations.stability.law_claims import law_claims
from longlag.derivations.stability.tied_claims import tied_claims
from longlag.theory.notation import ell
from longlag.theory.statement import (
    DERIVED_HERE,
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
    unequal = Text(
        "The spectrum of Lyapunov exponents tells how anisotropic transport grows over the lag, "
        r"and how many directions an attractor fills: $\ln \mathrm{AI}_r$ with the slope "
        r"$\lambda_1 - \lambda_r$. Mean field predicts it from $D$ and $R$."
    )
    of_kinds = Text(
        "Other matrices than square ones of independent entries have laws of their own, each from "
        r"the same $D$, $b$ and $c$ of the cell."
    )
    table = Table(
        "stability_of_cells",
        "Every cell of the catalogue: which law bounds its spectrum; at rest the critical gain of "
        "all maps (of $W - W^{\\top}$ that at which the unit circle is reached) and $\\chi$ at "
        "gains 1, parameters 1/2, biases of norms 0; at gains 3, 128 neurons, by the law and of "
        "sampled networks: $\\chi$ and $\\|J\\|_F^2/(SH)$, the boundary $r$ and the largest "
        "modulus of an eigenvalue. Means over 6 networks, 24 of a row, a memory, an "
        "antisymmetric or a matrix that is not square; standard errors "
        "of the difference from the law. A projection is to a quarter of the neurons; "
        "arrays have 8 entries along their first axis.",
        (
            "cell",
            "law",
            "critical gain",
            r"$\chi$ at rest",
            r"$\chi$",
            r"$\hat{\chi}$",
            "$r$",
            r"$\hat{r}$",
        ),
        every_cell,
    )
    return [
        Derivation(
            "boundary",
            "Where random weights make a cell unstable",
            (
                bounded,
                *boundary_claims(),
                Figure(
                    "spectra",
                    "Eigenvalues of sampled networks with 256 neurons at gains 3 (at .4 the matrix "
                    "that is orthogonal), dots, and the boundary by the law of the cell, solid; "
                    "the unit circle, dotted. The axes of the second have scales of their own.",
                    spectra,
                ),
            ),
            glossary=the.GLOSSARY,
        ),
        Derivation(
            "other_matrices",
            "Other matrices, and every cell",
            (of_kinds, *law_claims(), table),
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
        Derivation(
            "anisotropy",
            "How unequal the directions of a product are",
            (unequal, *product_claims(), *network_claims()),
            glossary=the.GLOSSARY,
        ),
    ]
