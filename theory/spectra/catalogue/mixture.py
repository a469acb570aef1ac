"""A few time scales τ_q with weights p_q/Σp: a mixture of exponentials, with crossovers."""

from sympy import Add

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import positive
from longlag.theory.spectra.spectrum import Spectrum, Variable


def mixture(components: int) -> Spectrum:
    """Return the spectrum of a number of time scales.

    Args:
        components: how many, at least 1; weights are ``p1``, ..., time scales ``tau1``, ....

    >>> mixture(2).rate_atoms
    {1/tau1: p1/(p1 + p2), 1/tau2: p2/(p1 + p2)}
    """
    if components < 1:
        raise LonglagError(
            f"a mixture of {components}", "it needs at least one time scale", "give a number >= 1"
        )
    weights = [positive(f"p{q}") for q in range(1, components + 1)]
    scales = [positive(f"tau{q}") for q in range(1, components + 1)]
    total = Add(*weights)
    return Spectrum(
        f"mixture_of_{components}",
        atoms={scale: weight / total for scale, weight in zip(scales, weights, strict=True)},
        variable=Variable.TIME_SCALE,
        description=f"{components} time scales with crossovers",
        source="arXiv 2512.05790",
    )


mixture_of_2 = mixture(2)
