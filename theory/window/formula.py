r"""LaTeX of formulas over lags and samples, in the order and spelling of the field.

SymPy's printer writes \log{\left(\ell \right)} + 1, e^{- \ell b} and roots of symbolic order as
stacked fractions; here they are 1 + \ln \ell, e^{-b \ell} and x^{1/b}.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from sympy import (
    Add,
    Derivative,
    E,
    Expr,
    Integer,
    Interval,
    LambertW,
    Mul,
    Pow,
    Rational,
    Set,
    Subs,
    Symbol,
    exp,
    gamma,
    log,
    oo,
)
from sympy.printing.latex import LatexPrinter

from longlag.theory.laws.letters import tex_letter
from longlag.theory.notation import ell
from longlag.theory.spectra.average import Average
from longlag.theory.typeset.author import letter
from longlag.theory.typeset.scalar import scalar_tex

#: What is written with an open end, into which a factor behind it would be drawn.
_LOOSE = (Add, Derivative, Average)


def formula(expression: Expr) -> str:
    r"""Return an expression as LaTeX.

    Args:
        expression: over ``ell``, the parameters of a law, N, A and κ.

    >>> from sympy import Symbol, log, exp
    >>> b = Symbol("b", positive=True)
    >>> formula((1 + log(ell)) ** (1 / b)), formula(log(b / 3) / b)
    ('\\left(1 + \\ln \\ell\\right)^{1/b}', '\\frac{1}{b} \\ln \\frac{b}{3}')
    """
    return str(FormulaPrinter()._print(expression))


def exponent_latex(expression: Expr) -> str:
    r"""Return an expression as it stands in an exponent.

    >>> from sympy.abc import a
    >>> exponent_latex(-a / (a - 1))
    '-a/(a - 1)'
    """
    return FormulaPrinter()._script(expression)


def domain_latex(symbol: Symbol, domain: Set) -> str:
    r"""Return where a parameter lives, as an inequality where it is one.

    >>> domain_latex(Symbol("b"), Interval.open(0, oo))
    'b > 0'
    """
    name = formula(symbol)
    if isinstance(domain, Interval) and domain.start.is_finite and domain.end == oo:
        sign = ">" if domain.left_open else r"\ge"
        return f"{name} {sign} {formula(domain.start)}"
    if isinstance(domain, Interval) and domain.start.is_finite and domain.end.is_finite:
        low, high = (
            "<" if is_open else r"\le" for is_open in (domain.left_open, domain.right_open)
        )
        return f"{formula(domain.start)} {low} {name} {high} {formula(domain.end)}"
    if isinstance(domain, Interval) and domain == Interval(-oo, oo):
        return rf"{name} \in \mathbb{{R}}"
    return rf"{name} \in {scalar_tex(domain)}"


class FormulaPrinter(LatexPrinter):
    """Prints scalar formulas; ``_scripts`` counts how deep in exponents it is."""

    def __init__(self) -> None:
        super().__init__({"ln_notation": True})
        self._scripts = 0

    def _print_Symbol(self, expr: Symbol, style: str = "plain") -> str:
        return letter(expr.name, r"\ell" if expr == ell else tex_letter(expr.name))

    def _print_Add(self, expr: Add, order: Any = None) -> str:
        content, rest = expr.primitive()
        if content.q != 1 and all(abs(term.as_coeff_Mul()[0]) == content for term in expr.args):
            # SymPy multiplies a common fraction into the terms.
            inner = self._print(rest)
            return str(self._print(content)) + " " + self._bracketed(inner)
        lines = ""
        for position, term in enumerate(sorted(expr.args, key=_term_key)):
            negative = term.could_extract_minus_sign()
            sign = "-" if negative and not position else " - " if negative else " + "
            body = str(self._print(-term if negative else term))
            if body.startswith("-") and (position or negative):
                body = self._bracketed(body)
            lines += ("" if not position and not negative else sign) + body
        return lines

    def _print_Mul(self, expr: Mul) -> str:
        negative, inner = _sign_and_size(expr)
        if inner != expr:
            body = str(self._print(inner))
            signed = negative and (isinstance(inner, Add) or body.startswith("-"))
            return ("-" if negative else "") + (self._bracketed(body) if signed else body)
        above, below = _fraction(expr)
        tail = [factor for factor in above if _stands_behind(factor)]
        if not below or self._scripts:
            if not below:
                return self._product(above)
            return f"{self._product(above, followed=True)}/{self._denominator(below)}"
        head = self._product([factor for factor in above if factor not in tail])
        written = rf"\frac{{{head}}}{{{self._product(below)}}}"
        return f"{written} {self._product(tail)}" if tail else written

    def _print_Pow(self, expr: Pow) -> str:
        base, exponent = expr.args
        if base == E:
            return self._print_ExpBase(expr)
        if exponent == Rational(1, 2):
            return rf"\sqrt{{{self._print(base)}}}"
        if exponent.is_Rational and exponent.is_negative:
            return self._print_Mul(Mul(expr, evaluate=False))
        return f"{self._base(base)}^{{{self._script(exponent)}}}"

    def _print_ExpBase(self, expr: Expr, exp: str | None = None) -> str:
        written = f"e^{{{self._script(expr.exp)}}}"
        return written if exp is None else rf"\left({written}\right)^{{{exp}}}"

    _print_exp = _print_ExpBase

    def _print_log(self, expr: log, exp: str | None = None, followed: bool = False) -> str:
        (inside,) = expr.args
        name = r"\ln" if exp is None else rf"\ln^{{{exp}}}"
        stacked = isinstance(inside, Mul) and _fraction(inside)[1] and not self._scripts
        plain = inside.is_Symbol or inside.is_Integer or isinstance(inside, log)
        simple = plain or (stacked and not any(map(_stands_behind, _fraction(inside)[0])))
        body = self._print(inside)
        # What stands behind ln x must not seem to belong to x.
        return f"{name} {body}" if simple and not followed else name + self._bracketed(body)

    def _print_LambertW(self, expr: LambertW, exp: str | None = None) -> str:
        branch = self._print(expr.args[1]) if len(expr.args) > 1 else "0"
        written = rf"W_{{{branch}}}\left({self._print(expr.args[0])}\right)"
        return written if exp is None else rf"\left[{written}\right]^{{{exp}}}"

    def _print_Heaviside(self, expr: Expr, exp: str | None = None) -> str:
        # SymPy's θ is a letter of too many parameters.
        arguments = ", ".join(str(self._print(each)) for each in expr.pargs)
        written = rf"\operatorname{{step}}\left({arguments}\right)"
        return written if exp is None else rf"\left[{written}\right]^{{{exp}}}"

    def _print_Subs(self, expr: Subs) -> str:
        body = expr.expr
        once = isinstance(body, Derivative) and body.variables == expr.variables
        if not (once and len(body.expr.args) == 1 and body.expr.args == expr.variables):
            return str(super()._print_Subs(expr))
        # ζ'(1 + ℓ), and not a derivative with a bar behind it.
        head, bracket, _ = str(self._print(body.expr)).partition(r"\left(")
        return rf"{head}'{bracket}{self._print(expr.point[0])}\right)"

    def _script(self, expression: Expr) -> str:
        self._scripts += 1
        try:
            return str(self._print(expression))
        finally:
            self._scripts -= 1

    def _base(self, base: Expr) -> str:
        body = str(self._print(base))
        plain = base.is_Symbol or (base.is_Integer and base >= 0) or base.is_NumberSymbol
        return body if plain or isinstance(base, gamma) else self._bracketed(body)

    def _bracketed(self, body: str) -> str:
        if self._scripts:
            return f"({body})"
        return rf"\left[{body}\right]" if r"\left(" in body else rf"\left({body}\right)"

    def _denominator(self, factors: list[Expr]) -> str:
        body = self._product(factors)
        atom = len(factors) == 1 and not isinstance(factors[0], Add)
        return body if atom and not body.startswith("-") else self._bracketed(body)

    def _product(self, factors: list[Expr], *, followed: bool = False) -> str:
        """Factors side by side; ``followed`` by a slash, even a sum alone needs brackets."""
        if not factors:
            return "1"
        alone = len(factors) == 1 and not followed
        written, before = "", False
        ordered = sorted(factors, key=_factor_key)
        for factor, following in zip_longest(ordered, ordered[1:]):
            open_end = followed if following is None else not isinstance(following, log)
            if isinstance(factor, log):
                body = self._print_log(factor, followed=open_end)
            else:
                body = str(self._print(factor))
            if not alone and (isinstance(factor, _LOOSE) or body.startswith("-")):
                body = self._bracketed(body)
            number = factor.is_Number or (isinstance(factor, Pow) and factor.base.is_Number)
            separator = r" \cdot " if before and number else " "
            written += (separator if written else "") + body
            before = bool(number)
        return written


def _term_key(term: Expr) -> tuple[Any, ...]:
    """Positive numbers first, what is subtracted last, else by what a term is made of."""
    negative = term.could_extract_minus_sign()
    return (negative, bool(term.is_number) == negative, term.has(ell), str(term))


def _factor_key(factor: Expr) -> tuple[Any, ...]:
    """Numbers, letters, sums, powers, then what depends on the lag, exponentials last."""
    base = factor.base if isinstance(factor, Pow) else factor
    named = (type(base).__name__ == "Symbol", str(base)) if base.is_Symbol else (True, "")
    return (
        not factor.is_Number,
        isinstance(factor, exp),
        isinstance(factor, (log, LambertW)),
        not base.is_number,
        base.has(ell),
        not base.is_Symbol,
        named,
        str(factor),
    )


def _sign_and_size(product: Mul) -> tuple[bool, Expr]:
    """Whether a product has a minus, and it without those of its number and of whole sums."""
    negative, factors = False, []
    for factor in Mul.make_args(product):
        minus = factor.is_Number and factor.is_extended_negative
        if isinstance(factor, Add):
            minus = all(term.could_extract_minus_sign() for term in factor.args)
        negative ^= bool(minus)
        factor = -factor if minus else factor
        factors += [factor] if factor != 1 else []
    if factors == list(Mul.make_args(product)):
        return negative, product
    return negative, factors[0] if len(factors) == 1 else Mul(*factors, evaluate=False)


def _fraction(product: Mul) -> tuple[list[Expr], list[Expr]]:
    """What stands above and below the line.

    Powers with a negative letter, such as c^{-κ}, go below only where there is something already.
    """
    above: list[Expr] = []
    below: list[Expr] = []
    for factor in Mul.make_args(product):
        if factor.is_Rational:
            above += [Integer(factor.p)] if factor.p != 1 else []
            below += [Integer(factor.q)] if factor.q != 1 else []
        elif isinstance(factor, Pow) and factor.exp.is_Rational and factor.exp.is_negative:
            below.append(Pow(factor.base, -factor.exp))
        else:
            above.append(factor)
    hanging = [factor for factor in above if below and _is_reciprocal(factor)]
    below += [1 / factor for factor in hanging]
    return [factor for factor in above if factor not in hanging], below


def _is_reciprocal(factor: Expr) -> bool:
    return (
        isinstance(factor, Pow) and factor.base.is_Symbol and factor.exp.could_extract_minus_sign()
    )


def _stands_behind(factor: Expr) -> bool:
    """Whether a factor is too tall to stand above a line, such as ln(c/φ): then it follows."""
    base = factor.base if isinstance(factor, Pow) else factor
    if isinstance(base, log):
        return isinstance(base.args[0], Mul)
    return isinstance(base, LambertW) or (isinstance(base, Mul) and base is not factor)
