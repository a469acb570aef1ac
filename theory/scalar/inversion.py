"""Solving ln f(ℓ) = y for ℓ: monotone pieces peeled off, Lambert W, polynomials of low degree.

Values are carried together with their logarithm, so that neither overflows on the way: the
solution of ln(1 + ln ℓ) = v is ln ℓ = e^v − 1, and e^{ln ℓ} is never needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import (
    Add,
    Dummy,
    Expr,
    Function,
    Mul,
    Pow,
    Rational,
    S,
    Symbol,
    acosh,
    asinh,
    atan,
    atanh,
    cosh,
    exp,
    expand_log,
    expand_power_base,
    log,
    powdenest,
    simplify,
    sinh,
    sqrt,
    tan,
    tanh,
)

from longlag.theory.scalar.special import expm1, log_expm1, lower_omega, wright_omega

#: Monotone functions on the positive half line, and their inverses.
_INVERSES: dict[type[Expr], Callable[[Expr], Expr]] = {
    tanh: atanh,
    sinh: asinh,
    cosh: acosh,
    atan: tan,
    asinh: sinh,
}


@dataclass(frozen=True)
class Solution:
    """A value with its logarithm, and how it was found.

    Args:
        value: the solution.
        log: its logarithm; kept apart because the value may overflow.
        method: the steps that found it.
    """

    value: Expr
    log: Expr
    method: str = "monotone pieces"


def invert(envelope: Expr, lag: Symbol, log_threshold: Expr) -> Solution | None:
    """Solve ln f(ℓ) = y on the decreasing branch, or return None where no closed form is found.

    Args:
        envelope: f, over the lag and positive parameters.
        lag: ℓ.
        log_threshold: y.

    >>> from sympy.abc import y
    >>> b, ell = Symbol("b", positive=True), Symbol("ell", positive=True)
    >>> invert(ell**-b, ell, y).log
    -y/b
    """
    if not envelope.has(lag):
        return None
    return _solve(log_of(envelope), _plain(log_threshold), lag)


def solve_for(expression: Expr, value: Expr, variable: Symbol) -> Expr | None:
    """Return a positive solution of expression = value, or None where none is found.

    >>> from sympy.abc import y
    >>> x = Symbol("x", positive=True)
    >>> solve_for(4 - x**2, 0, x)
    2
    """
    # Unevaluated, since the value may be 0.
    solution = _solve(expression, Solution(value, log(value, evaluate=False)), variable)
    return None if solution is None else solution.value


def log_of(expression: Expr) -> Expr:
    """Return ln of a positive expression as a sum over its factors.

    >>> from sympy.abc import x
    >>> log_of(3 * x**2 * exp(-x))
    -x + 2*log(x) + log(3)
    """
    if isinstance(expression, exp):
        return expression.exp
    if isinstance(expression, Pow) and expression.base != S.Exp1:
        return expression.exp * log_of(expression.base)
    if isinstance(expression, Mul) and not any(part.is_negative for part in expression.args):
        return Add(*[log_of(part) for part in expression.args])
    return log(expression)


def _plain(value: Expr) -> Solution:
    return Solution(value, log(value))


def _solve(left: Expr, right: Solution, lag: Symbol) -> Solution | None:
    """Solve left(ℓ) = right by peeling the outermost function off, again and again."""
    if left == lag:
        return right
    if isinstance(left, Add):
        return _solve_sum(left, right, lag)
    if isinstance(left, Mul):
        constant, rest = left.as_independent(lag, as_Add=False)
        if constant == 1:
            return _solve_product(left, right, lag)
        return _solve(rest, _scaled(right, 1 / constant), lag)
    if isinstance(left, log):
        (inside,) = left.args
        expanded = log_of(inside)
        if expanded != left:
            return _solve(expanded, right, lag)
        return _solve(inside, Solution(exp(right.value), right.value, right.method), lag)
    if isinstance(left, exp):
        return _solve(left.exp, Solution(right.log, log(right.log), right.method), lag)
    if isinstance(left, Pow):
        return _solve_power(left, right, lag)
    inverse = _INVERSES.get(type(left))
    if inverse is None:
        return None
    value = inverse(right.value)
    return _solve(left.args[0], Solution(value, log(value), right.method), lag)


def _scaled(solution: Solution, factor: Expr) -> Solution:
    """factor × solution; the logarithm stays a sum where both are positive."""
    negative = factor.could_extract_minus_sign()
    value = (-factor) * (-solution.value) if negative else factor * solution.value
    if factor.is_positive and not isinstance(solution.log, log):
        return Solution(value, log_of(factor) + solution.log, solution.method)
    return Solution(value, log(value), solution.method)


def _less(solution: Solution, constant: Expr) -> Solution:
    """solution − constant, as a·(e^v − 1) where the logarithm of the solution is at hand."""
    if isinstance(solution.log, log) or not constant.is_positive:
        return Solution(solution.value - constant, log(solution.value - constant), solution.method)
    height = log_of(constant)
    gap = solution.log - height
    return Solution(constant * expm1(gap), height + log_expm1(gap), solution.method)


def _solve_product(left: Mul, right: Solution, lag: Symbol) -> Solution | None:
    """A product of several functions of ℓ: taken to the logarithm, where it is a sum."""
    if any(part.is_negative for part in left.args):
        return None
    return _solve_sum(log_of(left), Solution(right.log, log(right.log), right.method), lag)


def _solve_power(left: Pow, right: Solution, lag: Symbol) -> Solution | None:
    base, exponent = left.args
    if not exponent.has(lag):
        value = Pow(right.value, 1 / exponent)
        return _solve(base, Solution(value, right.log / exponent, right.method), lag)
    if not base.has(lag):
        value = right.log / log(base)
        return _solve(exponent, Solution(value, log(value), right.method), lag)
    return None


def _solve_sum(left: Expr, right: Solution, lag: Symbol) -> Solution | None:
    constant, rest = left.as_independent(lag, as_Add=True)
    if constant != 0:
        right = _less(right, constant)
    if not isinstance(rest, Add):
        return _solve(rest, right, lag)
    return _solve_polynomial(rest, right, lag) or _solve_lambert(rest, right, lag)


def _solve_polynomial(rest: Add, right: Solution, lag: Symbol) -> Solution | None:
    """Terms c_n v^n in one positive v(ℓ): a quadratic, or a cubic without its square.

    All c_n > 0, so that there is one positive root and its formula does not cancel. Source:
    derived here; the cubic by the hyperbolic form of Cardano's.
    """
    parts = [term.as_independent(lag, as_Add=False) for term in rest.args]
    if not all(coefficient.is_positive for coefficient, _ in parts):
        return None
    powers = [simplify(log_of(part) / log_of(parts[0][1])) for _, part in parts]
    if not all(isinstance(power, Rational) and power > 0 for power in powers):
        return None
    unit = min(powers)
    degrees = [power / unit for power in powers]
    by_degree = dict(zip(degrees, (coefficient for coefficient, _ in parts), strict=True))
    base = next(part for (_, part), degree in zip(parts, degrees, strict=True) if degree == 1)
    t = right.value
    if set(degrees) == {1, 2}:
        first, second = by_degree[S(1)], by_degree[S(2)]
        denominator = first + sqrt(first**2 + 4 * second * t)
        value, logarithm = 2 * t / denominator, log(2) + right.log - log(denominator)
        return _solve(base, Solution(value, logarithm, "quadratic"), lag)
    if set(degrees) == {1, 3}:
        first, third = by_degree[S(1)], by_degree[S(3)]
        angle = asinh(3 * t / (2 * first) * sqrt(3 * third / first)) / 3
        value = 2 * sqrt(first / (3 * third)) * sinh(angle)
        return _solve(base, Solution(value, log(value), "cubic"), lag)
    return None


def _solve_lambert(rest: Add, right: Solution, lag: Symbol) -> Solution | None:
    """B ln u + C u^p = R in one u(ℓ), C < 0: Lambert W, its lower branch where B > 0."""
    if any(node.has(lag) and not isinstance(node, (log, exp)) for node in rest.atoms(Function)):
        # SymPy would work for seconds on what cannot have this form.
        return None
    for candidate in _inner_functions(rest, lag):
        u = Dummy("u", positive=True)
        outer = _in_terms_of(rest, candidate, u, lag)
        found = None if outer is None else _log_and_power(outer, u)
        if found is None:
            continue
        constant, log_coefficient, power_coefficient, power = found
        level = right.value - constant
        solution = _omega(log_coefficient, power_coefficient, power, level)
        if solution is not None:
            return _solve(candidate, solution, lag)
    return None


def _inner_functions(rest: Expr, lag: Symbol) -> list[Expr]:
    """The arguments of logarithms, the exponentials, and ℓ itself."""
    inside = [node.args[0] for node in rest.atoms(log) if node.has(lag)]
    grown = [node for node in rest.atoms(exp) if node.has(lag)]
    ordered = sorted({*inside, *grown, lag}, key=lambda node: (node != lag, str(node)))
    return [node for node in ordered if node.has(lag)]


def _in_terms_of(rest: Expr, candidate: Expr, u: Symbol, lag: Symbol) -> Expr | None:
    if candidate == lag:
        return rest.subs(lag, u)
    inverse = _solve(candidate, Solution(u, log(u)), lag)
    if inverse is None:
        return None
    return rest.subs(lag, inverse.value.rewrite(exp))


def _log_and_power(outer: Expr, u: Symbol) -> tuple[Expr, Expr, Expr, Expr] | None:
    """Return (a, B, C, p) where outer = a + B ln u + C u^p."""
    outer = Add(*[_split_logarithm(term, u) for term in Add.make_args(outer)]).expand()
    constant, varying = outer.as_independent(u, as_Add=True)
    log_coefficient = power_coefficient = power = S.Zero
    for term in Add.make_args(varying):
        coefficient, part = term.as_independent(u, as_Add=False)
        if part == log(u):
            log_coefficient += coefficient
            continue
        base, exponent = part.as_base_exp()
        if base != u or exponent.has(u) or power not in (S.Zero, exponent):
            return None
        power_coefficient, power = power_coefficient + coefficient, exponent
    if 0 in (log_coefficient, power_coefficient):
        return None
    return constant, log_coefficient, power_coefficient, power


def _split_logarithm(term: Expr, u: Symbol) -> Expr:
    """Write (u/τ)^p as τ^{−p}u^p and ln(u/τ) as ln u − ln τ."""
    return expand_log(term, force=True).replace(
        lambda node: isinstance(node, Pow) and isinstance(node.base, Mul) and node.base.has(u),
        lambda node: Mul(*[Pow(factor, node.exp) for factor in node.base.args]),
    )


def _omega(
    log_coefficient: Expr, power_coefficient: Expr, power: Expr, level: Expr
) -> Solution | None:
    """Solve B ln u + C u^p = R for the decreasing branch in u.

    With v = |pC/B| u^p the equation is v ± ln v = x; ln v is linear in v and x, and ln u follows
    from ln v. Source: derived here.
    """
    if not (power_coefficient.is_negative and power.is_positive):
        return None
    decays = log_coefficient.is_negative
    if not (decays or log_coefficient.is_positive):
        return None
    size = -log_coefficient if decays else log_coefficient
    ratio = -power * power_coefficient / size
    shift = log_of(ratio)
    if decays:
        omega = wright_omega(power * (-level) / size + shift)
        method = "Lambert W₀"
    else:
        omega = lower_omega(power * (-level) / size - shift)
        method = "Lambert W₋₁"
    logarithm = (log(omega) - shift) / power
    # As τ(bω/p)^{1/p}: the power of τ^p must not be formed, it may overflow.
    height = powdenest(expand_power_base(Pow(1 / ratio, 1 / power), force=True), force=True)
    return Solution(height * Pow(omega, 1 / power), logarithm, method)
