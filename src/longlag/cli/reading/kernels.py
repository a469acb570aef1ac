"""A memory kernel as a person types it: a registered name or an expression in ``t``."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Rational, S, Symbol

from longlag.theory.errors import LonglagError
from longlag.theory.memory import KERNELS, Kernel, time
from longlag.theory.typed.parse import parse_expression


def read_kernel(text: str, values: Mapping[str, Rational]) -> Kernel:
    """Return the kernel that ``text`` names or spells out, with numbers for its parameters.

    Args:
        text: a registered kernel, or an expression in ``t`` and parameters.
        values: the parameters' numbers.

    Raises:
        LonglagError: what the whitelist refuses, a parameter without a number.
    """
    name = text.strip()
    if name in KERNELS:
        return KERNELS[name].at(values)
    rho = parse_expression(
        text, {"t": time}, new_symbol=lambda name: Symbol(name, real=True), what="kernel"
    )
    if not rho.has(time):
        known = ", ".join(KERNELS)
        raise LonglagError(
            f"kernel {text!r}",
            "a kernel depends on the time since an input, written t",
            f"write it in t, or name one of {known}",
        )
    domains = {symbol: S.Reals for symbol in rho.free_symbols - {time}}
    return Kernel("typed", rho, domains=domains).at(values)
