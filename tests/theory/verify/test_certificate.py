"""A certificate stands when it is read again, and falls when anything in it is changed."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sympy
from sympy import Interval, Rational, S, Symbol, exp, oo, sin, tanh

from longlag.theory.statement import Kind, Level, Relation
from longlag.theory.verify import verify
from longlag.theory.verify.reread import main, reread

x, y = Symbol("x"), Symbol("y")
PEAK = exp(-1) + Rational(1, 1000)

CERTIFIED: dict[str, Relation] = {
    "a peak": Relation(Kind.BOUND, x * exp(-x), PEAK, {x: Interval.open(0, oo)}),
    "a wave": Relation(Kind.BOUND, sin(x) * sin(3 * x), Rational(567, 1000), {x: Interval(0, 40)}),
    "two symbols": Relation(
        Kind.BOUND, x * exp(-x) * (y - y**2), PEAK / 4, {x: Interval(0, 9), y: Interval(0, 1)}
    ),
    "motzkin": Relation(
        Kind.BOUND,
        3 * x**2 * y**2,
        x**4 * y**2 + x**2 * y**4 + Rational(5, 4),
        {x: Interval(-3, 3), y: Interval(-3, 3)},
    ),
}


def covers(name: str) -> list[dict[str, Any]]:
    verdict = verify(CERTIFIED[name])
    assert verdict.level in (Level.CERTIFIED, Level.PROVED)
    return json.loads(json.dumps(verdict.certificate))


@pytest.mark.parametrize("name", CERTIFIED)
def test_a_certificate_stands(name: str) -> None:
    for cover in covers(name):
        found = reread(cover)
        assert found.stands
        assert found.enclosed + found.argued == len(cover["boxes"])


def test_a_box_less_or_another_expression_is_noticed() -> None:
    (cover,) = covers("a wave")
    assert reread(cover).enclosed == len(cover["boxes"])
    assert not reread({**cover, "boxes": cover["boxes"][:-1]}).stands
    assert not reread({**cover, "expression": ["+", cover["expression"], "-1/100"]}).stands
    wider = [["-1*2^0", cover["domain"][0][1]]]
    assert not reread({**cover, "domain": wider}).stands


def test_the_reader_is_a_program(tmp_path: Any, monkeypatch: Any, capsys: Any) -> None:
    path = tmp_path / "certificate.json"
    path.write_text(json.dumps({"covers": covers("a wave")}))
    monkeypatch.setattr("sys.argv", ["reread", str(path)])
    assert main() == 0
    assert "stands" in capsys.readouterr().out


def test_the_reader_needs_no_sympy() -> None:
    import ast
    import inspect

    from longlag.theory.verify import reread as module

    tree = ast.parse(inspect.getsource(module))
    names = [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    names += [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    assert not any(name and name.startswith(("sympy", "longlag")) for name in names)


def test_a_function_that_the_reader_does_not_know_is_counted_apart() -> None:
    verdict = verify(Relation(Kind.BOUND, S.Zero, sympy.besselk(0, x), {x: Interval(1, 9)}))
    assert verdict.level in (Level.PROVED, Level.CERTIFIED)
    relation = Relation(Kind.BOUND, tanh(x) * sin(5 * x), Rational(11, 10), {x: Interval(0, 9)})
    for cover in json.loads(json.dumps(verify(relation).certificate)):
        assert reread(cover).failed == 0
