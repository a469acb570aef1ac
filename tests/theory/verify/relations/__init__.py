"""Relations of the kinds that theorists of long memory write down, half true, half false."""

from tests.theory.verify.relations import (
    activations,
    asymptotics,
    branches,
    cancellation,
    corners,
    disguises,
    inequalities,
    integers,
    products,
    remainders,
    special,
    spectra,
    stable,
    sums,
    windows,
)
from tests.theory.verify.relations.case import Case
from tests.theory.verify.relations.chains import CHAINS, Chain
from tests.theory.verify.relations.quantified import QUANTIFIED, Quantified

#: The files by the kind of relation they hold.
KINDS: dict[str, tuple[Case, ...]] = {
    "products over a lag": products.CASES,
    "remainders": remainders.CASES,
    "windows": windows.CASES,
    "spectra": spectra.CASES,
    "stable laws": stable.CASES,
    "activations": activations.CASES,
    "asymptotics": asymptotics.CASES,
    "sums": sums.CASES,
    "integers": integers.CASES,
    "corners and tails": corners.CASES,
    "branches": branches.CASES,
    "cancellation": cancellation.CASES,
    "inequalities": inequalities.CASES,
    "special functions": special.CASES,
    "disguises": disguises.CASES,
}
ALL: tuple[Case, ...] = tuple(case for cases in KINDS.values() for case in cases)

__all__ = ["ALL", "CHAINS", "KINDS", "QUANTIFIED", "Case", "Chain", "Quantified"]
