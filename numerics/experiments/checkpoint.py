"""Where a run stands, in one file that is replaced in one step; no pickle.

Weights, the optimiser's state and the state of the data's generator are tensors of a safetensors
file; counts, losses and rows are JSON in its header.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from longlag import __version__
from longlag.files import put_in_place, require_file, staging_folder
from longlag.numerics.experiments.table import Entry
from longlag.numerics.training.session import Session, tensors_of
from longlag.theory.errors import LonglagError

#: Raised by one whenever what is written cannot be read by what came before.
FORMAT = 1
_LARGEST = 8_000_000_000


@dataclass
class Progress:
    """What a run has besides its session.

    Args:
        data: the generator of the batches.
        measured: at how many of the updates that are to be measured it has been.
        rows: what was measured.
    """

    data: torch.Generator
    measured: int = 0
    rows: list[dict[str, Entry]] = field(default_factory=list)


def save_checkpoint(path: Path, run: str, session: Session, progress: Progress) -> None:
    """Write a checkpoint over the last one, in one step.

    Args:
        path: of the file.
        run: the identity of the run's configuration.
        session, progress: what is saved.

    Raises:
        LonglagError: the disk is full, the folder cannot be written; the last checkpoint is whole.
    """
    from safetensors.torch import save_file

    tensors = {f"network.{k}": v.detach() for k, v in tensors_of(session.network).items()}
    numbers: dict[str, dict[str, Any]] = {}
    for position, state in session.optimiser.state_dict()["state"].items():
        for name, value in state.items():
            if isinstance(value, Tensor):
                tensors[f"optimiser.{position}.{name}"] = value
            else:
                numbers.setdefault(str(position), {})[name] = value
    tensors["data"] = progress.data.get_state()
    about = {
        "format": FORMAT,
        "longlag": __version__,
        "run": run,
        "updates": session.updates,
        "seconds": session.seconds,
        "losses": session.losses,
        "measured": progress.measured,
        "rows": progress.rows,
        "optimiser": numbers,
    }
    with staging_folder(path) as stage:
        written = {name: tensor.contiguous() for name, tensor in tensors.items()}
        try:
            save_file(written, stage / path.name, {"longlag": json.dumps(about)})
        except Exception as error:
            # The library wraps what the system says in an error of its own.
            raise OSError(getattr(error, "errno", None), str(error)) from error
        put_in_place(stage / path.name, path)


def load_checkpoint(path: Path, run: str, session: Session, data: torch.Generator) -> Progress:
    """Bring a fresh session and generator to where the checkpoint was written.

    Args:
        path: of the file.
        run: the identity of the run's configuration.
        session: of the same configuration, without an update.
        data: the generator of the batches.

    Raises:
        LonglagError: a file that is damaged, of another configuration, or of a newer version.
    """
    about = read_header(path)
    if about["run"] != run:
        raise LonglagError(
            f"checkpoint {str(path)!r} of run {about['run']}",
            f"this run is {run}: another configuration",
            "use another folder, or remove the checkpoint to begin again",
        )
    tensors = _tensors(path)
    with torch.no_grad():
        for name, tensor in tensors_of(session.network).items():
            tensor.copy_(tensors[f"network.{name}"])
    state: dict[int, dict[str, Any]] = {}
    for name, tensor in tensors.items():
        kind, _, rest = name.partition(".")
        if kind == "optimiser":
            position, _, key = rest.partition(".")
            state.setdefault(int(position), {})[key] = tensor
    for position, held in about["optimiser"].items():
        state.setdefault(int(position), {}).update(held)
    groups = session.optimiser.state_dict()["param_groups"]
    session.optimiser.load_state_dict({"state": state, "param_groups": groups})
    session.losses[:] = about["losses"]
    session.seconds = about["seconds"]
    data.set_state(tensors["data"])
    return Progress(data, about["measured"], about["rows"])


def read_header(path: Path) -> dict[str, Any]:
    """Return what a checkpoint says of itself, without its tensors.

    Raises:
        LonglagError: a file that is damaged, no checkpoint, or of a newer version.
    """
    from safetensors import SafetensorError, safe_open

    require_file(path, "checkpoint", largest=_LARGEST)
    try:
        with safe_open(path, framework="pt") as file:
            text = (file.metadata() or {}).get("longlag")
        about: dict[str, Any] = json.loads(text or "null")
    except (SafetensorError, ValueError, OSError) as error:
        raise _damaged(path, str(error)) from None
    if not isinstance(about, dict) or "format" not in about:
        raise _damaged(path, "it is no checkpoint of longlag")
    if about["format"] > FORMAT:
        raise LonglagError(
            f"checkpoint {str(path)!r} of longlag {about['longlag']}",
            f"it is of format {about['format']}, and this is longlag {__version__}",
            "install that version, or remove the checkpoint to begin again",
        )
    return about


def _tensors(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise _damaged(path, str(error)) from None


def _damaged(path: Path, reason: str) -> LonglagError:
    return LonglagError(
        f"checkpoint {str(path)!r}",
        f"it is damaged ({reason})",
        "remove it to begin this run again",
    )


__all__ = ["FORMAT", "Progress", "load_checkpoint", "read_header", "save_checkpoint"]
