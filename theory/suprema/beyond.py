"""The tail of an expression beyond a point, by recursion; its growth and its limit."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flint import arb
from sympy import (
    Add,
    Dummy,
    Expr,
    LambertW,
    Mul,
    Poly,
    PolynomialError,
    Pow,
    Rational,
    S,
    Symbol,
    exp,
    expand,
    gamma,
    log,
)

from longlag.theory.balls.program import NoEnclosureError, enclosed, enclosing
from longlag.theory.balls.ranges import (
    Range,
    exponential,
    logarithm,
    point,
    power,
    reciprocal,
    union,
    whole_power,
)
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.derivative import derivative_of_zeta
from longlag.theory.scalar.leading import leading
from longlag.theory.scalar.signs import UndecidedError
from longlag.theory.suprema.asymptotics import (
    BEYOND,
    MISSING,
    ODD,
    BinomialSlope,
    ZetaRest,
    rest_of_zeta,
)
from longlag.theory.suprema.tail import UNIT, Tail, Z, at_z, sign_of

_ZERO, _ONE = arb(0), arb(1)


def tail(expression: Expr, variable: Symbol, start: Any) -> Tail:
    """Return the behaviour of a function of one variable beyond a point.

    Args:
        expression: of powers, exponentials, logarithms, sines and functions that saturate.
        variable: a.
        start: R ≥ 1, an exact ball.

    Raises:
        UndecidedError: where it cannot be told from this R on.

    >>> from sympy.abc import a
    >>> from sympy import tanh
    >>> tail(tanh(a).diff(a), a, arb(8)).exponent
    {1: -2}
    """
    walk = Walk(variable, start)
    try:
        return walk.tail(walk.spread(expression))
    except LonglagError as error:
        raise UndecidedError(f"{expression} beyond {float(start):g}: {error}") from None


def grows(expression: Expr, variable: Symbol, start: Any) -> bool:
    """Return whether a function is unbounded beyond a point; False where that is not known.

    >>> from sympy import sin
    >>> from sympy.abc import a
    >>> grows(log(1 + a**2), a, arb(8)), grows(a * sin(a), a, arb(8))
    (True, False)
    """
    with suppress(UndecidedError):
        found = tail(expression, variable, start)
        if found.sign != 0:
            return found.growth > 0
    with suppress(UndecidedError):
        positive = Symbol("a", positive=True)
        head = leading(expression.xreplace({variable: positive}), positive)
        if head.exponent == 0:
            return next((sign_of(part) > 0 for part in head.shape[1:] if part != 0), False)
    return False


def far_value(expression: Expr, variable: Symbol, start: Any) -> Expr:
    """Return the exact limit at infinity, where every term has one or decays.

    Raises:
        UndecidedError: where a term does neither.

    >>> from sympy.abc import a
    >>> from longlag.theory.scalar.functions import sigmoid
    >>> far_value(1 - 2 * sigmoid(a) + exp(-a), a, arb(8))
    -1
    """
    walk = Walk(variable, start)
    limit: Expr = S.Zero
    for term in Add.make_args(walk.spread(expression)):
        if not term.has(variable):
            limit += term
        elif (found := walk.tail(term)).growth == 0:
            limit += _limit_of_term(term, variable, found.factor)
        elif found.growth > 0:
            raise UndecidedError(f"{term} grows")
    return limit


def _limit_of_term(term: Expr, variable: Symbol, enclosure: Any) -> Expr:
    positive = Symbol("a", positive=True)
    known = term.replace(BinomialSlope, lambda exponent, y: exponent)
    found = leading(known.xreplace({variable: positive}), positive)
    if not found.is_constant or not enclosure.holds(enclosed(found.coefficient)):
        raise UndecidedError(f"the limit of {term}")
    return found.coefficient


@dataclass(frozen=True)
class Walk:
    """The recursion over an expression, beyond ``start``."""

    variable: Symbol
    start: Any

    def tail(self, expression: Expr) -> Tail:
        """Return the tail of an expression; raise UndecidedError where there is none."""
        try:
            return self._tail(expression)
        except UndecidedError:
            # On the scale 1 at least, as 1/(1 + ln(1 + a)).
            return Tail(self._over_all(expression))

    def _over_all(self, expression: Expr) -> Range:
        beyond = Range(self.start, arb.pos_inf())
        try:
            return enclosing(expression).over({self.variable: beyond}, defined=True)[0]
        except NoEnclosureError as error:
            raise UndecidedError(str(error)) from None

    def _tail(self, expression: Expr) -> Tail:
        if not expression.has(self.variable):
            return Tail(enclosed(expression))
        if expression == self.variable:
            return Tail(UNIT, S.One)
        if isinstance(expression, Mul):
            product = Tail(UNIT)
            for factor in expression.args:
                product = product.times(self.tail(factor))
            return product
        if isinstance(expression, Add):
            return self.sum([self.tail(term) for term in expression.args])
        if isinstance(expression, exp):
            return self._exponential(expression.exp)
        if isinstance(expression, Pow):
            if expression.exp.has(self.variable):
                return self._exponential(expression.exp * log(expression.base))
            if isinstance(expression.base, gamma) and expression.exp.is_negative:
                return self._reciprocal_gamma(expression.base.args[0]).to_the(-expression.exp)
            return self.tail(expression.base).to_the(expression.exp)
        return self._function(expression)

    def sum(self, terms: list[Tail]) -> Tail:
        """Return the term of the largest scale, times 1 and what the others are to it."""
        largest = terms[0]
        for term in terms[1:]:
            if term.times(largest.inverse).growth > 0:
                largest = term
        total = point(_ZERO)
        for term in terms:
            total = total + term.times(largest.inverse).range(self.start)
        return Tail(total, largest.power, largest.exponent)

    def _exponential(self, exponent: Expr) -> Tail:
        try:
            terms = Poly(expand(exponent), self.variable).as_dict()
        except PolynomialError:
            return self._exponential_of(self.tail(exponent))
        constant = exp(terms.pop((0,), S.Zero))
        if not all(coefficient.is_number for coefficient in terms.values()):
            raise UndecidedError(f"exp({exponent})")
        degrees = {S(degree): coefficient for (degree,), coefficient in terms.items()}
        return Tail(enclosed(constant), exponent=degrees)

    def _exponential_of(self, inside: Tail) -> Tail:
        """e^{u} with u → 0, u bounded, or u ≤ −c a^p."""
        if inside.growth <= 0:
            return Tail(exponential(inside.range(self.start)))
        if inside.sign >= 0:
            raise UndecidedError("an exponential of what grows")
        if inside.exponent:
            inside = self._slower(inside)
        # Any rate that is not too large will do.
        slowest = (inside.factor.least * 2**20).floor().lower()
        least = Rational(int(slowest.unique_fmpz()), 2**21)
        return Tail(Range(_ZERO, _ONE), exponent={inside.power: -least} if least else {})

    def _slower(self, inside: Tail) -> Tail:
        """Of the same sign as what grows exponentially, and smaller: (a/R)² times its least."""
        ratio = Tail(UNIT, S(2)).times(inside.inverse)
        if not ratio.falls_from(self.start):
            raise UndecidedError("an exponential that does not grow yet")
        # At least e^{-1000} of it is as good as all, and is formed in no time.
        scale = point(inside.scale(self.start).low.min(arb(1000)))
        return Tail(inside.factor * scale * whole_power(point(self.start), -2), S(2))

    def _function(self, expression: Expr) -> Tail:
        arguments = [argument for argument in expression.args if argument.has(self.variable)]
        if len(arguments) > 1:
            raise UndecidedError(f"{expression} by all of its arguments")
        (argument,) = arguments
        inside, kind = self.tail(argument), type(expression)
        growth = inside.growth
        if growth > 0 and kind in BEYOND:
            return BEYOND[kind](self, inside, expression)
        if growth < 0 and expression == LambertW(argument):
            # W(y) = y e^{−W(y)}
            within = at_z(exp(-LambertW(Z)), inside.range(self.start))
            return inside.times(Tail(within))
        if growth < 0 and kind in ODD:
            slope, share = ODD[kind]
            square = whole_power(inside.range(self.start), 2)
            bend = Range((UNIT - enclosed(share) * square).low, _ONE)
            return inside.times(Tail(enclosed(slope) * bend))
        if kind is log and growth == 0:
            return self._logarithm_near_one(argument, inside)
        if kind is BinomialSlope:
            near = UNIT + union(point(_ZERO), inside.range(self.start))
            exponent = expression.args[0]
            return Tail(enclosed(exponent) * power(near, enclosed(exponent - 1)))
        if kind is ZetaRest:
            return Tail(at_z(rest_of_zeta(expression.args[0]), inside.range(self.start)))
        return Tail(at_z(expression.xreplace({argument: Z}), inside.range(self.start)))

    def _logarithm_near_one(self, argument: Expr, inside: Tail) -> Tail:
        """ln(1 + y) = y k with k between 1 and 1/(1 + y), where y decays."""
        rest = expand(argument - 1)
        if not rest.has(self.variable) or (small := self.tail(rest)).growth >= 0:
            return Tail(logarithm(inside.factor))
        return small.times(Tail(union(UNIT, reciprocal(UNIT + small.range(self.start)))))

    def _reciprocal_gamma(self, argument: Expr) -> Tail:
        """1/Γ(L) = e^{−L} k, where k falls for L ≥ 4."""
        least = self.least(self.tail(argument))
        if least < 4:
            raise UndecidedError("the gamma function near its minimum")
        most = at_z(exp(Z) / gamma(Z), point(least)).high
        return self._exponential(-argument).times(Tail(Range(_ZERO, most)))

    def least(self, inside: Tail) -> Any:
        """Return the least that what grows and is positive is from the start on."""
        if inside.growth <= 0 or inside.sign <= 0:
            raise UndecidedError("a function far below 0")
        return (1 / inside.to_the(S.NegativeOne).range(self.start).high).lower()

    def spread(self, expression: Expr) -> Expr:
        """Write what saturates as its limit minus what is missing, and multiply out.

        What grows is a head and a rest, so that heads cancel: √(a² + 1) is a + (…)/a.
        """
        return _multiplied_out(self._spread(expression))

    def _spread(self, expression: Expr) -> Expr:
        if not expression.has(self.variable) or not expression.args:
            return expression
        of_zeta = derivative_of_zeta(expression)
        if of_zeta is not None:
            order, argument = of_zeta
            return ZetaRest(order, self._spread(argument))
        rebuilt = expression.func(*[self._spread(argument) for argument in expression.args])
        if isinstance(rebuilt, (Pow, log)):
            return self._around_head(rebuilt)
        rule = MISSING.get(type(rebuilt))
        if rule is None:
            return rebuilt
        argument = rebuilt.args[0]
        inside = self.tail(expand(argument))
        if inside.growth <= 0:
            return rebuilt
        if inside.sign == 0:
            raise UndecidedError(f"the sign of {argument}")
        return rule(inside.sign, inside.sign * argument)

    def _around_head(self, expression: Expr) -> Expr:
        """A root or logarithm of a polynomial c aⁿ (1 + y) as that of c aⁿ and what y adds."""
        inside, *to = expression.args
        if to and (to[0].has(self.variable) or to[0].is_integer or not to[0].is_positive):
            return expression
        try:
            terms = Poly(expand(inside), self.variable).terms()
        except PolynomialError:
            return expression
        ((degree,), head), *others = terms
        if not all(c.is_number for _, c in terms) or not degree or sign_of(head) <= 0:
            return expression
        a = self.variable
        y = Add(*[c / head * a ** (k - degree) for (k,), c in others])
        if not to:
            return log(head) + degree * log(a) + log(1 + y)
        bent = 1 + y * BinomialSlope(to[0], y) if others else S.One
        return head ** to[0] * a ** (degree * to[0]) * bent


def _multiplied_out(expression: Expr) -> Expr:
    """Exponentials and quotients as they stand: SymPy would write e^{−u}/(1 + a) with one sum."""
    held = {part: Dummy(positive=True) for part in expression.atoms(exp)}
    quotients = {
        part: Dummy()
        for part in expression.atoms(Pow)
        if isinstance(part.base, Add) and part.exp.is_negative
    }
    expanded = expand(expression.xreplace({**held, **quotients}), log=False, power_base=False)
    back = {dummy: part for part, dummy in held.items()}
    back |= {dummy: _multiplied_out(part.base) ** part.exp for part, dummy in quotients.items()}
    return expanded.xreplace(back)
