"""A mode keeps a² − c², and its course is logistic while its multiplier is held."""

from __future__ import annotations

from sympy import Function, Integer, S, diff, simplify, symbols

from longlag.theory.linear.modes import (
    change_of,
    drive_of,
    entry,
    gain,
    gradient_flow,
    half_time,
    mode_loss,
    multiplied,
    product_over_time,
    resistance_of,
)


def test_only_the_difference_of_squares_is_kept() -> None:
    loss = Function("F")(entry * gain, multiplied)
    assert simplify(change_of(entry**2 - gain**2, loss).doit()) == 0
    assert simplify(change_of(entry**2 + gain**2, loss).doit()) != 0


def test_from_equal_gains_the_product_obeys_the_logistic_equation() -> None:
    wanted = symbols("s1:5")
    da, _, dc = gradient_flow(mode_loss(wanted))
    product = entry * gain
    change = (da * gain + dc * entry).subs(gain, entry)
    drive, resistance = drive_of(wanted, multiplied), resistance_of(4, multiplied)
    stated = 2 * product * (drive - resistance * product)
    assert simplify(change - stated.subs(gain, entry)) == 0


def test_half_of_the_plateau_is_reached_at_the_half_time() -> None:
    start, drive, resistance = S(1) / 10, Integer(3), Integer(2)
    moment = half_time(start, drive, resistance)
    assert product_over_time(moment, start, drive, resistance) == drive / (2 * resistance)


def test_the_course_solves_its_equation() -> None:
    t, p, a, b = symbols("t p a b", positive=True)
    course = product_over_time(t, p, a, b)
    assert simplify(diff(course, t) - 2 * course * (a - b * course)) == 0
