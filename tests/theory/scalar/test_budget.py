"""A computation that takes too long is stopped, in every thread, and leaves nothing behind."""

from __future__ import annotations

import _thread
import cProfile
import threading
import time
from typing import Any

import mpmath
import pytest
import sympy
from flint import ctx

from longlag.theory.scalar import budget
from longlag.theory.scalar.budget import OutOfTimeError, within


def busy(seconds: float) -> str:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
    return "done"


def careless() -> None:
    while True:
        try:
            busy(1)
        except Exception:
            pass
        except BaseException:
            busy(0.1)
            raise


def test_a_result_comes_through() -> None:
    assert within(5, busy, 0.01) == "done"
    assert within(5, sorted, [1, 3, 2], reverse=True) == [3, 2, 1]
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 / 0)


def endless_symbols() -> Any:
    return sympy.factorint(sympy.nextprime(10**29) * sympy.nextprime(3 * 10**29))


@pytest.mark.parametrize("work", [lambda: busy(60), careless, endless_symbols])
def test_what_takes_too_long_is_stopped(work: Any) -> None:
    start = time.thread_time()
    with pytest.raises(OutOfTimeError, match=r"no answer within 0.1 s of processor time"):
        within(0.1, work)
    assert time.thread_time() - start < 2


def test_a_profiler_does_not_matter() -> None:
    profiler = cProfile.Profile()
    profiler.enable()
    try:
        with pytest.raises(OutOfTimeError):
            within(0.05, busy, 60)
        assert within(5, busy, 0.01) == "done"
    finally:
        profiler.disable()


def test_waiting_costs_nothing() -> None:
    within(0.1, time.sleep, 0.3)


def test_the_precision_is_restored() -> None:
    def deep() -> None:
        with mpmath.workprec(1000):
            ctx.prec = 2000
            busy(60)

    before = mpmath.mp.prec, ctx.prec
    with pytest.raises(OutOfTimeError):
        within(0.05, deep)
    assert (mpmath.mp.prec, ctx.prec) == before


def test_bounds_nest() -> None:
    def inner() -> str:
        with pytest.raises(OutOfTimeError, match=r"within 0.05 s"):
            within(0.05, busy, 60)
        return "went on"

    assert within(20, inner) == "went on"
    with pytest.raises(OutOfTimeError, match=r"within 0.1 s"):
        within(0.1, within, 20, busy, 60)
    assert busy(0.1) == "done"


def test_every_thread_has_its_own_bound() -> None:
    found: dict[str, Any] = {}

    def work(name: str, seconds: float) -> None:
        try:
            found[name] = within(0.3, busy, seconds)
        except OutOfTimeError:
            found[name] = "stopped"

    threads = [
        threading.Thread(target=work, args=(f"{n}", seconds))
        for n, seconds in enumerate((0.01, 60, 0.02, 60))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == {"0": "done", "1": "stopped", "2": "done", "3": "stopped"}


def test_many_bounds_leave_no_exception_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "_LOOK", 1e-5)
    stopped = 0
    for _ in range(100):
        try:
            within(0.01, busy, 0.012)
        except OutOfTimeError:
            stopped += 1
    assert stopped > 0
    assert busy(0.2) == "done"


def test_an_inner_bound_that_an_outer_one_stops_never_raises_later() -> None:
    def inner() -> None:
        while True:
            within(60.0, busy, 0.0002)

    before = _thread._count()
    for _ in range(40):
        with pytest.raises(OutOfTimeError):
            within(0.03, inner)
    # A thread that had begun when it was stopped ends at its next look.
    time.sleep(0.2)
    assert _thread._count() <= before
