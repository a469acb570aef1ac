"""A mixture of exponentials Σ_q C_q e^{−ν_qℓ}: a discrete spectrum of rates ν."""

from sympy import Add, exp

from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive


def mixture(components: int) -> DecayLaw:
    """Return the mixture of a number of exponentials.

    Args:
        components: how many, at least 1; weights are ``C1``, ``C2``, …, rates ``nu1``, ….

    >>> mixture(2).envelope
    C1*exp(-ell*nu1) + C2*exp(-ell*nu2)
    """
    if components < 1:
        raise LonglagError(
            f"a mixture of {components}", "it needs at least one exponential", "give a number >= 1"
        )
    weights = [positive(f"C{q}") for q in range(1, components + 1)]
    rates = [positive(f"nu{q}") for q in range(1, components + 1)]
    terms = [weight * exp(-rate * ell) for weight, rate in zip(weights, rates, strict=True)]
    return DecayLaw(
        "exponential_mixture",
        Add(*terms),
        description=f"a spectrum of {components} rates",
        source="arXiv 2512.05790",
    )


exponential_mixture = mixture(3)
