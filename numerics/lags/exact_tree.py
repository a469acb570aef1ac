"""How a window is divided, and where what its parts need is kept until it is not needed.

An interval that no later one asks for prefixes needs those of its newer half only, and those of
the older half no longer than until that half is done: both take the same place. Likewise with
suffixes, if the newer half is done first.
"""

from __future__ import annotations

#: Factors that are worked on together, level by level: a power of two.
STRETCH = 32


def middle(start: int, stop: int) -> int:
    """Return where an interval is divided: between whole stretches, as equal as they can be."""
    return start + (stop - start + STRETCH) // (2 * STRETCH) * STRETCH


def room(places: dict[int, int], stop: int) -> int:
    """Return how many prefixes or suffixes there is to be room for.

    Args:
        places: of every stretch.
        stop: the time after the last.
    """
    return max(place + min(STRETCH, stop - time) for time, place in places.items())


def newer_first(*, prefix: bool, suffix: bool) -> bool:
    """Return whether the newer half is to be done first, so that suffixes share their place."""
    return prefix and not suffix


def prefix_places(
    start: int, stop: int, *, prefix: bool, suffix: bool, base: int = 0
) -> dict[int, int]:
    """Return where the prefixes of every stretch of an interval begin.

    Args:
        start: the first time of the interval.
        stop: the time after its last.
        prefix: whether all its prefixes are wanted when it is done.
        suffix: whether all its suffixes are.
        base: where its own begin.
    """
    if prefix or stop - start <= STRETCH:
        return {time: base + time - start for time in range(start, stop, STRETCH)}
    seam = middle(start, stop)
    older = prefix_places(start, seam, prefix=False, suffix=True, base=base)
    return older | prefix_places(seam, stop, prefix=True, suffix=suffix, base=base)


def suffix_places(
    start: int, stop: int, *, prefix: bool, suffix: bool, base: int = 0
) -> dict[int, int]:
    """Return where the suffixes of every stretch of an interval begin; see ``prefix_places``."""
    if suffix or stop - start <= STRETCH:
        return {time: base + time - start for time in range(start, stop, STRETCH)}
    seam = middle(start, stop)
    after = base if newer_first(prefix=prefix, suffix=suffix) else base + seam - start
    newer = suffix_places(seam, stop, prefix=True, suffix=False, base=after)
    return suffix_places(start, seam, prefix=prefix, suffix=True, base=base) | newer
