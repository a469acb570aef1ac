"""Work shared among threads: PyTorch's number of them, and the same bits for any number.

Whoever shares work cuts it into tasks by its shape alone, each with room of its own for sums, which
are added in the order of the tasks. While tasks run PyTorch uses one thread in each: nothing is
shared twice. Where PyTorch is set to one thread, as under a scheduler that runs many processes,
tasks run one after the other where they are.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from functools import lru_cache, partial, wraps
from typing import ParamSpec, TypeVar

import torch

from longlag.theory.errors import LonglagError

#: Into how many shares work is cut that is one piece otherwise, whatever threads there are.
SHARES = 8

#: How often each thread takes tasks at most.
_TURNS = 4

R = TypeVar("R")

P = ParamSpec("P")

_INSIDE = threading.local()
#: How many threads share work while PyTorch itself is at one.
_SHARING: ContextVar[int | None] = ContextVar("sharing", default=None)


def thread_count() -> int:
    """Return how many threads share work here: as many as PyTorch uses, at most one for a core.

    >>> 1 <= thread_count() <= torch.get_num_threads()
    True
    """
    if getattr(_INSIDE, "task", False):
        return 1
    sharing = _SHARING.get()
    return min(torch.get_num_threads(), cores()) if sharing is None else sharing


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def use_threads(count: int) -> None:
    """Let PyTorch, and what is shared here, use some threads.

    Args:
        count: how many, at least one and at most one for each core.

    Raises:
        LonglagError: there are not as many, or it is none.
    """
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= cores():
        raise LonglagError(
            f"{count} threads",
            f"this process has {cores()} cores, and one thread for each is the most that pays",
            f"give a number from 1 to {cores()}",
        )
    torch.set_num_threads(count)


@contextmanager
def sharing(*, alone: bool = False) -> Iterator[None]:
    """Share work here alone, while PyTorch uses one thread for each of its own operations.

    So they have the same bits for any number of threads, and none waits for work in a circle, in
    the time of those that have some.

    Args:
        alone: share with nobody.
    """
    threads, token = torch.get_num_threads(), _SHARING.set(1 if alone else thread_count())
    if threads > 1:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        _SHARING.reset(token)
        if threads > 1:
            torch.set_num_threads(threads)


def by_sharing(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function that runs in ``sharing``; alone where its arrays lie on a device.

    A device has threads of its own, and room for the arrays of one task.
    """

    @wraps(function)
    def shares(*args: P.args, **options: P.kwargs) -> R:
        with sharing(alone=any(map(_on_device, (*args, *options.values())))):
            return function(*args, **options)

    return shares


def _on_device(value: object) -> bool:
    """Whether an array, or the first parameter of a module, lies elsewhere than in memory."""
    if isinstance(value, torch.nn.Module):
        value = next(value.parameters(), None)
    return isinstance(value, torch.Tensor) and value.device.type != "cpu"


def shared(
    tasks: Sequence[Callable[[], R]], each: Callable[[R], object] = lambda result: None
) -> list[R]:
    """Run tasks that do not depend on each other; return their results in order.

    Args:
        tasks: what is run, on threads where there are several.
        each: called here with every result, in order, as soon as it and all before it are there.

    Raises:
        Whatever a task raises; the first of them in order, after all that run have ended.

    >>> shared([lambda: 1, lambda: 2])
    [1, 2]
    """
    count, found = min(thread_count(), len(tasks)), []
    if count < 2:
        for task in tasks:
            found.append(task())
            each(found[-1])
        return found
    modes = torch.is_grad_enabled(), torch.is_inference_mode_enabled()
    # To hand over costs as much as a small task, and the last to end should not be long.
    step = -(-len(tasks) // (_TURNS * count))
    futures: list[Future[list[R]]] = []
    with sharing():
        pool = _pool(os.getpid(), count)
        try:
            for start in range(0, len(tasks), step):
                some = partial(_run, tasks[start : start + step], *modes)
                futures.append(pool.submit(copy_context().run, some))
            for future in futures:
                for result in future.result():
                    found.append(result)
                    each(result)
        finally:
            # What has begun works on arrays that its caller may give up now.
            for future in futures:
                if not future.cancel():
                    future.exception()
    return found


@lru_cache(maxsize=4)
def _pool(process: int, count: int) -> ThreadPoolExecutor:
    """Threads that wait for tasks; those of a parent do not live on in its child."""
    return ThreadPoolExecutor(count, thread_name_prefix=f"longlag-{process}")


def _run(tasks: Sequence[Callable[[], R]], gradients: bool, inference: bool) -> list[R]:
    """Run tasks as their caller would, in whose modes PyTorch is for that thread alone."""
    _INSIDE.task = True
    with torch.inference_mode(inference), torch.set_grad_enabled(gradients):
        return [task() for task in tasks]
