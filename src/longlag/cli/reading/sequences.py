"""Sequences on the command line: drawn from a task, or from a file of inputs and targets."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from longlag.cli.reading.changes import read_changes
from longlag.files import require_file
from longlag.theory.errors import LonglagError

if TYPE_CHECKING:
    from torch import Tensor

    from longlag.numerics.tasks import Task


@dataclass(frozen=True)
class Given:
    """Inputs and targets, time first, in float64.

    Args:
        inputs: shape (T, N, D).
        targets: shape (T, N, O).
        task: where they were drawn from; None for a file.
    """

    inputs: Tensor
    targets: Tensor
    task: Task | None


def draw_task(name: str, changes: Sequence[str], sequences: int, seed: int) -> Given:
    """Return sequences of a task.

    Args:
        name: of a registered task.
        changes: KEY=VALUE, its fields.
        sequences: how many.
        seed: of them.

    Raises:
        LonglagError: no such task, fields that it does not take, no sequence, a negative seed.
    """
    from longlag.numerics.experiments.declared import declare
    from longlag.numerics.tasks import TASKS, stream
    from longlag.theory.scalar.parameters import require_count

    kind = TASKS[name]
    task = declare(kind, read_changes(changes, "for instance --set steps=192"), f"task {name}")
    count = require_count("--sequences", sequences, "it counts sequences", least=1)
    drawn = task.draw(count, stream(seed, "signal"))
    return Given(drawn.inputs, drawn.targets, task)


def read_sequences(file: Path, *, batch_first: bool) -> Given:
    """Return the arrays ``inputs`` and ``targets`` of a .npz file.

    Args:
        file: written by ``numpy.savez``; inputs (T, N, D), targets (T, N, O).
        batch_first: they are (N, T, …).

    Raises:
        LonglagError: no such file, other content, or shapes that do not fit.
    """
    import numpy as np
    import torch

    from longlag.numerics.training.network import check_task

    require_file(file)
    try:
        with np.load(file, allow_pickle=False) as held:
            arrays = [np.asarray(held[name], dtype=np.float64) for name in ("inputs", "targets")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile):
        raise LonglagError(
            f"file {str(file)!r}",
            "it does not hold two arrays of numbers, inputs and targets",
            "save them with numpy.savez(FILE, inputs=…, targets=…)",
        ) from None
    inputs, targets = (torch.from_numpy(np.ascontiguousarray(array)) for array in arrays)
    if inputs.ndim != 3 or targets.ndim != 3:
        raise LonglagError(
            f"inputs of shape {tuple(inputs.shape)}, targets of shape {tuple(targets.shape)}",
            "they are (T, N, D) and (T, N, O)",
            "add the missing axes",
        )
    if batch_first:
        inputs, targets = inputs.transpose(0, 1), targets.transpose(0, 1)
    check_task(inputs, targets, 0)
    return Given(inputs, targets, None)


__all__ = ["Given", "draw_task", "read_sequences"]
