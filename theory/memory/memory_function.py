"""How fast a functional forgets: the memory function M(t) = sup_{x≠0} |dH_t(u^x)/dt|/|x|.

The input u^x is a step: 0 before time 0 and x from then on. For a linear functional the response
is H_t(u^x) = x ∫₀^t ρ(s) ds, hence M = |ρ|. An impulse in its place would give |ρ'|, which is
larger than M where the memory oscillates. Source: arXiv 2305.19190, arXiv 2311.14495.
"""

from __future__ import annotations

from functools import lru_cache

import sympy
from sympy import Abs, Expr, Integral, Symbol, exp, oo

from longlag.theory.errors import LonglagError
from longlag.theory.memory.kernel import Kernel, time
from longlag.theory.memory.mixture import Mixture
from longlag.theory.notation import SymbolTable
from longlag.theory.scalar.parameters import as_expression

#: The height of the step.
height = SymbolTable("memory").add("x", "height of a step", real=True, nonzero=True)


def step_response(kernel: Kernel) -> Expr:
    """Return H_t(u^x) = ∫₀^t x ρ(s) ds of the step of height x, unevaluated.

    >>> from longlag.theory.memory import KERNELS
    >>> step_response(KERNELS["exponential"]).doit().diff(time)
    a*x*exp(-b*t)
    """
    past = Symbol("s", positive=True)
    return Integral(height * kernel.rho.subs(time, past), (past, 0, time))


def memory_function(kernel: Kernel) -> Expr:
    """Return M(t) = |dH_t(u^x)/dt|/|x|, which does not depend on x.

    >>> from longlag.theory.memory import KERNELS
    >>> memory_function(KERNELS["polynomial"].at({"c": 1, "tau": 1, "omega": 1}))
    (t + 1)**(-2)
    """
    return sympy.simplify(Abs(step_response(kernel).diff(time)) / Abs(height))


@lru_cache(maxsize=256)
def forgets_at(kernel: Kernel, exponent: Expr) -> bool:
    """Return whether e^{βt} M(t) → 0.

    Args:
        kernel: with a number for every parameter.
        exponent: β, a number.

    Raises:
        LonglagError: a kernel with parameters, or a limit that SymPy does not find.

    >>> pair = Mixture((1, 1), (1, 2)).kernel()
    >>> forgets_at(pair, sympy.Rational(1, 2)), forgets_at(pair, sympy.Integer(1))
    (True, False)
    """
    if kernel.parameters:
        raise LonglagError(
            f"kernel {kernel.name!r} with {list(map(str, kernel.parameters))}",
            "a limit is taken of a kernel in numbers",
            "give them with .at({…})",
        )
    beta = as_expression("exponent", exponent)
    # Expanded, so that SymPy compares exponentials and not products of them.
    limit = sympy.limit(sympy.powsimp(sympy.expand(kernel.rho * exp(beta * time))), time, oo)
    if not (limit.is_number or limit.is_infinite):
        raise LonglagError(
            f"the limit of exp({beta} t) {kernel.rho}",
            f"SymPy finds {limit}",
            "compare it with a mixture instead",
        )
    return bool(limit == 0)


def largest_radius(mixture: Mixture) -> Expr:
    """Return the radius at which perturbed rates stop to be positive: the slowest rate.

    A mixture whose rates themselves are learnt is stable up to this radius β₀ and no further, and
    e^{βt} M(t) → 0 for β < β₀: what is fitted stably forgets exponentially.

    >>> largest_radius(Mixture((1, 1), (3, 2)))
    2
    """
    return sympy.Min(*mixture.rates)


__all__ = ["forgets_at", "height", "largest_radius", "memory_function", "step_response"]
