r"""Comments declare what names stand for; what is wrong with them is told with its place."""

from __future__ import annotations

import pytest
from sympy import FiniteSet, Function, Interval, Range, S, Set, Symbol, oo, symbols

from longlag.theory import LonglagError
from longlag.theory.tex import Declarations, read_formula

a, b, c, x = symbols("a b c x")
UNIT = Interval.open(0, 1)

DOMAINS: dict[str, dict[str, Set]] = {
    r"let s in (0,1), \ell in naturals": {"s": UNIT, "ell": S.Naturals},
    "let a, b in [0,1), c in reals": {
        "a": Interval.Ropen(0, 1),
        "b": Interval.Ropen(0, 1),
        "c": S.Reals,
    },
    r"let x \in \mathbb{R}, n \in \mathbb{N}_0": {"x": S.Reals, "n": S.Naturals0},
    r"let x in [\frac12, \infty)": {"x": Interval(S.Half, oo)},
    "let x in (0, oo), y in (-oo, 1]": {"x": Interval.open(0, oo), "y": Interval(-oo, 1)},
    "let x in [2,inf), y in (-infty,oo)": {"x": Interval(2, oo), "y": S.Reals},
    r"let \kappa > 1": {"kappa": Interval.open(1, oo)},
    "let c, b > 0": {"c": Interval.open(0, oo), "b": Interval.open(0, oo)},
    r"let 0 < x \le 2": {"x": Interval.Lopen(0, 2)},
    r"let n in integers, n \ge 2": {"n": Range(2, oo)},
    "let n in integers, 0 < n < 5": {"n": Range(1, 5)},
    "let n in positive integers, m in nonnegative integers": {"n": S.Naturals, "m": S.Naturals0},
    r"let m in \{1, 2, 5\}": {"m": FiniteSet(1, 2, 5)},
    r"let \mu_{t,\ell}^{(q)} in (0,1)": {"mu_{t,ell}^{(q)}": UNIT},
    r"let M_{t,\ell}^{\le 1} in reals": {r"M_{t,ell}^{le1}": S.Reals},
    "let 0 < a < b": {"a": Interval.open(0, oo), "b": Interval.open(0, oo)},
    "let 0 < a < b < 1": {"a": UNIT, "b": UNIT},
    r"let n in naturals, n \le x": {"n": S.Naturals, "x": Interval(1, oo)},
}


@pytest.mark.parametrize("text", DOMAINS)
def test_domains(text: str) -> None:
    declared = Declarations()
    declared.read(text)
    assert {symbol.name: domain for symbol, domain in declared.domains.items()} == DOMAINS[text]


def test_relations_between_symbols_are_kept() -> None:
    declared = Declarations()
    declared.read("let 0 < a < b, c > a + b")
    assert declared.conditions == [("<", a, b), (">", c, a + b)]


def test_families_functions_and_definitions() -> None:
    declared = Declarations()
    declared.read(r"let s_j in (0,1) for all j, x > 0, N > 0")
    declared.read("let f be a function, H be a function of N and x")
    declared.read("define g(y) = a y^2, a > 0")
    declared.read(r"define \varphi = f(x)")
    assert list(declared.families.values()) == [UNIT]
    assert read_formula(r"g(2) + \varphi", declared) == 4 * a + Function("f")(x)
    assert read_formula(r"\frac{dH}{dN}", declared) == Function("H")(Symbol("N"), x).diff(
        Symbol("N")
    )


def test_symbols_print_as_they_are_written_or_as_it_is_said() -> None:
    declared = Declarations()
    declared.read(r"let \mu_{t,\ell}, s in reals")
    declared.read(r"print s as \mathbf{s}_t")
    mu, s = declared.domains
    assert (declared.tex(mu), declared.tex(s)) == (r"\mu_{t,\ell}", r"\mathbf{s}_t")


def test_a_name_may_be_forgotten() -> None:
    declared = Declarations()
    declared.read("let 0 < a < b")
    declared.read("forget a")
    assert declared.conditions == []
    declared.read("let a < 0")
    assert declared.domains[a] == Interval.open(-oo, 0)


def test_one_may_declare_symbols_of_ones_own() -> None:
    ell = Symbol("ell", positive=True)
    declared = Declarations()
    declared.let(r"\ell", ell, S.Naturals)
    assert read_formula(r"\sqrt{\ell^2}", declared) == ell


REFUSED = {
    "let": "to be is missing",
    "let x": "to be is missing",
    "let x,": "missing",
    "let x in": "domain is missing",
    "let x in (1,0)": "empty",
    r"let x in (0,0]": "empty",
    "let n in integers, 0 < n < 1": "empty",
    "let x > 1, x < 0": "empty",
    "let 1 < a < b < 0": "empty",
    "let x in complex numbers": "complex",
    "let x in somewhere": "no such domain",
    "let x in (0,a)": "not declared",
    "let x > 0, x > 0, y in (0,x)": "let 0 < a < b",
    r"let x in \{x\}": "not declared",
    "let x be a frog": "no such kind",
    r"let x \ne 0": "bounds nothing",
    "let x + y": "to be is missing",
    "let 2 > 0": "write a name",
    r"let \ln > 0": "meaning of its own",
    r"let \infty > 0": "meaning of its own",
    "let x > 0, x in (0,1)": "declared already",
    "let s_j in (0,1) for all k": "for all j",
    "let s_j in (0,1) for some j": "for all j",
    r"let X \sim \mathcal{Q}(0,1)": "no such law",
    r"let X \sim \mathcal{N}(0)": "parameters",
    "define f": "definition is missing",
    "define f(2) = 3": "a parameter is a name",
    "define f(y) = z": "not declared",
    "print x": "how a symbol is shown",
    r"print x as \xi": "not declared",
    "forget x": "not declared",
    "assume x": "declares nothing",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refuses_with_place_and_remedy(text: str) -> None:
    with pytest.raises(LonglagError) as caught:
        Declarations().read(text)
    message = str(caught.value)
    assert message.startswith("declaration:1:")
    assert "token '" in message
    assert REFUSED[text] in message
    assert "\n" not in message


def test_a_redefinition_says_where_the_first_was() -> None:
    declared = Declarations()
    declared.read("let x > 0")
    with pytest.raises(LonglagError, match=r"declaration:1:8: .* already at declaration:1:5"):
        declared.read("let y, x in reals")
