"""Files of tensors: nothing but tensors is ever read from one, and no more than it has bytes."""

from __future__ import annotations

import os
import warnings
import zipfile
from mmap import ACCESS_READ, mmap
from pathlib import Path

import torch
from torch import Tensor

from longlag.files import require_file
from longlag.theory.errors import LonglagError


def check_numbers(name: str, value: Tensor) -> None:
    """Refuse what is no dense array of real numbers that are all there.

    Args:
        name: of the tensor, for the message.
        value: the tensor.

    Raises:
        LonglagError: another tensor.
    """
    dtype = str(value.dtype).removeprefix("torch.")
    if value.device.type == "meta":
        raise LonglagError(
            f"{name} on the meta device",
            "it has a shape and no numbers",
            "load the weights onto a real device before saving",
        )
    if value.is_complex():
        raise LonglagError(
            f"{name} of dtype {dtype}",
            "weights are dense real floating-point tensors, and the imaginary parts would be lost",
            "measure a Network of a cell with real states instead",
        )
    if not value.is_floating_point() or value.layout != torch.strided:
        raise LonglagError(
            f"{name} of dtype {dtype}",
            "weights are dense real floating-point tensors",
            "convert them before saving",
        )
    if value.numel() * value.element_size() > value.untyped_storage().nbytes():
        raise LonglagError(
            f"{name} of shape {tuple(value.shape)}",
            "its file holds fewer numbers than that",
            "save it with .contiguous()",
        )


def read_file(path: Path) -> object:
    """Return the content of a file: tensors in dictionaries and lists.

    Args:
        path: written by ``torch.save`` or by safetensors.

    Raises:
        LonglagError: no such file, other objects than tensors, or more bytes than the file has.
    """
    memory = None
    if hasattr(os, "sysconf"):
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    size = require_file(path, largest=memory)
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    try:
        path.open("rb").close()
    except OSError as error:
        raise LonglagError(
            f"file {str(path)!r}", f"it cannot be read ({error.strerror})", "check its path"
        ) from None
    try:
        _check_archive(path, size)
        with warnings.catch_warnings():
            # What is odd about a file is told by what comes out of it.
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True)
    except LonglagError:
        raise
    except Exception:  # whatever a reader trips over in a file that is not its own
        raise LonglagError(
            f"file {str(path)!r}",
            "it is no file of plain tensors; other objects are never loaded, since loading them "
            "can run code",
            "save module.state_dict() with torch.save or safetensors",
        ) from None


def _check_archive(path: Path, size: int) -> None:
    """Refuse what would take more memory than the file has bytes, before anything is made of it."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            _check_instructions(content, path)
        return
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if any(member.filename.endswith("/constants.pkl") for member in members):
            return  # a program of TorchScript: packed, and never read
        unpacked = sum(member.file_size for member in members)
        if unpacked > size:
            raise LonglagError(
                f"file {str(path)!r} of {size} bytes",
                f"it unpacks to {unpacked}, and PyTorch stores tensors as they are",
                "save it again with torch.save",
            )
        for member in members:
            if member.filename.endswith("/data.pkl"):
                _check_instructions(archive.read(member), path)


def _check_instructions(pickled: bytes | mmap, path: Path) -> None:
    """Refuse the one object besides tensors that takes memory by a number: so many zero bytes."""
    if pickled.find(b"bytearray") >= 0:
        raise LonglagError(
            f"file {str(path)!r}",
            "it asks for bytes that are no tensor",
            "save module.state_dict() alone",
        )


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    except ImportError:
        raise LonglagError(
            f"file {str(path)!r}",
            "reading it needs the package safetensors",
            "install it, or save the weights with torch.save(module.state_dict(), …)",
        ) from None
    try:
        tensors: dict[str, Tensor] = load_file(path)
    except Exception as error:
        reason = f"({error})" if isinstance(error, SafetensorError) else "of plain tensors"
        raise LonglagError(
            f"file {str(path)!r}", f"it is no safetensors file {reason}", "check its path"
        ) from None
    return tensors


__all__ = ["check_numbers", "read_file"]
