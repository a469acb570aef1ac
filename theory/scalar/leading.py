"""The leading term of an expression as x → ∞.

Terms are compared on the scale e^{E(x)} x^p (ln x)^q (ln ln x)^r, which holds every registered
law. SymPy's own limits are not used: on such expressions they may run for minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import (
    Add,
    Dummy,
    Expr,
    Ge,
    Gt,
    LambertW,
    Le,
    Lt,
    Max,
    Min,
    Mul,
    Piecewise,
    Pow,
    S,
    Symbol,
    binomial,
    erfcinv,
    erfinv,
    exp,
    expand_log,
    factorial,
    log,
    true,
)

from longlag.theory.scalar.far import AT_ZERO, DEPARTURES, FAR, FAR_BELOW, THROUGH_ZERO
from longlag.theory.scalar.inversion import log_of
from longlag.theory.scalar.signs import UndecidedError, is_known_positive, sign_of, vanishes


@dataclass(frozen=True)
class Monomial:
    """coefficient · e^{exponent} · x^power · (ln x)^log_power · (ln ln x)^loglog_power."""

    coefficient: Expr = S.One
    exponent: Expr = S.Zero
    power: Expr = S.Zero
    log_power: Expr = S.Zero
    loglog_power: Expr = S.Zero

    @property
    def shape(self) -> tuple[Expr, Expr, Expr, Expr]:
        """Everything but the coefficient."""
        return self.exponent, self.power, self.log_power, self.loglog_power

    @property
    def is_constant(self) -> bool:
        """Whether it is the coefficient alone, the limit of what it leads."""
        return all(part == 0 for part in self.shape)

    def times(self, other: Monomial) -> Monomial:
        """Return the product."""
        shape = [(a + b).expand() for a, b in zip(self.shape, other.shape, strict=True)]
        return Monomial(self.coefficient * other.coefficient, *shape)

    def to_the(self, exponent: Expr) -> Monomial:
        """Return a constant power."""
        shape = [(exponent * part).expand() for part in self.shape]
        return Monomial(Pow(self.coefficient, exponent), *shape)

    def expression(self, x: Symbol) -> Expr:
        """Return the monomial as an expression in x."""
        scale = x**self.power * log(x) ** self.log_power * log(log(x)) ** self.loglog_power
        return self.coefficient * exp(self.exponent) * scale


def leading(expression: Expr, x: Symbol) -> Monomial:
    """Return the leading term of an expression as x → ∞.

    Args:
        expression: built of powers, exponentials, logarithms and the functions tabulated above.
        x: the variable.

    Raises:
        UndecidedError: where the leading term cannot be told.

    >>> from sympy.abc import x
    >>> leading(3 * x**2 + x * log(x), x).expression(x)
    3*x**2
    """
    if not expression.has(x):
        return Monomial(expression)
    if expression == x:
        return Monomial(power=S.One)
    if isinstance(expression, Mul):
        product = Monomial()
        for factor in expression.args:
            product = product.times(leading(factor, x))
        return product
    if isinstance(expression, Add):
        return _leading_of_sum(expression, x)
    if isinstance(expression, exp):
        return _leading_of_exponential(expression.exp, x)
    if isinstance(expression, log):
        return _leading_of_logarithm(expression.args[0], x)
    if isinstance(expression, Pow):
        if expression.exp.has(x):
            return _leading_of_exponential(expression.exp * log_of(expression.base), x)
        return leading(expression.base, x).to_the(expression.exp)
    if isinstance(expression, (Max, Min)):
        return _leading_of_extreme(expression, x)
    if isinstance(expression, Piecewise):
        return leading(piece_that_holds(expression, x), x)
    return _leading_of_function(expression, x)


def grows(expression: Expr, x: Symbol) -> bool:
    """Return whether an expression is known to go to infinity with x.

    Raises:
        UndecidedError: where its leading term cannot be told.

    >>> from sympy.abc import x
    >>> grows(exp(x) / x, x), grows(2 + 1 / x, x)
    (True, False)
    """
    monomial = leading(expression, x)
    return is_known_positive(monomial.coefficient) and _order(monomial, Monomial(), x) > 0


def limit_at_infinity(expression: Expr, x: Symbol) -> Expr:
    """Return the limit of an expression as x → ∞: a number in its other symbols, 0, ∞ or −∞.

    Raises:
        UndecidedError: where its leading term, or whether that grows, cannot be told.

    >>> from sympy.abc import x
    >>> limit_at_infinity(x**2 / (1 + 3 * x**2), x), limit_at_infinity(exp(-x) * x, x)
    (1/3, 0)
    """
    monomial = leading(expression, x)
    if monomial.is_constant:
        return monomial.coefficient
    if _order(monomial, Monomial(), x) < 0:
        return S.Zero
    return S.Infinity * sign_of(monomial.coefficient)


def _leading_of_extreme(expression: Expr, x: Symbol) -> Monomial:
    """Of positive terms the one that grows fastest or slowest."""
    sign = 1 if isinstance(expression, Max) else -1
    best, *others = (leading(term, x) for term in expression.args)
    for found in others:
        order = sign * _order(found, best, x)
        if order > 0 or (order == 0 and sign * sign_of(found.coefficient - best.coefficient) > 0):
            best = found
    if not is_known_positive(best.coefficient):
        raise UndecidedError(f"the sign of {expression}")
    return best


def piece_that_holds(expression: Piecewise, x: Symbol) -> Expr:
    """Return the piece that holds, by the signs of what its conditions compare: constants."""
    for piece, condition in expression.args:
        if condition == true:
            return piece
        if not isinstance(condition, (Gt, Ge, Lt, Le)) or condition.has(x):
            break
        sign = sign_of(condition.gts - condition.lts)
        if sign > 0 or (sign == 0 and isinstance(condition, (Ge, Le))):
            return piece
    raise UndecidedError(f"which piece of {expression} holds")


def _leading_of_function(expression: Expr, x: Symbol) -> Monomial:
    """By what the last argument tends to: infinity, a number, or zero where the function is."""
    if isinstance(expression, LambertW) and expression.args[1:] == (-1,):
        # On the lower branch W(z) ~ ln(−z) as z → 0.
        return leading(log(-expression.args[0]), x)
    if isinstance(expression, binomial):
        n, k = expression.args
        return leading(factorial(n) / (factorial(k) * factorial(n - k)), x)
    if isinstance(expression, erfinv):
        return _leading_of_inverse_error(expression.args[0], x)
    if any(argument.has(x) for argument in expression.args[:-1]):
        raise UndecidedError(f"{expression} as {x} → ∞")
    inside = leading(expression.args[-1], x)
    order = _order(inside, Monomial(), x)
    if order > 0:
        known = FAR if is_known_positive(inside.coefficient) else FAR_BELOW
        far = known.get(type(expression))
        if far is None or sign_of(inside.coefficient) == 0:
            raise UndecidedError(f"{expression} as {x} → ∞")
        return leading(far(*expression.args), x)
    if order < 0 and type(expression) in AT_ZERO and is_known_positive(inside.coefficient):
        return leading(AT_ZERO[type(expression)](*expression.args), x)
    limit = expression.func(*expression.args[:-1], inside.coefficient if order == 0 else S.Zero)
    if is_known_positive(limit):
        return Monomial(limit)
    if order < 0 and type(expression) in THROUGH_ZERO:
        slope = expression.func(Symbol("z")).diff().subs(Symbol("z"), 0)
        return Monomial(slope).times(inside)
    raise UndecidedError(f"{expression} as {x} → ∞")


def _leading_of_inverse_error(argument: Expr, x: Symbol) -> Monomial:
    """erfinv(z) = ∓erfcinv(1 ± z), which is told apart near 1 and −1."""
    limit = leading(argument, x)
    if limit.is_constant and abs(limit.coefficient) == 1:
        sign = limit.coefficient
        return Monomial(sign).times(leading(erfcinv(1 - sign * argument), x))
    raise UndecidedError(f"erfinv({argument}) as {x} → ∞")


def _leading_of_sum(expression: Add, x: Symbol) -> Monomial:
    try:
        return _largest([leading(term, x) for term in expression.args], x)
    except _CancelError:
        try:
            return _departure(expression, x)
        except UndecidedError:
            raise UndecidedError(f"the leading terms of {expression} cancel") from None


class _CancelError(UndecidedError):
    """Leading terms of which nothing is left."""


def _largest(terms: list[Monomial], x: Symbol) -> Monomial:
    """The sum of those terms that outgrow the others."""
    best: list[Monomial] = []
    for found in terms:
        order = _order(found, best[0], x) if best else 1
        if order > 0:
            best = [found]
        elif order == 0:
            best.append(found)
    total = Add(*[monomial.coefficient for monomial in best])
    if total.is_zero or total.simplify().is_zero:
        raise _CancelError
    return Monomial(total, *best[0].shape)


def _departure(expression: Expr, x: Symbol) -> Monomial:
    """What is left to leading order when the limit of an expression is taken off.

    Every part that tends to a number departs from it by its first term: 1 + δ to the c by c δ,
    σ(z) by −e^{−z}. Where first terms cancel nothing is told, since second ones are not known.
    """
    if isinstance(expression, Add):
        return _largest([_departure(part, x) for part in expression.args if part.has(x)], x)
    found = leading(expression, x)
    if _order(found, Monomial(), x) < 0:
        return found
    if not found.is_constant:
        raise UndecidedError(f"the limit of {expression}")
    if isinstance(expression, Mul):
        varying = [part for part in expression.args if part.has(x)]
        parts = [(_departure(part, x), leading(part, x).coefficient) for part in varying]
        limit = Monomial(found.coefficient)
        shares = [limit.times(part).times(Monomial(1 / own)) for part, own in parts]
        return _largest(shares, x)
    if isinstance(expression, Pow) and not expression.exp.has(x):
        base, power = leading(expression.base, x).coefficient, expression.exp
        slope = power * base ** (power - 1)
        return Monomial(slope).times(_departure(expression.base, x))
    if len(expression.args) == 1:
        return _departure_of_function(expression, x)
    raise UndecidedError(f"how {expression} departs from its limit")


def _departure_of_function(expression: Expr, x: Symbol) -> Monomial:
    """By what is known far out, or by the slope at what the argument tends to."""
    argument = expression.args[0]
    inside = leading(argument, x)
    if _order(inside, Monomial(), x) > 0 and type(expression) in DEPARTURES:
        return leading(DEPARTURES[type(expression)](argument), x)
    z = Dummy("z")
    at = inside.coefficient if inside.is_constant else S.Zero
    slope = expression.func(z).diff(z).subs(z, at)
    if _order(inside, Monomial(), x) > 0 or slope == 0 or not slope.is_finite:
        raise UndecidedError(f"how {expression} departs from its limit")
    return Monomial(slope).times(_departure(argument, x))


def _order(left: Monomial, right: Monomial, x: Symbol) -> int:
    """1, 0 or −1 as left outgrows, matches or falls behind right."""
    difference = (left.exponent - right.exponent).expand()
    if difference != 0:
        # Exponents such as √ln x fall behind a power, which is e^{p ln x}.
        return sign_of(leading(difference + (left.power - right.power) * log(x), x).coefficient)
    pairs = zip(left.shape[1:], right.shape[1:], strict=True)
    for own, other in pairs:
        if (own - other).expand() != 0:
            return sign_of((own - other).expand())
    return 0


def _leading_of_exponential(exponent: Expr, x: Symbol) -> Monomial:
    """e^{u}: what grows in u stays in the exponent, logarithms become powers, the rest a factor."""
    result = Monomial()
    for term in Add.make_args(expand_log(exponent, force=True).expand()):
        coefficient, part = term.as_independent(x, as_Add=False)
        if part == 1:
            factor = Monomial(exp(coefficient))
        elif part == log(x):
            factor = Monomial(power=coefficient)
        elif part == log(log(x)):
            factor = Monomial(log_power=coefficient)
        else:
            order = _order(leading(part, x), Monomial(), x)
            if order < 0:
                continue
            limit = exp(coefficient * leading(part, x).coefficient)
            factor = Monomial(exponent=term) if order else Monomial(limit)
        result = result.times(factor)
    return result


def _leading_of_logarithm(inside: Expr, x: Symbol) -> Monomial:
    try:
        monomial = leading(inside, x)
    except UndecidedError:
        return slowest(inside, x)
    if monomial.exponent != 0:
        return leading(monomial.exponent + monomial.power * log(x), x)
    if not vanishes(monomial.power):
        return Monomial(monomial.power, log_power=S.One)
    if not vanishes(monomial.log_power):
        return Monomial(monomial.log_power, loglog_power=S.One)
    if not vanishes(monomial.loglog_power):
        raise UndecidedError(f"ln ln ln {x}")
    if monomial.coefficient == 1:
        return leading(inside - 1, x)
    return Monomial(log(monomial.coefficient))


def slowest(inside: Expr, x: Symbol) -> Monomial:
    """ln Σ c_i e^{−b_i S}: the smallest b_i wins, whichever it is."""
    terms = [leading(term, x) for term in Add.make_args(inside)]
    heads = [leading(term.exponent, x) for term in terms]
    rates = [-head.coefficient for head in heads]
    alike = len({head.shape for head in heads}) == 1
    if not alike or not all(
        is_known_positive(rate) and is_known_positive(term.coefficient)
        for rate, term in zip(rates, terms, strict=True)
    ):
        raise UndecidedError(f"which term of {inside} is the largest")
    return Monomial(-Min(*rates), *heads[0].shape)
