"""Text that a person types, read into a SymPy expression through a whitelist.

Nothing is ever evaluated as code: a scan admits the characters, Python's own grammar gives the
tree, and a closed set of its nodes is rebuilt in SymPy. SymPy computes as it builds, so what an
operation may cost is bounded before it is carried out.
"""

from __future__ import annotations

import ast
import difflib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sympy
from sympy import Expr, Pow, Rational, S, Symbol

from longlag.theory.errors import LonglagError
from longlag.theory.scalar.functions import sigmoid, softplus
from longlag.theory.scalar.parameters import positive
from longlag.theory.typed.magnitude import digits, digits_of_power, rational_power, root_of_numbers
from longlag.theory.typed.scan import abbreviated, exact_decimal, scan

#: Digits that a number in the expression may have.
_MOST_DIGITS = 1000
#: The highest root, over the whole text, of numbers with a symbol in their exponent.
_HIGHEST_ROOT = 200_000
#: SymPy asks for the sign of a sum by way of all roots of the polynomial that it may be.
_HIGHEST_DEGREE = 40
#: SymPy compares all arguments of nested Min and Max with one another, in exponential time.
_MOST_COMPARISONS = 4

_CONSTANTS: dict[str, Expr] = {"pi": sympy.pi, "E": sympy.E}
_NOT_REAL = (S.ImaginaryUnit, S.ComplexInfinity, S.NaN, S.Infinity, S.NegativeInfinity)


@dataclass(frozen=True)
class Callee:
    """A function that may be called.

    Args:
        build: makes the expression.
        fewest: number of arguments, at least.
        most: number of arguments, at most.
        largest: bound on those arguments that are numbers, which SymPy may work out.
        smallest: bound from below on the last argument, where it is a number.
    """

    build: Callable[..., Expr]
    fewest: int = 1
    most: int = 1
    largest: float = math.inf
    smallest: float = -math.inf


#: Near 0 and below, mpmath works on these for ever.
_TINY = 1e-9


def _exponential_integral(argument: Expr) -> Expr:
    return sympy.expint(1, argument)


_SMOOTH = ("sin", "cos", "tan", "sinh", "cosh", "tanh", "asinh", "atan", "erf", "erfc")
FUNCTIONS: dict[str, Callee] = {
    "exp": Callee(sympy.exp, largest=2000),
    "log": Callee(sympy.log),
    "ln": Callee(sympy.log),
    "sqrt": Callee(sympy.sqrt),
    **{name: Callee(getattr(sympy, name), largest=2000) for name in _SMOOTH},
    "gamma": Callee(sympy.gamma, largest=300),
    "lowergamma": Callee(sympy.lowergamma, 2, 2, largest=50, smallest=_TINY),
    "uppergamma": Callee(sympy.uppergamma, 2, 2, largest=50, smallest=_TINY),
    "E1": Callee(_exponential_integral, largest=2000, smallest=_TINY),
    "expint": Callee(sympy.expint, 2, 2, largest=50, smallest=_TINY),
    "LambertW": Callee(sympy.LambertW, 1, 2),
    "besselk": Callee(sympy.besselk, 2, 2, largest=50, smallest=_TINY),
    "zeta": Callee(sympy.zeta, 1, 2, largest=50),
    "Min": Callee(sympy.Min, 2, 4),
    "Max": Callee(sympy.Max, 2, 4),
    "sigmoid": Callee(sigmoid, largest=2000),
    "softplus": Callee(softplus, largest=2000),
}


def parse_expression(
    text: str,
    symbols: Mapping[str, Symbol] | None = None,
    *,
    new_symbol: Callable[[str], Symbol] | None = positive,
    what: str = "formula",
) -> Expr:
    """Return the expression that ``text`` spells out; decimals are exact.

    Args:
        text: a formula in Python's notation: numbers, names, + - * / **, the functions of
            ``FUNCTIONS``, pi and E.
        symbols: the symbol for each name that is known.
        new_symbol: makes the symbol of any other name; None refuses other names.
        what: what the text is, for messages.

    Returns:
        A SymPy expression, real and finite as far as can be seen; each name became its symbol.

    Raises:
        LonglagError: for anything else, and for numbers too large to be computed.

    >>> parse_expression("c*ell**(-0.5)*exp(-ell/tau)")
    c*exp(-ell/tau)/sqrt(ell)
    >>> parse_expression("c*(1 - lambda)")
    Traceback (most recent call last):
    ...
    longlag.theory.errors.LonglagError: formula 'c*(1 - lambda)': 'lambda' is a Python keyword, \
not a name; try lam or lambda_
    """
    shown = f"{what} {abbreviated(text)}"
    known = dict(symbols or {})
    scan(text, shown, known, FUNCTIONS)
    try:
        tree = ast.parse(text.strip(" "), mode="eval")
    except SyntaxError as error:
        raise LonglagError(
            shown, f"it does not read as a formula ({error.msg})", "complete operators and calls"
        ) from None
    return _Builder(text.strip(" "), shown, known, new_symbol).build(tree.body)


def parse_number(text: str, what: str) -> Rational:
    """Return the real number that ``text`` spells out, exactly.

    Args:
        text: an integer, a decimal or a quotient of two, such as ``1e6``, ``-0.5`` or ``1/3``.
        what: what the number is, for messages.

    Raises:
        LonglagError: for anything else: nan, inf, formulas, more than 60 digits.

    >>> parse_number("0.1", "alpha"), parse_number("-1/3", "b"), parse_number("1e6", "samples")
    (1/10, -1/3, 1000000)
    """
    shown = f"{what} {abbreviated(text)}"
    stripped = text.strip(" ") if isinstance(text, str) else ""
    numerator, slash, denominator = stripped.removeprefix("-").removeprefix("+").partition("/")
    value = exact_decimal(numerator, shown)
    divisor = exact_decimal(denominator, shown) if slash else S.One
    if divisor == 0:
        raise LonglagError(shown, "it divides by zero", "write a nonzero denominator")
    return (-value if stripped.startswith("-") else value) / divisor


@dataclass
class _Builder:
    """The way from the tree of one text to its expression."""

    text: str
    shown: str
    symbols: dict[str, Symbol]
    new_symbol: Callable[[str], Symbol] | None
    created: dict[str, Symbol] = field(default_factory=dict)
    comparisons: int = 0
    root: int = 1

    def build(self, node: ast.AST) -> Expr:
        """Return the expression of a node; any node outside the closed set is refused."""
        if isinstance(node, ast.BinOp):
            # A long sum leans to the left: walked down in a loop, it costs no recursion.
            spine: list[ast.BinOp] = []
            left: ast.expr = node
            while isinstance(left, ast.BinOp):
                spine.append(left)
                left = left.left
            value = self.build(left)
            for part in reversed(spine):
                value = self._checked(self._combine(part.op, value, self.build(part.right)))
            return value
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            value = self.build(node.operand)
            return -value if isinstance(node.op, ast.USub) else value
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return exact_decimal(self.text[node.col_offset : node.end_col_offset], self.shown)
        if isinstance(node, ast.Name):
            return self._name(node.id)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            return self._checked(self._call(node.func.id, [self.build(a) for a in node.args]))
        raise self._refusal(
            f"{type(node).__name__} is no part of a formula", "use + - * / ** and functions"
        )

    def _refusal(self, rule: str, remedy: str) -> LonglagError:
        return LonglagError(self.shown, rule, remedy)

    def _combine(self, operator: ast.operator, left: Expr, right: Expr) -> Expr:
        if isinstance(operator, ast.Add):
            return left + right
        if isinstance(operator, ast.Sub):
            return left - right
        if isinstance(operator, ast.Mult):
            return left * right
        if isinstance(operator, ast.Div):
            return left / right
        if isinstance(operator, ast.Pow):
            return self._call("exp", [right]) if left == S.Exp1 else self._power(left, right)
        raise self._refusal("only + - * / ** combine two values", "write one of them")

    def _power(self, base: Expr, exponent: Expr) -> Expr:
        self._bound_power(base, exponent)
        return rational_power(base, exponent) if exponent.is_Rational else base**exponent

    def _bound_power(self, base: Expr, exponent: Expr) -> None:
        self._bound(digits_of_power(base, exponent))
        self.root *= root_of_numbers(base, exponent)
        if self.root > _HIGHEST_ROOT:
            raise self._refusal(
                "a number is raised to a power with too many decimals",
                "write exp(...) with a parameter in it, or fewer decimals",
            )

    def _bound(self, count: float) -> None:
        if count > _MOST_DIGITS:
            raise self._refusal(
                f"a number in it may have more than {_MOST_DIGITS} digits",
                "write smaller numbers, or a parameter",
            )

    def _name(self, name: str) -> Expr:
        if name in self.symbols:
            return self.symbols[name]
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        if name in FUNCTIONS and name not in ("gamma", "zeta"):  # two Greek letters
            raise self._refusal(f"{name} is a function", f"give it an argument: {name}(...)")
        if self.new_symbol is None:
            choices = [*self.symbols, *_CONSTANTS]
            close = difflib.get_close_matches(name, choices, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"use {', '.join(choices)}"
            raise self._refusal(f"it names {name!r}, which is not known here", hint)
        if name not in self.created:
            self.created[name] = self.new_symbol(name)
        return self.created[name]

    def _call(self, name: str, arguments: list[Expr]) -> Expr:
        callee = FUNCTIONS[name]
        if not callee.fewest <= len(arguments) <= callee.most:
            counts = " to ".join(str(n) for n in sorted({callee.fewest, callee.most}))
            raise self._refusal(f"{name} has {len(arguments)} arguments here", f"give it {counts}")
        values = [self._value(argument) if argument.is_number else S.One for argument in arguments]
        if max(map(abs, values)) > callee.largest or values[-1] < callee.smallest:
            least = f" or below {callee.smallest}" if callee.smallest > 0 else ""
            raise self._refusal(
                f"{name} is called with a number beyond {callee.largest}{least}",
                "write another number, or a parameter",
            )
        self.comparisons += name in ("Min", "Max")
        if self.comparisons > _MOST_COMPARISONS:
            raise self._refusal(
                f"it calls Min and Max more than {_MOST_COMPARISONS} times", "write fewer of them"
            )
        if name == "LambertW" and arguments[1:] not in ([], [S.Zero], [S.NegativeOne]):
            raise self._refusal("LambertW has the real branches 0 and -1", "give one of them")
        if name == "sqrt":
            return self._power(arguments[0], S.Half)
        if name == "exp":
            self._bound_power(S.Exp1, arguments[0])
        return callee.build(*arguments)

    def _checked(self, expression: Expr) -> Expr:
        """Return ``expression`` if it is real, finite and small as far as can be seen."""
        if expression.has(*_NOT_REAL):
            raise self._refusal(
                "a part of it is not a real number", "look for a division by 0 or a root below 0"
            )
        if expression.is_number:
            self._value(expression)
        for number in expression.atoms(Rational):
            self._bound(digits(number))
        for power in expression.atoms(Pow):
            if power.exp.is_Integer and abs(power.exp) > _HIGHEST_DEGREE:
                raise self._refusal(
                    f"a whole power in it is higher than {_HIGHEST_DEGREE}",
                    "write a lower power, or a parameter",
                )
        return expression

    def _value(self, number: Expr) -> Expr:
        """Return a few digits of a number whose parts are bounded, and bound it too."""
        try:
            value = number.evalf(15)
        except (ArithmeticError, ValueError, TypeError):  # a pole
            value = S.NaN
        if not value.is_Float and value != 0:
            raise self._refusal(
                "a part of it is not a real number", "look for a root or a logarithm below 0"
            )
        if value and abs(sympy.log(abs(value), 10)) > _MOST_DIGITS:
            self._bound(math.inf)
        return value
