"""Figures can be read in print, and their colours told apart."""

from __future__ import annotations

import re
from typing import Any

import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from longlag.derivations.coupling import figures as coupling
from longlag.derivations.document.figures import COLOURS, draw, require_readable, save_figure
from longlag.derivations.learned.chapter import gain_figure
from longlag.derivations.rates.expansion_figure import expansion_error
from longlag.derivations.spectra.heterogeneity import spectra_figure
from longlag.derivations.window.figures import horizons, sample_sizes
from longlag.numerics.canvas import canvas
from longlag.theory.cells import PAPER_CELLS
from longlag.theory.errors import LonglagError
from longlag.theory.statement import Settings

CHEAP = {
    "expansion": lambda settings: expansion_error(PAPER_CELLS["leaky"], settings),
    "spectra": spectra_figure,
    "sample_sizes": sample_sizes,
    "horizons": horizons,
    "gains": gain_figure,
    "remainders": coupling.remainders_over_lag,
    "anisotropy": coupling.anisotropy_over_lag,
}


@pytest.mark.parametrize("name", CHEAP)
def test_letters_have_eight_points_in_print(name: str) -> None:
    require_readable(draw(CHEAP[name], Settings(), name), name)


@pytest.mark.parametrize("name", ["sample_sizes", "horizons"])
def test_no_two_laws_look_alike(name: str) -> None:
    (axes,) = draw(CHEAP[name], Settings(), name).axes
    looks = [(line.get_color(), line.get_linestyle()) for line in axes.lines]
    assert len(set(looks)) == len(looks) > len(COLOURS)


def with_letters(size: float, width: float) -> Any:
    def drawn(settings: Settings) -> Any:
        figure, axes = canvas(size=(width, 3.0))
        axes.set_title("a title", fontsize=size)
        return figure

    return draw(drawn, Settings(), "small--one")


@pytest.mark.parametrize(("size", "width"), [(6, 6.0), (9, 12.0)])
def test_small_letters_are_refused(size: float, width: float) -> None:
    with pytest.raises(LonglagError, match="8 pt or more"):
        require_readable(with_letters(size, width), "small--one")


def test_colours_are_those_that_everybody_tells_apart(tmp_path: Any) -> None:
    figure = draw(lambda settings: _lines(), Settings(), "lines")
    save_figure(figure, tmp_path / "lines.svg")
    text = (tmp_path / "lines.svg").read_text()
    assert all(to_hex(colour) in text for colour in COLOURS[:7])
    assert "#1f77b4" not in text


def is_grey(colour: str) -> bool:
    return colour[1:3] == colour[3:5] == colour[5:7]


@pytest.mark.parametrize("name", CHEAP)
def test_a_figure_of_the_chapters_keeps_to_them(name: str, tmp_path: Any) -> None:
    save_figure(draw(CHEAP[name], Settings(), name), tmp_path / "figure.svg")
    used = set(
        re.findall(r"(?:stroke|fill): (#[0-9a-f]{6})", (tmp_path / "figure.svg").read_text())
    )
    strangers = {each for each in used if not is_grey(each)} - {each.lower() for each in COLOURS}
    assert not strangers
    assert any(not is_grey(each) for each in used)


def test_a_picture_within_a_page_keeps_its_colours(tmp_path: Any) -> None:
    def band(settings: Settings) -> Figure:
        figure, axes = canvas()
        axes.fill_between([0, 1], 0, 1, color="C0", alpha=0.2, lw=0)
        assert isinstance(figure, Figure)
        return figure

    save_figure(draw(band, Settings(), "band"), tmp_path / "band.webp")
    picture = Image.open(tmp_path / "band.webp").convert("RGB")
    counts = picture.getcolors(maxcolors=10**6)
    assert counts is not None
    # White, and a fifth of C0 on white.
    pale = tuple(round(255 - 0.2 * (255 - int(COLOURS[0][k : k + 2], 16))) for k in (1, 3, 5))
    common = [colour for _, colour in sorted(counts, reverse=True)[:2]]
    assert any(max(abs(a - b) for a, b in zip(each, pale, strict=True)) <= 13 for each in common)


def _lines() -> Figure:
    figure, axes = canvas()
    for place in range(7):
        axes.plot([0, 1], [place, place], f"C{place}-")
    assert isinstance(figure, Figure)
    return figure
