"""A bound on the processor time that a computation may take, in any thread.

SymPy and mpmath work for minutes, or for ever, on some of what a person may type, and no list of
such expressions is complete. So their work is bounded: a watcher raises an exception in the thread
that works, between two of its byte codes.

Possible issues: SymPy notes on an expression that a question about it is being asked. What is
stopped in between stays unknown of that object, so that less may be found later; nothing wrong is.
"""

from __future__ import annotations

import _thread
import ctypes
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import mpmath
from flint import ctx

Result = TypeVar("Result")

#: Seconds between two looks at the clock.
_LOOK = 0.02
_of_this_thread = threading.local()


class OutOfTimeError(Exception):
    """A computation took longer than it may."""


class _Expired(BaseException):
    """What stops a computation; no handler of ordinary exceptions may catch it on the way."""


def within(
    seconds: float, function: Callable[..., Result], *arguments: Any, **named: Any
) -> Result:
    """Return what a function returns, unless it takes longer than so many seconds.

    Args:
        seconds: of processor time of this thread, where the system tells it; else of real time.
        function: what is computed.
        arguments: its arguments.
        named: its named arguments.

    Raises:
        OutOfTimeError: too much time was taken. Mpmath's precision and that of balls are as before.

    >>> within(5, max, 1, 2)
    2
    >>> within(0.05, lambda: [None for _ in iter(int, 1)])
    Traceback (most recent call last):
    ...
    longlag.theory.scalar.budget.OutOfTimeError: no answer within 0.05 s of processor time
    """
    watches, depth = _watches(), len(_watches())
    watch = _Watch(seconds)
    watches.append(watch)
    precisions = mpmath.mp.prec, ctx.prec
    try:
        watch.start()
        try:
            return function(*arguments, **named)
        finally:
            _stop(watches, depth)
    except watch.expired:
        _stop(watches, depth)
        mpmath.mp.prec, ctx.prec = precisions
        raise OutOfTimeError(f"no answer within {seconds:g} s of processor time") from None


def _watches() -> list[_Watch]:
    """The watches of this thread that may still raise, the outermost first."""
    if not hasattr(_of_this_thread, "watches"):
        _of_this_thread.watches = []
    found: list[_Watch] = _of_this_thread.watches
    return found


def _stop(watches: list[_Watch], depth: int) -> None:
    """Stop the watches from a depth on, and wait for what they raised and has not come yet.

    Where an outer one expires meanwhile its exception goes on, and those that are left here are
    stopped by the computation that it stops: else they would raise for ever.
    """
    while len(watches) > depth:
        inner = watches[depth:]
        try:
            for watch in inner:
                watch.stop()
            # It comes now at the latest. To take it back instead would leave the interpreter
            # looking for it, in some versions for ever.
            for _ in range(2):
                time.sleep(0)
            del watches[depth:]
        except tuple(watch.expired for watch in inner):
            continue


class _Watch:
    """Raises an exception in the thread that made it, once its time is over.

    That thread takes no lock that it must give back: it may be stopped between any two steps.
    """

    def __init__(self, seconds: float) -> None:
        # A class of its own: what stops an outer computation is not taken for what stops this one.
        self.expired: type[BaseException] = type("_Expired", (_Expired,), {})
        self._thread = threading.get_ident()
        self._clock = _clock_of_this_thread()
        self._end = self._clock() + seconds
        self._over, self._gone = threading.Lock(), threading.Lock()
        self._begun = self._finished = False
        self._over.acquire()
        self._gone.acquire()

    def start(self) -> None:
        """Begin to watch, in a thread.

        A bare one: ``Thread.start`` waits for a word from it, and one that is just born may die of
        an exception that was meant for the thread it came from.
        """
        _thread.start_new_thread(self._look, ())

    def stop(self) -> None:
        """Stop watching, and wait until nothing more is raised."""
        with suppress(RuntimeError):
            self._over.release()
        # A thread that has not begun yet will find that all is over, and raise nothing.
        while self._begun and not self._finished:
            self._gone.acquire(timeout=_LOOK)

    def _look(self) -> None:
        self._begun = True
        try:
            while not self._over.acquire(timeout=_LOOK):
                if self._clock() > self._end:
                    # Again and again, since a careless handler may have caught it.
                    _raise_in(self._thread, self.expired)
        finally:
            self._finished = True
            self._gone.release()


def _clock_of_this_thread() -> Callable[[], float]:
    """Processor time of the thread that asks, to be read by another one."""
    try:
        clock = time.pthread_getcpuclockid(threading.get_ident())
    except AttributeError:  # not on every system
        return time.monotonic
    return lambda: time.clock_gettime(clock)


def _raise_in(thread: int, exception: type[BaseException]) -> None:
    """Raise an exception in a thread at one of its next byte codes."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(exception))


__all__ = ["OutOfTimeError", "within"]
