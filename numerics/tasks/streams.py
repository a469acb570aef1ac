"""One generator for each stream of random numbers, all from one seed."""

from __future__ import annotations

import hashlib

import torch

from longlag.theory.errors import LonglagError


def stream(seed: int, *names: object) -> torch.Generator:
    """Return the generator of one stream: weights, data, noise … each have their own.

    Its seed is a hash of the seed and the names, so that a further stream changes no other, and two
    runs of one seed draw the same data whatever else they draw. PyTorch's default generator and its
    default seed are never used: with them all steps and all runs see the same sequences (defect 5
    of the published experiments, arXiv 2508.12121).

    Args:
        seed: of the run, an integer >= 0.
        names: which stream, such as ``"data"`` or ``("probe", 3)``.

    Raises:
        LonglagError: a negative seed.

    >>> stream(0, "data").initial_seed() == stream(0, "weights").initial_seed()
    False
    """
    if seed < 0:
        raise LonglagError(f"seed {seed}", "seeds are integers >= 0", "give 0, 1, 2, …")
    text = "\0".join([str(seed), *map(str, names)])
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "little") >> 1)


__all__ = ["stream"]
