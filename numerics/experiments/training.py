"""A run that trains a network and measures it at some of its updates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias

import torch
from torch import Tensor

from longlag.numerics.experiments.checkpoint import (
    Progress,
    load_checkpoint,
    read_header,
    save_checkpoint,
)
from longlag.numerics.experiments.table import Entry
from longlag.numerics.experiments.unit import UNITS, Performed, StoppedError, Unit, Workplace
from longlag.numerics.measurement.run import Run, ran
from longlag.numerics.tasks import Sequences, Task, stream
from longlag.numerics.training import Initialisation, TrainedNetwork
from longlag.numerics.training.initial import initial_network
from longlag.numerics.training.session import DivergedError, Session, begin
from longlag.theory import CELLS
from longlag.theory.errors import LonglagError
from longlag.theory.registry import Registry
from longlag.theory.scalar.parameters import require_count

_CHECKPOINT = "checkpoint.safetensors"
#: Sequences on which products are looked at.
PROBE = 12


@dataclass(frozen=True, kw_only=True)
class TrainingUnit(Unit):
    """Train a cell on fresh batches of a task, and measure it before some of the updates.

    Streams: weights, data and probes have generators of their own, all of the seed, so that runs
    of one seed see the same sequences whatever their cell and optimiser.

    Args:
        cell: a name in ``CELLS``.
        task: what is learned.
        size: the number of neurons H.
        optimiser: a name in ``OPTIMISERS``.
        learning_rate: of the optimiser.
        options: its further arguments, such as ``momentum``.
        clip: the largest norm of the gradient, or None.
        batch: sequences of an update.
        updates: how many are made.
        measured_at: before which updates it is measured, ascending; ``updates`` is after the last.
        measures: what is measured, names in ``MEASURES``.
        save_every: after how many updates a checkpoint is saved.
        seed: of all streams.
        initialisation: as for ``train``.
        biases: whether there are biases; without them they stay 0.
        parameter: parameters of the cell.
        drive_bias: where the biases of the drives begin.
        bias_spread: by drive, the standard deviation over neurons of where its biases begin, around
            ``drive_bias``: a normal spectrum of the logits of rates.
        same_batch: every update of every seed sees the same sequences, as published (defect 5).
        sequences: how many there are to train on, drawn once; fresh ones for every update if None.
        shuffled: their targets are dealt out among them, so that there is nothing to learn.
        dtype: of the network.
        note: a label of the design, such as which of its groups this run belongs to.
    """

    kind: ClassVar[str] = "training"

    cell: str
    task: Task
    size: int = 64
    optimiser: str = "SGD"
    learning_rate: float = 1e-2
    options: Mapping[str, float] = field(default_factory=dict)
    clip: float | None = None
    batch: int = 64
    updates: int = 800
    measured_at: tuple[int, ...] = ()
    measures: tuple[str, ...] = ()
    save_every: int = 50
    seed: int = 0
    initialisation: Initialisation = "uniform"
    biases: bool = True
    parameter: Mapping[str, float] = field(default_factory=dict)
    drive_bias: Mapping[str, float] = field(default_factory=dict)
    bias_spread: Mapping[str, float] = field(default_factory=dict)
    same_batch: bool = False
    sequences: int | None = None
    shuffled: bool = False
    dtype: Literal["float32", "float64"] = "float32"
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse names and counts that no run can have."""
        for what in ("size", "batch", "updates", "save_every"):
            require_count(what, getattr(self, what), "a run has one or more", least=1)
        if self.sequences is not None:
            require_count("sequences", self.sequences, "one is trained on one or more", least=1)
        if self.shuffled and self.sequences is None:
            raise LonglagError(
                "shuffled targets of fresh sequences",
                "targets are dealt out among sequences that stay",
                "say how many there are: sequences=…",
            )
        _ = CELLS[self.cell], [MEASURES[name] for name in self.measures]
        ascending = list(self.measured_at) == sorted(set(self.measured_at))
        if not ascending or any(not 0 <= at <= self.updates for at in self.measured_at):
            raise LonglagError(
                f"measured_at {list(self.measured_at)}",
                f"they are updates from 0 to {self.updates}, ascending",
                "sort them and leave the others out",
            )

    @property
    def labels(self) -> dict[str, Entry]:
        """Cell, task, optimiser and its rate, seed, and the note if there is one."""
        momentum = self.options.get("momentum", 0.0)
        found: dict[str, Entry] = {
            "cell": self.cell,
            "task": str(type(self.task).__name__),
            "optimiser": self.optimiser + (" with momentum" if momentum else ""),
            "learning_rate": self.learning_rate,
            "seed": self.seed,
        }
        if self.sequences is not None:
            found |= {"sequences": self.sequences, "shuffled": int(self.shuffled)}
        return found | ({"note": self.note} if self.note else {})

    @property
    def length(self) -> int:
        """The number of updates."""
        return self.updates

    def done(self, folder: Path) -> int:
        """Return the updates that the checkpoint in its folder holds."""
        path = folder / _CHECKPOINT
        try:
            return int(read_header(path)["updates"]) if path.exists() else 0
        except LonglagError:
            return 0

    def session(self) -> Session:
        """Return the network before training, with its optimiser."""
        shown = self.draw(self.stream("shape"), 1)
        network = initial_network(
            CELLS[self.cell],
            shown.inputs,
            shown.targets,
            size=self.size,
            generator=self.stream("weights"),
            parameter=self.parameter,
            drive_bias=self._biases(),
            initialisation=self.initialisation,
            recurrent_scale=1.0,
        )
        return begin(
            network,
            optimiser=self.optimiser,
            learning_rate=self.learning_rate,
            options=dict(self.options),
            clip=self.clip,
            train_biases=self.biases,
        )

    def _biases(self) -> dict[str, float | Tensor]:
        """Where the biases of the drives begin: one number, or one for every neuron."""
        found: dict[str, float | Tensor] = dict(self.drive_bias)
        for drive, spread in self.bias_spread.items():
            # Quantiles in a drawn order: a sample of few neurons would have another mean.
            quantiles = (torch.arange(self.size, dtype=torch.float64) + 0.5) / self.size
            dealt = torch.randperm(self.size, generator=self.stream("biases", drive))
            middle = self.drive_bias.get(drive, 0.0)
            found[drive] = middle + spread * torch.special.ndtri(quantiles)[dealt]
        return found

    def stream(self, *names: object) -> torch.Generator:
        """Return a generator of this run's seed; see ``tasks.stream``."""
        return stream(self.seed, *names)

    def draw(self, generator: torch.Generator, sequences: int) -> Sequences:
        """Return sequences of the task in the dtype of the network."""
        dtype = torch.float32 if self.dtype == "float32" else torch.float64
        inputs, targets, redrawn = self.task.draw(sequences, generator)
        return Sequences(inputs.to(dtype), targets.to(dtype), redrawn)

    def probe(self, sequences: int) -> Sequences:
        """Return the sequences on which this run is measured, the same at every moment."""
        return self.draw(self.stream("probe"), sequences)

    def batches(self) -> Callable[[torch.Generator], Sequences]:
        """Return what draws the batch of an update."""
        if self.same_batch:
            return lambda data: self.draw(stream(0, "the same"), self.batch)
        if self.sequences is None:
            return lambda data: self.draw(data, self.batch)
        inputs, targets, _ = self.draw(self.stream("training set"), self.sequences)
        if self.shuffled:
            dealt = torch.randperm(self.sequences, generator=self.stream("shuffled"))
            targets = targets[:, dealt]

        def drawn(data: torch.Generator) -> Sequences:
            chosen = torch.randperm(len(inputs[0]), generator=data)[: self.batch]
            return Sequences(inputs[:, chosen], targets[:, chosen])

        return drawn

    def perform(self, workplace: Workplace) -> Performed:
        """Train and measure, from the last checkpoint on; see ``Unit.perform``."""
        session, data, batches = self.session(), self.stream("data"), self.batches()
        path, progress = workplace.folder / _CHECKPOINT, Progress(data)
        if path.exists():
            progress = load_checkpoint(path, self.identity, session, data)
        diverged = ""
        while True:
            if session.updates in self.measured_at[progress.measured :]:
                self._measure(session, progress)
                save_checkpoint(path, self.identity, session, progress)
            if session.updates == self.updates:
                break
            if workplace.stopped():
                save_checkpoint(path, self.identity, session, progress)
                raise StoppedError(f"after {session.updates} of {self.updates} updates")
            batch = batches(data)
            try:
                session.update(batch.inputs, batch.targets, burn_in=self.task.burn_in)
            except DivergedError as error:
                diverged = str(error)
                break
            if session.updates % self.save_every == 0:
                save_checkpoint(path, self.identity, session, progress)
        history: list[dict[str, Entry]] = [
            {"update": update, "quantity": "loss", "value": loss}
            for update, loss in enumerate(session.losses)
        ]
        return Performed(history + progress.rows, diverged)

    def _measure(self, session: Session, progress: Progress) -> None:
        moment = Moment(self, session.updates, session)
        for name in self.measures:
            progress.rows += [{"update": session.updates} | row for row in MEASURES[name](moment)]
        progress.measured += 1


@dataclass(frozen=True)
class Moment:
    """A network at one of its updates, to be measured.

    Args:
        unit: the run.
        update: before which update.
        session: its network and optimiser.
    """

    unit: TrainingUnit
    update: int
    session: Session

    @cached_property
    def network(self) -> TrainedNetwork:
        """The network as it is at this moment, detached."""
        return self.session.detached()

    @cached_property
    def run(self) -> Run:
        """The network as it ran over the first sequences of its probe."""
        return ran(self.network.network(self.probe(PROBE).inputs))

    def probe(self, sequences: int) -> Sequences:
        """Return the sequences on which this run is measured, the same at every moment."""
        return self.unit.probe(sequences)


#: Rows of one measure at one moment: ``quantity``, ``value``, and labels such as ``lag``.
Measure: TypeAlias = Callable[[Moment], list[dict[str, Entry]]]
MEASURES: Registry[Measure] = Registry("measure")

UNITS.register(TrainingUnit.kind, TrainingUnit)

__all__ = ["MEASURES", "PROBE", "Measure", "Moment", "TrainingUnit"]
