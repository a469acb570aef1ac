"""Figures on disk: drawn without a screen, readable in print, the same bytes every time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longlag.derivations.document.blocks import Illustration
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
#: No border but a hair's breadth.
_TIGHT: dict[str, Any] = {"bbox_inches": "tight", "pad_inches": 0.02}
#: Dots per inch of what is beside a document, and within a page: a page of all sections is one file
#: that is sent around, and curves drawn as paths, with their letters, took five times as much.
_DOTS, _DOTS_WITHIN = 200, 128
#: Steps of red, green and blue in a picture within a page. A table of the most frequent colours
#: would be smaller still, but would take the colour from a pale band.
_SHADES = 11


#: Every kind of figure file that a page or a PDF takes.
DOCUMENT_SUFFIXES = ("pdf", "webp")

#: Okabe and Ito's colours, which are told apart with any kind of colour vision; their yellow, too
#: light for a line on white, is left out, and grey is the last.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#808080")
#: Inches of a line of print, and points that letters have in it at least.
LINE, LEAST_LETTERS = 6.53, 8.0


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

    with _without_screen(), _style():
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
        suffix: ``pdf``, ``webp``, ``svg`` or ``png``.

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
    if suffix == "webp":
        _save_small(figure, path)
        return
    # A colour such as C0 is looked up when the figure is written.
    with _style(), matplotlib.rc_context({"svg.hashsalt": path.stem}):
        metadata: Any = _METADATA[suffix]
        figure.savefig(path, format=suffix, metadata=metadata, dpi=_DOTS, **_TIGHT)


def _save_small(figure: Figure, path: Path) -> None:
    """Save a figure for a page, in few shades and without loss."""
    from PIL import Image

    drawn = BytesIO()
    with _style():
        figure.savefig(drawn, format="png", dpi=_DOTS_WITHIN, **_TIGHT)
    step = 255 / (_SHADES - 1)
    few = Image.open(drawn).convert("RGB").point(lambda value: round(round(value / step) * step))
    few.save(path, format="webp", lossless=True, quality=100, method=6)


def require_readable(figure: Figure, key: str) -> None:
    """Refuse a figure whose letters are too small in print.

    Args:
        figure: as it was drawn.
        key: names it in the error.

    Raises:
        LonglagError: letters of less than 8 pt where the figure is as wide as a line.
    """
    from matplotlib.text import Text

    with _style():
        shrunk = min(1.0, LINE / figure.get_tightbbox().width)
        shown = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    smallest = min((float(text.get_fontsize()) for text in shown), default=LEAST_LETTERS) * shrunk
    if smallest < LEAST_LETTERS - 0.05:
        raise LonglagError(
            f"figure {key!r} with letters of {smallest:.1f} pt",
            f"in a line of {LINE:g} inches they have {LEAST_LETTERS:g} pt or more",
            "make it narrower, or its letters larger",
        )


@contextmanager
def _style() -> Iterator[None]:
    """Colours that everybody tells apart, and letters of a size for print."""
    import matplotlib
    from cycler import cycler

    settings: dict[str, Any] = {
        "axes.prop_cycle": cycler(color=COLOURS),
        "font.size": 9,
        "axes.titlesize": 9,
        "axes.labelsize": 9,
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
        "legend.fontsize": 8,
        "figure.titlesize": 9,
    }
    with matplotlib.rc_context(settings):
        yield


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
