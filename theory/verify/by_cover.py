"""Certify a bound by a cover of boxes, with arguments for its faces."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr, Integer, Rational, Symbol

from longlag.theory.statement import Level
from longlag.theory.verify.argument import Box, Side
from longlag.theory.verify.attempt import Attempt
from longlag.theory.verify.cover import Cover, Covering
from longlag.theory.verify.nonnegative import Prover
from longlag.theory.verify.normal import vanishes_quickly
from longlag.theory.verify.shown import Shown


def by_cover(attempt: Attempt) -> Shown | None:
    """Certify by boxes, the domain cut where both sides agree."""
    forms = list(attempt.forms())
    for form in reversed(forms):
        covers = []
        for box in attempt.cut_boxes(form):
            cover = _cover(attempt, form, box)
            if cover is None:
                break
            covers.append(cover)
        else:
            return Shown(Level.CERTIFIED, _cover_text(covers), tuple(covers))
    return None


def _cover(attempt: Attempt, form: Expr, box: Box) -> Cover | None:
    prover = Prover(attempt.budget)
    names = {s: s for s in box}
    faces: dict[tuple[Symbol, int, int], bool] = {}
    closers = [0]

    def on_face(symbol: Symbol, end: int, order: int) -> bool:
        key = (symbol, end, order)
        if key not in faces:
            side = box[symbol]
            at = side.low if end < 0 else side.high
            derivative = sympy.diff(form, symbol, order) if order else form
            faces[key] = False
            if at.is_finite:
                face = derivative.subs(symbol, at) * (1 if end < 0 or order % 2 == 0 else -1)
                rest = {s: v for s, v in box.items() if s is not symbol}
                if vanishes_quickly(face):
                    faces[key] = True
                elif not face.has(sympy.nan, sympy.zoo, sympy.oo):
                    faces[key] = prover.nonnegative(face, rest, 3) is not None
        return faces[key]

    def closer(part: Any) -> bool:
        closers[0] += 1
        if closers[0] > 12:
            return False
        sides = {
            names[s]: Side(_exact_end(r.low, box[s]), _exact_end(r.high, box[s]), r)
            for s, r in part.items()
        }
        return prover.nonnegative(form, sides, 3) is not None

    ranges = {s: side.range for s, side in box.items()}
    return Covering(
        form, ranges, attempt.budget.boxes, on_face, lambda: attempt.budget.is_spent, closer
    ).run()


def _exact_end(end: Any, side: Side) -> Expr:
    """The end of a part of a side as an expression."""
    if end == side.range.low:
        return side.low
    if end == side.range.high:
        return side.high
    if not end.is_finite():
        return sympy.oo if end > 0 else -sympy.oo
    mantissa, exponent = end.man_exp()
    return Integer(int(mantissa)) * Rational(2) ** int(exponent)


def _cover_text(covers: list[Cover]) -> str:
    boxes = sum(cover.size for cover in covers)
    margin = min(cover.margin for cover in covers)
    met = f", smallest margin {margin:.2g}" if 0 < margin < float("inf") else ""
    return f"a cover of {boxes} box{'es' if boxes != 1 else ''} in balls{met}"
