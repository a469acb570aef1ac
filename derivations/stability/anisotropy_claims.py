"""Claims on exponents, on how anisotropy grows with the lag, and on attractors, by mean field."""

from __future__ import annotations

from sympy import log

from longlag.derivations.results.judged import live_claim
from longlag.derivations.stability import letters as the
from longlag.derivations.stability.anisotropy_checks import (
    CROSSED,
    GAIN,
    KEPT,
    RANK,
    anisotropy_verdict,
    dimension_verdict,
    filled_verdict,
    product_verdict,
)
from longlag.theory.stability.exponents import fresh_exponent
from longlag.theory.statement import NEW_HERE, Claim, Kind

#: A gain below that where chaos begins.
_STABLE = 0.8


def product_claims() -> tuple[Claim, ...]:
    """Return the claims on exponents of products of D + σW."""
    return (
        live_claim(
            "fresh_exponents",
            the.SPECTRUM,
            "→",
            fresh_exponent(the.KEPT, the.CROSSED, the.SHARE),
            product_verdict,
            source=NEW_HERE,
            title="Exponents of fresh products",
            text="What is left of the image of a direction outside of the images of $xH$ others, "
            r"by deterministic equivalents of information plus noise: $D^2/u + \sigma^2 (1 - x)$ "
            r"with $(u - 1)(D^2/u + \sigma^2 (1 - x)) = x \sigma^2$. At $x = 0$ it is "
            r"$\frac{1}{2} \ln \chi$, at $D = 0$ Newman's triangle law. So is the slope of $\ln "
            f"\\mathrm{{AI}}_r$ over the lag. Drawn at $D = {KEPT}$, $\\sigma = {CROSSED}$.",
            kind=Kind.LIMIT,
            stated={"law": "fresh"},
            wrong={
                r"the triangle law of $\chi$": {"law": "triangle"},
                "that of one matrix": {"law": "tied"},
            },
        ),
        live_claim(
            "tied_exponents",
            the.TIED_SPECTRUM,
            "→",
            log(the.MODULUS),
            product_verdict,
            title="Exponents of powers of one matrix",
            text="Logarithms of moduli of eigenvalues, which are uniform on a disc: the same as "
            "with fresh matrices where nothing is kept, and far more unequal where something is.",
            kind=Kind.LIMIT,
            stated={"law": "tied tied"},
            wrong={"that of fresh matrices": {"law": "tied fresh"}},
        ),
    )


def network_claims() -> tuple[Claim, ...]:
    """Return the claims on anisotropy and attractors of sampled networks."""
    return (
        live_claim(
            "anisotropy_slope",
            the.SLOPE,
            "→",
            the.GAP,
            anisotropy_verdict,
            source=NEW_HERE,
            title="How anisotropic transport is",
            text=r"Of $\mathrm{diag}(b) W$: $\lambda_x = \frac{1}{2} \ln(g^2 x/s)$, $x = \langle "
            r"s b^2/(1 + s b^2) \rangle$. Of a chaotic plain network without input "
            r"$b = 1 - \tanh^2 \sqrt{q} z$, $q = g^2 E \tanh^2 \sqrt{q} z$ with normal "
            "$z$: no number of a network enters. "
            f"Gain {GAIN:g}, rank {RANK}. Unequal slopes of neurons make most of it.",
            kind=Kind.LIMIT,
            stated={"alike": False},
            wrong={r"neurons alike, the same $\chi$": {"alike": True}},
        ),
        live_claim(
            "attractor",
            the.DIMENSION,
            "→",
            the.MEAN_DIMENSION,
            dimension_verdict,
            title="The dimension of the attractor",
            text=r"$D_{KY} = j + (\lambda_1 + \dots + \lambda_j)/|\lambda_{j+1}|$ of the same "
            "exponents, a share of the neurons.",
            kind=Kind.LIMIT,
            stated={"alike": False},
            wrong={r"neurons alike, the same $\chi$": {"alike": True}},
        ),
        live_claim(
            "attractor_of_chaos",
            the.DIMENSION,
            ">",
            0,
            filled_verdict,
            title="Chaos fills directions",
            text="By intervals over time, from blocks so long that they are not correlated.",
            stated={"gain": GAIN, "filled": True},
            wrong={"below the critical gain": {"gain": _STABLE}},
        ),
        live_claim(
            "attractor_at_rest",
            the.DIMENSION,
            "=",
            0,
            filled_verdict,
            title="Below the critical gain none is filled",
            text=f"Gain {_STABLE:g}.",
            stated={"gain": _STABLE, "filled": False},
            wrong={"above it": {"gain": GAIN}},
        ),
    )


__all__ = ["network_claims", "product_claims"]
