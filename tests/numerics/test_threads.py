"""Work has the same bits on any number of threads, and no thread has threads of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import partial

import pytest
import torch
from torch import Tensor, nn

from longlag.numerics import measure_transport, threads
from longlag.numerics.lags.exact import exact_means
from longlag.numerics.lags.first_order import envelope, first_order_means
from longlag.numerics.measurement.run import ran
from longlag.numerics.threads import by_sharing, cores, shared, sharing, thread_count, use_threads
from longlag.theory.errors import LonglagError


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def on_threads(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let work be shared by more threads than this machine may have cores."""
    monkeypatch.setattr(threads, "cores", lambda: count)
    torch.set_num_threads(count)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_results_come_in_order(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    on_threads(count, monkeypatch)

    def late(place: int) -> int:
        time.sleep(0.002 * (7 - place % 7))
        return place

    told: list[int] = []
    assert shared([partial(late, place) for place in range(23)], told.append) == list(range(23))
    assert told == list(range(23))
    assert torch.get_num_threads() == count


def test_tasks_run_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    on_threads(2, monkeypatch)
    meet = threading.Barrier(2, timeout=20)
    assert sorted(shared([meet.wait, meet.wait])) == [0, 1]


def test_a_task_shares_nothing_further_and_has_the_modes_of_its_caller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    on_threads(3, monkeypatch)
    said: ContextVar[str] = ContextVar("said", default="nothing")
    said.set("word")

    def look() -> tuple[int, int, bool, str, bool]:
        own = threading.get_ident()
        inner = shared([threading.get_ident] * 4)
        alone = inner == [own] * 4
        return (thread_count(), torch.get_num_threads(), torch.is_grad_enabled(), said.get(), alone)

    with torch.no_grad():
        assert shared([look] * 6) == [(1, 1, False, "word", True)] * 6
    assert [found[2] for found in shared([look] * 2)] == [True, True]


def test_the_first_failure_in_order_is_told_after_all_have_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    on_threads(2, monkeypatch)
    ended: list[int] = []

    def work(place: int) -> None:
        time.sleep(0.02 if place == 0 else 0)
        ended.append(place)
        if place < 2:
            raise LonglagError(f"task {place}", "it fails", "leave it out")

    with pytest.raises(LonglagError, match="task 0"):
        shared([partial(work, place) for place in range(2)])
    assert sorted(ended) == [0, 1]
    assert torch.get_num_threads() == 2


def test_pytorch_is_at_one_thread_while_work_is_shared_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    on_threads(3, monkeypatch)
    with sharing():
        assert (torch.get_num_threads(), thread_count()) == (1, 3)
        with sharing():
            assert (torch.get_num_threads(), thread_count()) == (1, 3)
    assert torch.get_num_threads() == 3
    torch.set_num_threads(1)
    assert thread_count() == 1, "as a scheduler of processes sets it"


@pytest.mark.parametrize("count", [0, -1, cores() + 1, True, 1.0])
def test_numbers_of_threads_that_do_not_fit_are_refused(count: int) -> None:
    with pytest.raises(LonglagError, match=f"{count} threads"):
        use_threads(count)


def test_more_threads_than_cores_are_not_started() -> None:
    torch.set_num_threads(cores() + 3)
    assert thread_count() == cores()
    use_threads(1)
    assert thread_count() == 1


def fields(seed: int, *shape: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    local = 0.5 + 0.5 * torch.rand(shape, generator=generator)
    return local, 0.1 * torch.randn(shape, generator=generator)


def measured(kind: str, sequences: int, *, per_anchor: bool = False) -> list[Tensor]:
    torch.manual_seed(1)
    module: nn.RNNBase = {"gru": nn.GRU, "lstm": nn.LSTM}[kind](1, 12)
    report = measure_transport(
        module, torch.randn(48, sequences, 1), max_lag=40, per_anchor=per_anchor
    )
    each = report.per_anchor
    kept = [] if each is None else [value for value in vars(each).values() if value is not None]
    return [
        *report.per_neuron.values(),
        *report.per_neuron_signed.values(),
        *(report.frobenius, report.remainder_bound, report.time_scales),
        *report.errors,
        *(value.nan_to_num() for value in kept),
    ]


def exact(sequences: int, max_lag: int) -> list[Tensor]:
    generator = torch.Generator().manual_seed(2)
    # Small gates: a block of eight factors leaves float32 already.
    factors = 0.02 * torch.randn(70, sequences, 20, 20, generator=generator)
    found = exact_means(factors, max_lag=max_lag)
    assert found.frobenius is not None
    return [found.absolute, found.signed, found.frobenius]


def matrices() -> list[Tensor]:
    torch.manual_seed(3)
    run = ran(nn.LSTM(1, 40), torch.randn(60, 12, 1))
    arguments = run.network.arguments
    return [run.functions.jacobian(*arguments), *run.functions.diagonals(*arguments)]


RESULTS: dict[str, Callable[[], list[Tensor]]] = {
    "gru": partial(measured, "gru", 3),
    "gru, many": partial(measured, "gru", 20, per_anchor=True),
    "lstm": partial(measured, "lstm", 1, per_anchor=True),
    "exact": partial(exact, 2, 70),
    "exact, short lags": partial(exact, 9, 6),
    "exact, many": partial(exact, 11, 33),
    "first order": lambda: list(first_order_means(*fields(4, 90, 5, 2, 2, 24), max_lag=80)[1]),
    "envelope": lambda: [envelope(*fields(5, 90, 7, 1, 1, 30), max_lag=90)],
    "matrices": matrices,
}


@pytest.mark.parametrize("what", RESULTS)
def test_bits_are_those_of_one_thread(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    on_threads(1, monkeypatch)
    alone = RESULTS[what]()
    for count in (2, 5):
        on_threads(count, monkeypatch)
        found = RESULTS[what]()
        assert all(torch.equal(a, b) for a, b in zip(found, alone, strict=True))
        assert torch.get_num_threads() == count


def test_arrays_on_a_device_are_worked_on_by_one_thread() -> None:
    counted = by_sharing(lambda x: thread_count())
    assert counted(torch.zeros(2, device="meta")) == 1
    assert counted(torch.nn.Linear(2, 2, device="meta")) == 1
    assert counted(torch.zeros(2)) == thread_count()
