"""Figures on disk: drawn without a screen, the same bytes every time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longlag.derivations.document.outline import Illustration
from longlag.theory.errors import LonglagError, raised_by
from longlag.theory.statement import Settings

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


#: Every kind of figure file that a page or a PDF takes.
DOCUMENT_SUFFIXES = ("pdf", "svg")


def draw_each(illustrations: Sequence[Illustration]) -> Iterator[tuple[str, Figure]]:
    """Draw the figures one by one, each with its key."""
    for illustration in illustrations:
        yield illustration.key, draw(illustration.draw, illustration.settings, illustration.key)


def draw(function: Callable[[Settings], Any], settings: Settings, key: str) -> Figure:
    """Draw one figure.

    Args:
        function: returns it.
        settings: what the function takes.
        key: names it in errors.

    Raises:
        LonglagError: when the function raises, or returns something else than a matplotlib figure.
    """
    # matplotlib takes a second to import, and most documents have no figures.
    from matplotlib import pyplot
    from matplotlib.figure import Figure

    with _without_screen():
        with raised_by(f"draw of figure {key!r}", "correct the function that draws it"):
            figure = function(settings)
        if not isinstance(figure, Figure):
            raise LonglagError(
                f"figure {key!r} as {type(figure).__name__}",
                "draw returns a matplotlib Figure",
                "end it with `return figure`",
            )
        pyplot.close(figure)
    return figure


def save_figures(drawn: Mapping[str, Figure | Path], folder: Path, suffix: str) -> dict[str, Path]:
    """Save figures into ``folder/figures``.

    Args:
        drawn: the figures by key, or the files they were saved in, without their suffix.
        folder: an existing folder.
        suffix: ``pdf``, ``svg`` or ``png``.

    Returns:
        For each key the file, relative to ``folder``.
    """
    files: dict[str, Path] = {}
    for key, figure in drawn.items():
        files[key] = Path(FOLDER) / f"{key}.{suffix}"
        (folder / FOLDER).mkdir(exist_ok=True)
        if isinstance(figure, Path):
            shutil.copyfile(f"{figure}.{suffix}", folder / files[key])
        else:
            save_figure(figure, folder / files[key])
    return files


def save_figure(figure: Figure, path: Path) -> None:
    """Save a figure in the format of the file's suffix, the same bytes every time."""
    import matplotlib

    suffix = path.suffix.removeprefix(".")
    with matplotlib.rc_context({"svg.hashsalt": path.stem}):
        metadata: Any = _METADATA[suffix]
        figure.savefig(path, format=suffix, metadata=metadata, dpi=200, bbox_inches="tight")


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
