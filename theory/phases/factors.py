"""What the sign of a constant is decided by: its factors, in simplest forms."""

from __future__ import annotations

from sympy import Add, Expr, Mul, Pow, factor, factor_terms, ilcm, log, together


def factors_of(constant: Expr) -> list[Expr]:
    """Return what the sign of a constant is the product of the signs of, in simplest forms.

    >>> from longlag.theory.scalar.parameters import positive
    >>> a, b = positive("a"), positive("b")
    >>> factors_of((a - 1) * b**3)
    [b, a - 1]
    >>> factors_of(log(a) / 2 - log(b) / 2)
    [b, a - b]
    """
    quotient = _quotient(constant)
    if quotient is not None:
        constant = quotient - 1
    # Others than quotients of polynomials only grow when they are brought over one denominator.
    is_quotient = constant.is_rational_function(*constant.free_symbols)
    whole = factor(together(constant)) if is_quotient else factor_terms(constant)
    found = [_simplest(each) for each in Mul.make_args(whole)]
    if len(found) == 1 and found[0] != constant:
        return factors_of(found[0])
    return found


def _quotient(constant: Expr) -> Expr | None:
    """Of a sum of multiples of logarithms what its sign is that of the logarithm of."""
    terms = [term.as_coeff_Mul() for term in Add.make_args(constant)]
    if not all(number.is_Rational and isinstance(part, log) for number, part in terms):
        return None
    common = ilcm(1, *(number.q for number, _ in terms))
    return Mul(*(part.args[0] ** (number * common) for number, part in terms))


def _simplest(one: Expr) -> Expr:
    """A factor with the same sign: the base of an odd power."""
    if isinstance(one, Pow) and one.exp.is_odd and one.base.is_real:
        return one.base
    return one


__all__ = ["factors_of"]
