"""Figures on disk: drawn without a screen, the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longlag.derivations.document.outline import Illustration
from longlag.theory.errors import LonglagError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Where figures stand beside a document.
FOLDER = "figures"

#: What each format would stamp into the file: the day, or the version of matplotlib.
_METADATA: dict[str, dict[str, None]] = {
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
}


def draw_each(illustrations: Sequence[Illustration]) -> Iterator[tuple[str, Figure]]:
    """Draw the figures one by one, each with its key.

    Raises:
        LonglagError: when ``draw`` returns something else than a matplotlib figure.
    """
    # matplotlib takes a second to import, and most documents have no figures.
    from matplotlib import pyplot
    from matplotlib.figure import Figure

    for illustration in illustrations:
        with _without_screen():
            try:
                figure = illustration.draw(illustration.settings)
            except Exception as error:
                error.add_note(f"while drawing the figure {illustration.key!r}")
                raise
            if not isinstance(figure, Figure):
                raise LonglagError(
                    f"figure {illustration.key!r} as {type(figure).__name__}",
                    "draw returns a matplotlib Figure",
                    "end it with `return figure`",
                )
            pyplot.close(figure)
        yield illustration.key, figure


def save_figures(drawn: Mapping[str, Figure], folder: Path, suffix: str) -> dict[str, Path]:
    """Save figures into ``folder/figures``.

    Args:
        drawn: the figures by key.
        folder: an existing folder.
        suffix: ``pdf``, ``svg`` or ``png``.

    Returns:
        For each key the file, relative to ``folder``.
    """
    import matplotlib

    files: dict[str, Path] = {}
    for key, figure in drawn.items():
        files[key] = Path(FOLDER) / f"{key}.{suffix}"
        (folder / FOLDER).mkdir(exist_ok=True)
        with matplotlib.rc_context({"svg.hashsalt": key}):
            metadata: Any = _METADATA[suffix]
            figure.savefig(
                folder / files[key], format=suffix, metadata=metadata, dpi=200, bbox_inches="tight"
            )
    return files


@contextmanager
def _without_screen() -> Iterator[None]:
    """Draw with Agg, and give a notebook its own backend back."""
    from matplotlib import pyplot

    before = pyplot.get_backend()
    pyplot.switch_backend("Agg")
    try:
        yield
    finally:
        pyplot.switch_backend(before)
