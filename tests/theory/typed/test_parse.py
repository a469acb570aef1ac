"""Typed formulas become SymPy expressions; everything else is refused, soon and in one line."""

from __future__ import annotations

import builtins
import time
from collections.abc import Callable
from fractions import Fraction

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import E, Expr, Integer, Pow, Rational, S, Symbol, exp, log, pi, sqrt

from longlag.theory import LonglagError, sigmoid, softplus
from longlag.theory.scalar.parameters import positive
from longlag.theory.typed.arithmetic import FUNCTIONS
from longlag.theory.typed.magnitude import digits, digits_of_power, rational_power
from longlag.theory.typed.parse import parse_expression, parse_number
from longlag.theory.typed.scan import scan

b, c, ell, tau = (Symbol(name, positive=True) for name in ("b", "c", "ell", "tau"))

MEANINGS: dict[str, Expr] = {
    "c*ell**(-b)*exp(-ell/tau)": c * ell**-b * exp(-ell / tau),
    "c*(1+log(ell))**(-b)": c * (1 + log(ell)) ** -b,
    "0.1": Rational(1, 10),
    "1e-3*ell": ell / 1000,
    ".5 + 2.": Rational(5, 2),
    "2**3**2": Integer(512),
    "-ell**2": -(ell**2),
    "ell**-2": ell**-2,
    "- -3 + +2": Integer(5),
    "1 - 2 - 3": Integer(-4),
    "ell/2/3": ell / 6,
    "1e400/1e399": Integer(10),
    "2 ** 0.5": sqrt(2),
    "ln(E**2) + pi": 2 + pi,
    "sqrt(ell**2)": ell,
    "E1(ell)": sympy.expint(1, ell),
    "gamma(1+b)*ell**(-gamma)": sympy.gamma(1 + b) * ell ** -positive("gamma"),
    "LambertW(-0.1, -1)": sympy.LambertW(-Rational(1, 10), -1),
    "lowergamma(b, ell)": sympy.lowergamma(b, ell),
    "Max(ell, tau, 3)": sympy.Max(ell, tau, 3),
    "sigmoid(b) - softplus(c)": sigmoid(b) - softplus(c),
    "c * (ell / 24) ** (-0.5)": 2 * sqrt(6) * c / sqrt(ell),
    "lambda_*tau_1": positive("lambda_") * positive("tau_1"),
    "  ell ": ell,
}


@pytest.mark.parametrize("text", MEANINGS)
def test_a_formula_means_what_python_would_mean_exactly(text: str) -> None:
    parsed = parse_expression(text)
    assert parsed == MEANINGS[text]
    assert not parsed.atoms(sympy.Float)
    assert parse_expression(str(parsed)) == parsed


ATOMS = st.one_of(
    st.sampled_from([b, c, ell, tau, pi, E]), st.fractions(-9, 9, max_denominator=9).map(Rational)
)
UNARY: list[Callable[..., Expr]] = [
    exp,
    log,
    sqrt,
    sympy.sin,
    sympy.cosh,
    sympy.tanh,
    sympy.atan,
    sympy.erf,
    sympy.erfc,
    sympy.gamma,
    sympy.zeta,
    sympy.LambertW,
    sigmoid,
    softplus,
]
BINARY: list[Callable[..., Expr]] = [
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: x * y,
    lambda x, y: x / y,
    lambda x, y: x**y,
    sympy.besselk,
    sympy.expint,
    sympy.uppergamma,
    sympy.lowergamma,
]


def applied(function: Callable[..., Expr], *arguments: Expr) -> Expr:
    """The value of a function, or its last argument where SymPy might compute for ever."""
    costly = digits_of_power(*arguments) > 50 if len(arguments) == 2 else False
    return arguments[-1] if costly or arguments[-1].is_number else function(*arguments)


def grown(children: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.one_of(
        st.builds(applied, st.sampled_from(UNARY), children),
        st.builds(applied, st.sampled_from(BINARY), children, children),
    )


def tame(expression: Expr) -> bool:
    """Whether SymPy itself made a finite real of it, in the functions of the whitelist."""
    names = {function.func.__name__ for function in expression.atoms(sympy.Function)}
    refused = (S.ImaginaryUnit, S.NaN, S.ComplexInfinity, S.Infinity, S.NegativeInfinity)
    special = expression.atoms(sympy.besselk, sympy.expint, sympy.uppergamma, sympy.lowergamma)
    numbers = [part for part in sympy.preorder_traversal(expression) if part.is_number]
    return (
        names <= set(FUNCTIONS)
        and not expression.has(*refused)
        and all(n.is_extended_real and abs(n.evalf(5)) < 40 for n in numbers)
        and digits(expression) < 100
        and not any(f.args[-1].is_number for f in special)
        and all(abs(p.exp) <= 40 for p in expression.atoms(Pow) if p.exp.is_Integer)
    )


@given(expression=st.recursive(ATOMS, grown, max_leaves=6).filter(tame))
def test_what_sympy_prints_is_read_back(expression: Expr) -> None:
    names = {symbol.name: symbol for symbol in (b, c, ell, tau)}
    # SymPy's own reading, since building 2*(b/2 + 1) anew distributes the 2.
    expected = sympy.sympify(str(expression), {**names, "sigmoid": sigmoid, "softplus": softplus})
    assert parse_expression(str(expression)) == expected


OPERATORS = ["+", "-", "*", "/", "**"]
LEAVES = ["ell", "b", "2", "24", "0.987653", "1e9", "1e400", "pi", "E", "0", "-1", "1000"]


def texts(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    calls = st.sampled_from([name for name in FUNCTIONS if name not in ("Min", "Max")])
    return st.one_of(
        st.builds(lambda x, o, y: f"({x}){o}({y})", children, st.sampled_from(OPERATORS), children),
        st.builds(lambda f, x: f"{f}({x})", calls, children),
    )


@given(text=st.recursive(st.sampled_from(LEAVES), texts, max_leaves=12))
def test_any_text_of_the_language_is_read_or_refused(text: str) -> None:
    try:
        parsed = parse_expression(text)
    except LonglagError as error:
        assert "\n" not in str(error)  # noqa: PT017
    else:
        assert len(str(parsed)) < 10**5


@given(text=st.text(max_size=60))
def test_any_text_at_all_is_read_or_refused(text: str) -> None:
    try:
        assert isinstance(parse_expression(text), Expr)
    except LonglagError as error:
        assert str(error).isascii()  # noqa: PT017
        assert len(str(error).splitlines()) == 1  # noqa: PT017


#: What a text must not do to us, and a word of the answer.
HOSTILE: dict[str, tuple[str, str]] = {
    "system": ("__import__('os').system('true')", "underscore"),
    "dunder": ("ell.__class__.__mro__", "not allowed"),
    "attribute": ("ell.args", "not allowed"),
    "number attribute": ("1.real", "operator is missing"),
    "subscript": ("ell[0]", "not allowed"),
    "lambda": ("(lambda x: x)(1)", "lam or lambda_"),
    "parameter lambda": ("exp(-lambda*ell)", "lam or lambda_"),
    "comprehension": ("sum(x for x in b)", "no function 'sum'"),
    "list": ("[1, 2]", "not allowed"),
    "set": ("{1}", "not allowed"),
    "tuple": ("1, 2", "Tuple"),
    "empty tuple": ("()", "Tuple"),
    "star": ("exp(*b)", "Starred"),
    "double star": ("exp(**b)", "no part of a formula"),
    "keyword argument": ("exp(x=1)", "one side"),
    "walrus": ("(x:=1)", "not allowed"),
    "comparison": ("ell < 3", "not allowed"),
    "boolean": ("ell and 3", "keyword"),
    "conditional": ("1 if b else 2", "keyword"),
    "glued keyword": ("1if b else 2", "keyword"),
    "true": ("True", "keyword"),
    "none": ("None", "keyword"),
    "string": ("'abc'", "quotes"),
    "f-string": ("f'{1}'", "quotes"),
    "bytes": ('b"a"', "quotes"),
    "complex": ("1j", "operator is missing"),
    "imaginary": ("I*ell", "no real parameter"),
    "hexadecimal": ("0xff", "operator is missing"),
    "underscored number": ("1_000", "underscore"),
    "leading zero": ("007", "does not read"),
    "floor": ("ell//2", "only + - * / **"),
    "modulus": ("ell%2", "not allowed"),
    "matrix product": ("ell@2", "not allowed"),
    "caret": ("c*ell^b", "write **"),
    "invert": ("~ell", "not allowed"),
    "statement": ("import os", "keyword"),
    "two statements": ("ell; b", "not allowed"),
    "comment": ("ell # b", "not allowed"),
    "continuation": ("ell \\", "not allowed"),
    "nul": ("ell\0", "not allowed"),
    "tab": ("ell\t+ b", "not allowed"),
    "newline": ("ell\n+ b", "not allowed"),
    "empty": ("", "empty"),
    "blank": ("   ", "empty"),
    "script ell": ("c*ℓ", "write ell"),
    "greek": ("α*ell", "write alpha"),
    "greek capital": ("Γ(1)", "write gamma"),
    "greek lambda": ("λ", "write lam"),
    "minus sign": ("ell−1", "write -"),
    "superscript": ("ell²", "write **2"),
    "arabic digits": ("٣", "not allowed"),
    "surrogate": ("\ud800", "not allowed"),
    "e": ("e**(-ell)", "write exp(x)"),
    "nan": ("nan", "finite"),
    "infinity": ("oo", "finite"),
    "bare function": ("exp", "give it an argument"),
    "unknown function": ("expp(1)", "did you mean exp"),
    "factorial": ("factorial(10**9)", "no function 'factorial'"),
    "eval": ("eval(1)", "no function 'eval'"),
    "implicit product": ("2ell", "product with *"),
    "implicit bracket": ("2(ell)", "product with *"),
    "bracket times bracket": ("(ell)(b)", "product with *"),
    "call of a call": ("exp(1)(2)", "product with *"),
    "side by side": ("ell b", "product with *"),
    "too few": ("expint(1)", "1 arguments"),
    "too many": ("exp(1, 2)", "2 arguments"),
    "none at all": ("exp()", "0 arguments"),
    "unfinished": ("ell +", "does not read"),
    "doubled operator": ("ell * / b", "does not read"),
    "open": ("(ell", "not closed"),
    "closed": ("ell)", "closes no bracket"),
    "crossed": (")ell(", "closes no bracket"),
    "division by zero": ("1/0", "not a real number"),
    "hidden zero": ("1/(ell - ell)", "not a real number"),
    "zero to the -1": ("0**-1", "not a real number"),
    "root below zero": ("sqrt(-2)", "not a real number"),
    "cube root below zero": ("(-8)**(1/3)", "not a real number"),
    "imaginary root": ("sqrt(-ell)", "not a real number"),
    "logarithm below zero": ("log(-1)", "not a real number"),
    "logarithm of zero": ("log(0)", "not a real number"),
    "pole": ("gamma(-1)", "not a real number"),
    "branch": ("LambertW(ell, 10)", "branches"),
    "googolplex": ("10**10**100", "1000 digits"),
    "tower": ("9**9**9**9", "1000 digits"),
    "tower of ten": ("10**10**10", "1000 digits"),
    "exp tower": ("exp(exp(exp(exp(100))))", "beyond 2000"),
    "e tower": ("E**E**E**E**E", "beyond 2000"),
    "exp of log": ("exp(10**9*log(2))", "beyond 2000"),
    "exp of log later": ("exp(10**9*ell*log(2))", "1000 digits"),
    "power of a product": ("(2*ell)**(10**9)", "1000 digits"),
    "cancelling tower": ("(2**(200*ell + 200000))**9*2**(-1800*ell)", "1000 digits"),
    "power of pi": ("pi**(10**9.5)", "1000 digits"),
    "polynomial of high degree": ("erf(ell**(10**9) - ell + 3)", "higher than 40"),
    "hidden high degree": ("ell**40*ell**40", "higher than 40"),
    "continued for ever": ("lowergamma(3**pi, 1/3 - E)", "beyond 50"),
    "pole of a special function": ("lowergamma(-2, 0.5)", "not a real number"),
    "root of a root": ("(24**ell)**(0.123456789/ell)", "too many decimals"),
    "gamma": ("gamma(10**9)", "beyond 300"),
    "zeta": ("zeta(2, 10**7)", "beyond 50"),
    "polynomial": ("uppergamma(10**5, ell)", "beyond 50"),
    "huge exponent": ("1e999999999", "exponent up to"),
    "huger exponent": ("1e" + "9" * 1500, "exponent up to"),
    "tiny": ("1e-999999999", "exponent up to"),
    "long integer": ("9" * 1500, "60 digits"),
    "longer integer": ("9" * 10**6, "longer than"),
    "long name": ("a" * 1000, "40 letters"),
    "long string": ("'a'*10**6", "quotes"),
    "megabyte": ("ell+" * 250_000 + "ell", "longer than"),
    "nul megabyte": ("\0" * 10**6, "longer than"),
    "brackets": ("(" * 100_000 + "1" + ")" * 100_000, "longer than"),
    "fewer brackets": ("(" * 900 + "1" + ")" * 900, "30 levels"),
    "signs": ("-" * 100_000 + "1", "longer than"),
    "fewer signs": ("-" * 1900 + "1", "30 levels"),
    "powers": ("1**" * 600 + "1", "30 levels"),
    "signed powers": ("2**-" * 400 + "1", "30 levels"),
    "calls": ("exp(" * 300 + "1" + ")" * 300, "30 levels"),
    "sum": ("ell+" * 400 + "ell", "300 parts"),
    "comparisons": ("Max(ell,b,c)+" * 5 + "1", "Min and Max"),
    "growing number": ("*".join(["1e400*ell"] * 9), "1000 digits"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused_soon_and_in_one_short_line(name: str) -> None:
    text, word = HOSTILE[name]
    start = time.process_time()
    with pytest.raises(LonglagError) as caught:
        parse_expression(text)
    assert time.process_time() - start < 0.1
    message = str(caught.value)
    assert word in message
    assert message.isascii()
    assert len(message.splitlines()) == 1
    assert len(message) < 300
    assert caught.value.remedy


@pytest.mark.parametrize("value", [None, 3, b"ell", ["ell"], ell])
def test_only_text_is_read(value: object) -> None:
    for read in (parse_expression, lambda v: parse_number(v, "alpha")):
        with pytest.raises(LonglagError):
            read(value)


def test_nothing_is_evaluated_as_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("text was evaluated")

    import sympy.parsing.sympy_parser as parser

    for owner, name in ((builtins, "eval"), (builtins, "exec"), (parser, "eval_expr")):
        monkeypatch.setattr(owner, name, forbidden)
    for name in ("sympify", "parse_expr"):
        monkeypatch.setattr(sympy, name, forbidden)
    for text in MEANINGS:
        parse_expression(text)
    for text, _ in HOSTILE.values():
        with pytest.raises(LonglagError):
            parse_expression(text)


def test_long_and_deep_formulas_within_the_limits_are_read() -> None:
    assert parse_expression("ell+" * 149 + "ell") == 150 * ell
    assert parse_expression("(" * 28 + "ell" + ")" * 28) == ell
    assert parse_expression("-" * 28 + "ell") == ell
    deep = parse_expression("tanh(" * 28 + "ell" + ")" * 28)
    assert deep.count(sympy.tanh) == 28


def test_names_become_the_symbols_that_are_given() -> None:
    real = Symbol("b", real=True)
    assert parse_expression("ell**b", {"b": real}) == ell**real
    assert parse_expression("b", new_symbol=lambda name: Symbol(name, integer=True)).is_integer
    assert parse_expression("b*b").free_symbols == {b}
    known = Symbol("E", positive=True)
    assert parse_expression("E*e", {"E": known, "e": c}) == known * c


def test_each_new_name_is_made_once() -> None:
    made = []

    def make(name: str) -> Symbol:
        made.append(name)
        return sympy.Dummy(name)

    assert parse_expression("b - b", new_symbol=make) == 0
    assert made == ["b"]


def test_unknown_names_can_be_refused_with_a_suggestion() -> None:
    known = {"ell": ell, "tau": tau}
    assert parse_expression("exp(-ell/tau)", known, new_symbol=None) == exp(-ell / tau)
    with pytest.raises(LonglagError, match="did you mean 'tau'"):
        parse_expression("exp(-ell/tu)", known, new_symbol=None)
    with pytest.raises(LonglagError, match="use ell, tau, pi, E"):
        parse_expression("b", known, new_symbol=None)
    with pytest.raises(LonglagError, match=r"product with \*"):
        parse_expression("tau(ell)", known)


@pytest.mark.parametrize("power", ["0.987653", "0.123456789012345", "2.987653", "-1.987653"])
@pytest.mark.parametrize("base", ["24", "1/24", "ell/24", "24*(5 - ell)", "24*sqrt(ell)"])
def test_long_decimals_over_numbers_stay_short_and_right(base: str, power: str) -> None:
    """SymPy's own 24**0.987653 has half a million digits."""
    parsed = parse_expression(f"({base})**({power})")
    assert len(str(parsed)) < 200
    at = parsed.subs(ell, 3).evalf(30)
    exact = parse_expression(base).subs(ell, 3).evalf(40) ** sympy.Float(power, 40)
    assert abs(at / exact - 1) < 1e-28
    assert parse_expression(str(parsed)) == parsed


@given(
    base=st.fractions(Fraction(1, 999), 999).map(Rational),
    power=st.fractions(-9, 9, max_denominator=300).map(Rational),
)
def test_small_powers_are_those_of_sympy_and_within_their_bound(
    base: Rational, power: Rational
) -> None:
    assert rational_power(base, power) == base**power
    if power.is_Integer:
        assert digits(base**power) <= digits_of_power(base, power) + 1


NUMBERS: dict[str, Rational] = {
    "1e6": Integer(10**6),
    "0.5": S.Half,
    "1/3": Rational(1, 3),
    "-1.5": Rational(-3, 2),
    "+2": Integer(2),
    " 7 ": Integer(7),
    "-1e-3": Rational(-1, 1000),
    ".5/1.5": Rational(1, 3),
    "007": Integer(7),
    "1E2": Integer(100),
    "0": S.Zero,
}


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers_are_exact(text: str) -> None:
    assert parse_number(text, "alpha") == NUMBERS[text]


@given(value=st.fractions(max_denominator=10**9))
def test_any_fraction_is_read_back(value: Fraction) -> None:
    assert parse_number(str(value), "b") == Rational(value.numerator, value.denominator)


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_any_float_is_read_as_the_decimal_it_prints(value: float) -> None:
    assert parse_number(repr(value), "b") == Rational(Fraction(repr(value)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "nan",
        "inf",
        "-inf",
        "abc",
        "1/0",
        "1/2/3",
        "1//2",
        "--1",
        "1e",
        "1e999999999",
        "9" * 61,
        "1_000",
        "0x10",
        "1j",
        "1+1",
        "(1)",
        "1\n",
        "1\0",
        "٣",
        "½",
        "1e+",
        "1 2",
        "1/-2",
        "9" * 10**6,
        "1/",
        "/2",
        "-",
        ".",
        "1,5",
        "\ud800",
    ],
)
def test_what_is_no_real_number_is_refused(text: str) -> None:
    start = time.process_time()
    with pytest.raises(LonglagError) as caught:
        parse_number(text, "alpha")
    assert time.process_time() - start < 0.1
    message = str(caught.value)
    assert message.startswith("alpha ")
    assert message.isascii()
    assert len(message.splitlines()) == 1
    assert len(message) < 300


def test_the_scan_alone_admits_no_other_token() -> None:
    with pytest.raises(LonglagError, match="not allowed"):
        scan("a.b", "formula", (), ())
    with pytest.raises(LonglagError, match="no function 'a'"):
        scan("a(1)", "formula", (), ())


def test_powers_are_bounded_before_they_are_built() -> None:
    assert digits_of_power(Integer(10), Integer(10) ** 10) > 10**10
    assert digits(Pow(10, 10**10, evaluate=False)) > 10**10
    assert digits(ell ** (10**10)) < 100
