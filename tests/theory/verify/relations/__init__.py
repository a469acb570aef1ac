"""Relations of the kinds that theorists of long memory write down, half true, half false."""

from tests.theory.verify.relations import asymptotics, corners, products, remainders, sums
from tests.theory.verify.relations.case import Case

ALL: tuple[Case, ...] = sum(
    (module.CASES for module in (products, remainders, sums, asymptotics, corners)), ()
)

__all__ = ["ALL", "Case"]
