"""Claims on spectra with other matrices than square ones of independent entries."""

from __future__ import annotations

from longlag.derivations.results.judged import live_claim
from longlag.derivations.stability import letters as the
from longlag.derivations.stability.law_checks import (
    EVERY_GAIN,
    every_cell_verdict,
    exponential_verdict,
    large_verdict,
    law_verdict,
    row_verdict,
)
from longlag.theory.stability.kinds import Law
from longlag.theory.statement import NEW_HERE, Claim, Kind

#: Law ↦ name, title, text, and wrong laws in words.
_LAWS: dict[Law, tuple[str, str, str, dict[str, Law]]] = {
    Law.SUMS: (
        "sums",
        "Means of normalisations drop out",
        "A mean of what random matrices pass on is smaller than that by the root of $H$, and comes "
        "back to no mean through states alone: LayerNorm enters by its slope, and its projection "
        "moves no boundary.",
        {"$D$ alone": Law.LOCAL},
    ),
    Law.RECTANGULAR: (
        "projected",
        "A projection to a quarter of the neurons",
        r"Fields on two axes: $G_{kl}$ sums over the columns of $W_k$, where $b_l$ is on them.",
        {"$D$ alone": Law.LOCAL},
    ),
    Law.ANTISYMMETRIC: (
        "antisymmetric",
        "An antisymmetric matrix",
        r"$W - W^{\top}$ has entries of variance $2g^2/H$, and $E\, U_{ij} U_{ji} = -2g^2/H$: with "
        r"$p = b c$ and $y = \langle p/(\lambda - D + 2g^2 y p) \rangle$ the boundary is "
        r"$2g^2 \langle |p/(\lambda - D + 2g^2 y p)|^2 \rangle = 1$, of equal neurons the line "
        r"$D \pm i\, 2\sqrt{2}\, g p$.",
        {"independent entries": Law.INDEPENDENT},
    ),
    Law.ORTHOGONAL: (
        "orthogonal",
        "The exponential of an antisymmetric matrix",
        r"The same with $r = R_U(y)$ in the place of $-2g^2 y$ and $|y|^{-2} - "
        r"\langle |\omega - u|^{-2} \rangle^{-1}$, $\omega = r + 1/y$, in that of $2g^2$, "
        r"from the angles of $U$: Wigner's semicircle of radius $2\sqrt{2}\, g$ on the circle.",
        {"its exponent": Law.ANTISYMMETRIC},
    ),
    Law.MEMORY: (
        "memory",
        "A fixed memory that reads a random network",
        r"$\lambda z = (M + L (\lambda - b W)^{-1} b V \lambda) z$ for its few entries, a power "
        r"series in $b W$ with Gaussian terms. The mean over their draws is told.",
        {"the network without it": Law.INDEPENDENT},
    ),
    Law.RANK_ONE: (
        "rank_one",
        "A delta rule",
        r"$D + b c^{\top}$ for each column, $1 = \sum_q b_q c_q/(\lambda - D_q)$, exactly.",
        {"$D$ alone": Law.LOCAL},
    ),
}


def law_claims() -> tuple[Claim, ...]:
    """Return the claims on every kind of matrix, on every cell, and on large networks."""
    return (
        live_claim(
            "every_cell",
            the.FOUND,
            "→",
            the.RADIUS,
            every_cell_verdict,
            title="Every cell of the catalogue",
            text="Each by its law, networks with weights, a state, drives and parameters of their "
            "own.",
            kind=Kind.LIMIT,
            stated={"gain": EVERY_GAIN},
            wrong={"half of the gain": {"gain": EVERY_GAIN / 2}},
        ),
        live_claim(
            "large",
            the.FOUND,
            "→",
            the.RADIUS,
            large_verdict,
            title="Larger networks are closer",
            text="One cell of each kind of random matrix, 512 neurons.",
            kind=Kind.LIMIT,
            stated={"gain": EVERY_GAIN},
            wrong={"nine tenths of the gain": {"gain": 0.9 * EVERY_GAIN}},
        ),
        live_claim(
            "law_row",
            the.FOUND,
            "→",
            the.RADIUS,
            row_verdict,
            title="A row that all neurons share",
            text=r"Its value moves all neurons alike, by $b$: one eigenvalue may leave, where "
            r"$F(\lambda) = w^{\top} y(\lambda) = 1$. $F$ is a Gaussian function, whose covariance "
            r"is that of the recursion for second moments: $E |F|^2 = 1$ where $\rho(G(\lambda)) = "
            "1$ with the row among the maps. The mean over its draws is told.",
            source=NEW_HERE,
            kind=Kind.LIMIT,
            stated={"row": True},
            wrong={"the bulk alone": {"row": False}},
        ),
        *(
            live_claim(
                f"law_{name}",
                the.FOUND,
                "→",
                the.RADIUS,
                law_verdict,
                title=title,
                text=text,
                source=NEW_HERE,
                kind=Kind.IDENTITY if law is Law.RANK_ONE else Kind.LIMIT,
                stated={"law": law, "by": law},
                wrong={words: {"by": other} for words, other in wrong.items()},
            )
            for law, (name, title, text, wrong) in _LAWS.items()
        ),
        live_claim(
            "exponential",
            the.FOUND,
            "→",
            the.RADIUS,
            exponential_verdict,
            title="An exponential is no Haar matrix",
            text="At small gains its angles stay near 0, and more of it adds up with what is kept.",
            source=NEW_HERE,
            kind=Kind.LIMIT,
            stated={"uniform": False},
            wrong={"uniform angles": {"uniform": True}},
        ),
    )


__all__ = ["law_claims"]
