"""Keymaps: no key means two things, and the person's own keys go first."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.gui.action_table import ACTIONS, SPECS
from segrefine_gui.gui.action_table.spec import MENUS, SUBMENUS, Scope
from segrefine_gui.gui.keys.keymap import (
    Conflict,
    Keymap,
    conflicts,
    may_have,
    portable,
    shown_keys,
)
from segrefine_gui.gui.keys.presets import DEFAULT_PRESET, PRESETS

KEYS = ["X", "F", "Tab", "Space", "Return", "Ctrl+Z", "Ctrl+Shift+Z", "F7", "]", ","]


def effective(keymap: Keymap) -> dict[str, tuple[str, ...]]:
    return {spec.id: keymap.keys(spec.id) for spec in ACTIONS}


def test_ids_are_unique_and_every_menu_exists():
    assert len(SPECS) == len(ACTIONS)
    assert {spec.menu for spec in ACTIONS} == set(MENUS)
    assert set(SUBMENUS) < set(MENUS)


def test_no_two_items_of_a_menu_share_a_mnemonic():
    for menu in MENUS:
        texts = [spec.text for spec in ACTIONS if spec.menu == menu and not spec.held]
        texts += [sub for sub, parent in SUBMENUS.items() if parent == menu]
        letters = Counter(text[text.index("&") + 1].lower() for text in texts)
        assert [letter for letter, count in letters.items() if count > 1] == [], menu


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_gives_no_key_two_meanings(preset: str):
    given_keys = {spec.id: Keymap(preset).default(spec.id) for spec in ACTIONS}

    assert list(conflicts(given_keys)) == []
    assert given_keys == effective(Keymap(preset))


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_made_of_known_actions_and_well_written_keys(preset: str):
    assert set(PRESETS[preset]) <= set(SPECS)
    for spec in ACTIONS:
        for key in Keymap(preset).default(spec.id):
            assert portable(key) == key
            assert may_have(spec.id, key)


def test_presets_are_what_people_know():
    assert Keymap("Lightroom").keys("use_refined")[0] == "P"
    assert Keymap("Lightroom").keys("keep_coarse") == ("X",)
    assert Keymap("CVAT").keys("next")[0] == "F"
    assert Keymap("CVAT").keys("previous")[0] == "D"
    assert Keymap("labelme").keys("previous")[0] == "A"
    assert Keymap("labelme").keys("fit_image") == ("Ctrl+F",)


def test_conflicts_are_found_only_where_scopes_meet():
    keys = {"next": ("D", "Right"), "open_images": ("D",), "drop": ("Right",), "quit": ()}

    assert list(conflicts(keys)) == [
        Conflict("D", "next", "open_images"),
        Conflict("Right", "next", "drop"),
    ]
    assert not Scope.REVIEW.meets(Scope.EDITING)
    assert Scope.REVIEW.meets(Scope.REVIEW)
    assert Scope.EDITING.meets(Scope.APP)


def test_a_key_that_is_given_leaves_the_action_that_had_it():
    keymap = Keymap().with_keys("use_refined", ("X", "Return"))

    assert keymap.keys("use_refined") == ("X", "Return")
    assert keymap.keys("keep_coarse") == ()
    assert keymap.is_changed("keep_coarse")
    assert keymap.owners(("X",), "keep_coarse") == ["use_refined"]


def test_a_key_comes_back_when_it_is_given_back():
    taken = Keymap().with_keys("use_refined", ("X",))

    assert taken.with_keys("use_refined", taken.default("use_refined")) == Keymap()
    back = taken.with_keys("keep_coarse", ("X",))
    assert back.keys("keep_coarse") == ("X",)
    assert back.keys("use_refined") == ()


def test_no_keys_is_a_choice_too():
    keymap = Keymap().with_keys("drop", ())

    assert keymap.keys("drop") == ()
    assert keymap.owners(("Del",), "keep_coarse") == []


@given(
    st.sampled_from(list(PRESETS)),
    st.lists(
        st.tuples(
            st.sampled_from([spec.id for spec in ACTIONS]),
            st.lists(st.sampled_from(KEYS), max_size=3, unique=True),
        ),
        max_size=8,
    ),
)
def test_whatever_is_chosen_no_key_means_two_things(
    preset: str, choices: list[tuple[str, list[str]]]
):
    keymap = Keymap(preset)
    for action_id, keys in choices:
        keymap = keymap.with_keys(action_id, tuple(keys))

        assert keymap.keys(action_id) == tuple(keys)
        assert list(conflicts(effective(keymap))) == []


@given(
    st.text(max_size=12),
    st.dictionaries(
        st.one_of(st.text(max_size=8), st.sampled_from(list(SPECS))),
        st.lists(st.one_of(st.text(max_size=20), st.sampled_from(KEYS)), max_size=4),
        max_size=6,
    ),
)
def test_any_settings_file_gives_a_sound_keymap(preset: str, overrides: dict[str, list[str]]):
    keymap = Keymap.from_settings(preset, overrides)

    assert keymap.preset in PRESETS
    assert list(conflicts(effective(keymap))) == []
    assert all(portable(key) == key for keys in effective(keymap).values() for key in keys)


def test_settings_that_mean_nothing_are_left_out():
    keymap = Keymap.from_settings(
        "Emacs",
        {
            "drop": ["x", "nonsense", "Esc", "A, B", "Shift", "Alt+F"],
            "no_such": ["Q"],
            "show_coarse": ["Q"],
            "next": ["nonsense"],
            "previous": [],
        },
    )

    assert keymap.preset == DEFAULT_PRESET
    assert keymap.overrides == {"drop": ("X",), "show_coarse": ("Q",), "previous": ()}
    assert keymap.keys("keep_coarse") == (), "the person's own key goes first"


def test_a_held_key_is_a_key_alone():
    assert may_have("show_coarse", "Space")
    assert may_have("show_coarse", "+")
    assert not may_have("show_coarse", "Ctrl+Space")
    assert may_have("drop", "Ctrl+Space")
    assert Keymap.from_settings("", {"show_coarse": ["Ctrl+Q"]}).keys("show_coarse") == ("Space",)


def test_keys_are_shown_once():
    assert shown_keys(("U", "Ctrl+Z", "U")) == "U, Ctrl+Z"
    assert shown_keys(()) == ""
