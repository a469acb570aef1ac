"""The formulas of a window as they are displayed, over φ instead of N, A and κ.

Rewriting is not trusted: what a document displays is what its checks evaluate.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from sympy import (
    Add,
    Expr,
    LambertW,
    Max,
    Min,
    Mul,
    Pow,
    S,
    cancel,
    exp,
    expand_mul,
    factor_terms,
    log,
    powsimp,
)

from longlag.theory.notation import SymbolTable
from longlag.theory.scalar.special import expm1, log_expm1, lower_omega, wright_omega
from longlag.theory.window.window import COST, KAPPA, SAMPLES, LearnabilityWindow, closed_form

#: φ: the smallest envelope that N samples detect.
LEVEL = SymbolTable("window").add(
    "varphi", r"threshold $(A/N)^{1/\kappa}$ of the envelope", positive=True
)
#: φ in terms of the samples.
LEVEL_IN_SAMPLES: Expr = (COST / SAMPLES) ** (1 / KAPPA)


@dataclass(frozen=True)
class WindowFormulas:
    """What a document displays of a window.

    Args:
        sample_size: N(ℓ).
        horizon: H_N over φ, or None without a closed form.
        growth: the leading term of H_N (or of its logarithms), or None where it cannot be told.
        local_exponent: d ln H/d ln N over ``ell``, or None for a constant envelope.
    """

    sample_size: Expr
    horizon: Expr | None
    growth: Expr | None
    local_exponent: Expr | None


@lru_cache(maxsize=256)
def window_formulas(window: LearnabilityWindow) -> WindowFormulas:
    """Return the formulas of a window in the form in which they are displayed.

    >>> from longlag.theory.window.window import learnability_window
    >>> from longlag.theory.laws import LAWS
    >>> window_formulas(learnability_window(LAWS["exponential"])).horizon
    log(c/varphi)/b
    """
    solution = closed_form(window.law.envelope, -log(LEVEL))
    exponent = window.local_exponent
    return WindowFormulas(
        sample_size=COST * raised(window.law.envelope, -KAPPA),
        horizon=None if solution is None else tidy(solution.value),
        growth=None if window.growth is None else _distributed(window.growth.leading),
        local_exponent=None if exponent is None else _positive_quotient(exponent),
    )


def raised(base: Expr, exponent: Expr) -> Expr:
    """Return a positive expression to a power, the powers in it multiplied by the exponent.

    >>> from longlag.theory.notation import ell
    >>> from sympy.abc import b
    >>> raised(2 * exp(-b * ell), b)
    2**b*exp(-b**2*ell)
    """
    if any(factor.could_extract_minus_sign() for factor in Mul.make_args(base)):
        return Pow(base, exponent)
    together: Expr = S.One
    powers: list[Expr] = []
    if isinstance(base, Add):
        common, base = _common_factor(base)
        powers += [Pow(factor, exponent) for factor in Mul.make_args(common)]
    for factor in Mul.make_args(base):
        if isinstance(factor, exp):
            powers.append(exp(factor.exp * exponent))
        elif isinstance(factor, Pow) and not factor.exp.is_Integer:
            powers.append(Pow(factor.base, factor.exp * exponent))
        else:
            together *= factor
    return Mul(Pow(together, exponent), *powers)


def tidy(expression: Expr) -> Expr:
    """Write sums of logarithms as one logarithm, exponentials of logarithms as powers, ω as W.

    >>> from sympy.abc import a, b
    >>> tidy(expm1((log(2) - log(3)) / b)).subs(b, 2)**2 == (exp(log(S(2)/3)/2) - 1)**2
    True
    """
    if not expression.args:
        return expression
    arguments = [tidy(argument) for argument in expression.args]
    if isinstance(expression, Add):
        return _one_logarithm(arguments)
    if isinstance(expression, exp):
        return _powers(arguments[0])
    if isinstance(expression, expm1):
        return _powers(arguments[0]) - 1
    if isinstance(expression, log_expm1):
        return log(_powers(arguments[0]) - 1)
    if isinstance(expression, wright_omega):
        return LambertW(_powers(arguments[0]))
    if isinstance(expression, lower_omega):
        return -LambertW(-_powers(-arguments[0]), -1)
    rebuilt = expression.func(*arguments)
    # τ (b/p)^{1/p} W^{1/p} with one root.
    return powsimp(rebuilt, combine="base", force=True) if isinstance(rebuilt, Mul) else rebuilt


def _logarithm(term: Expr) -> tuple[Expr, Expr] | None:
    """Return (coefficient, u) of a term coefficient · ln u with a single logarithm, u > 0."""
    logarithms = [factor for factor in Mul.make_args(term) if isinstance(factor, log)]
    if len(logarithms) != 1 or not logarithms[0].args[0].is_positive:
        return None
    return term / logarithms[0], logarithms[0].args[0]


def _one_logarithm(terms: list[Expr]) -> Expr:
    """Join logarithms with the same coefficient, up to its sign."""
    products: dict[Expr, Expr] = defaultdict(lambda: S.One)
    rest = S.Zero
    for term in terms:
        found = _logarithm(term)
        if found is None:
            rest += term
            continue
        coefficient, inside = found
        negative = coefficient.could_extract_minus_sign()
        products[-coefficient if negative else coefficient] *= 1 / inside if negative else inside
    return Add(rest, *[coefficient * log(inside) for coefficient, inside in products.items()])


def _powers(exponent: Expr) -> Expr:
    """e^x with every coefficient · ln u in x as u^coefficient."""
    joined = _one_logarithm([*Add.make_args(expand_mul(exponent))])
    rest, result = S.Zero, S.One
    for term in Add.make_args(joined):
        found = _logarithm(term)
        if found is None:
            rest += term
        else:
            result *= Pow(found[1], found[0])
    return result * exp(rest)


def _distributed(leading: Expr) -> Expr:
    """A leading term with its outermost power taken to the factors, max τ for 1/min(1/τ)."""
    leading = leading.replace(Min, _smallest)
    return Mul(
        *[
            raised(factor.base, factor.exp)
            if isinstance(factor, Pow) and not isinstance(factor, exp)
            else factor
            for factor in Mul.make_args(leading)
        ]
    )


def _smallest(*numbers: Expr) -> Expr:
    reciprocals = [1 / number for number in numbers]
    if all(reciprocal.is_Symbol for reciprocal in reciprocals):
        return 1 / Max(*reciprocals)
    return Min(*numbers)


def _common_factor(total: Add) -> tuple[Expr, Expr]:
    """Return what all terms of a sum have in common, and the rest."""
    factored = factor_terms(total)
    sums = [factor for factor in Mul.make_args(factored) if isinstance(factor, Add)]
    return (factored / sums[0], sums[0]) if len(sums) == 1 else (S.One, total)


def _positive_quotient(exponent: Expr) -> Expr:
    """A quotient without a minus above and below the line."""
    if exponent.is_rational_function():
        return cancel(exponent)
    # Apart until the end: SymPy multiplies a number into a sum.
    common, result = S.One, S.One
    for factor in Mul.make_args(exponent):
        base, power = factor.as_base_exp()
        if isinstance(base, Add):
            shared, base = _common_factor(base)
            common *= shared**power
            factor = base**power
        result *= factor
    result *= common
    sums = [factor for factor in result.args if isinstance(factor.as_base_exp()[0], Add)]
    mixed = [s for s in sums if any(t.could_extract_minus_sign() for t in s.as_base_exp()[0].args)]
    if not (result.could_extract_minus_sign() and mixed):
        return result
    base, power = mixed[0].as_base_exp()
    return result / mixed[0] * S.NegativeOne**power * (-base) ** power
