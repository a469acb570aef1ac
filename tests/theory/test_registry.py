"""A registry is a mapping in the order of registration that explains unknown names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longlag.theory import CELLS, Cell, LonglagError
from longlag.theory.registry import Registry

NAMES = st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), unique=True)


def colours(*names: str) -> Registry[int]:
    registry: Registry[int] = Registry("colour")
    for position, name in enumerate(names):
        assert registry.register(name, position) == position
    return registry


@given(names=NAMES)
def test_it_is_a_mapping_in_the_order_of_registration(names: list[str]) -> None:
    registry = colours(*names)
    assert list(registry) == list(registry.keys()) == names
    assert list(registry.values()) == list(range(len(names)))
    assert len(registry) == len(names)
    assert all(name in registry and registry[name] == i for i, name in enumerate(names))
    assert "NOBODY" not in registry


def test_a_name_is_registered_once() -> None:
    registry = colours("red")
    with pytest.raises(LonglagError, match=r"^colour 'red': .*already; choose another name$"):
        registry.register("red", 1)
    assert registry["red"] == 0


@pytest.mark.parametrize(
    ("asked", "meant"), [("rad", "red"), ("gren", "green"), ("greeen", "green")]
)
def test_a_slip_of_the_pen_is_understood(asked: str, meant: str) -> None:
    message = f"^colour '{asked}': no colour has this name; did you mean '{meant}'\\?$"
    with pytest.raises(LonglagError, match=message):
        colours("red", "green")[asked]


@pytest.mark.parametrize("asked", ["ultraviolet", "", 3, None])
def test_otherwise_all_names_are_listed(asked: object) -> None:
    with pytest.raises(LonglagError) as caught:
        colours("red", "green")[asked]  # type: ignore[index]
    assert caught.value.value == f"colour {asked!r}"
    assert caught.value.remedy == "choose one of red, green"


def test_an_unknown_name_has_a_default_as_in_any_mapping() -> None:
    assert colours("red").get("blue") is None
    assert colours("red").get("blue", 7) == 7


def test_registries_do_not_share_their_items() -> None:
    assert list(colours("red")) == ["red"]
    assert list(colours("green")) == ["green"]


@pytest.mark.parametrize("name", CELLS)
def test_cells_are_registered_under_their_own_names_and_described(name: str) -> None:
    cell = CELLS[name]
    assert isinstance(cell, Cell)
    assert cell.name == name
    assert cell.description
    assert cell.source


def test_an_item_that_is_asked_for_as_an_attribute_says_how() -> None:
    from longlag.theory import LAWS

    with pytest.raises(AttributeError, match=r"in brackets: \['polynomial'\]"):
        _ = LAWS.polynomial
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = LAWS.nonsense
