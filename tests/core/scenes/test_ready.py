"""Ready examples as menus and lists show them."""

from __future__ import annotations

from core.presets import DATA_SETS, GRAPHS
from core.scenes.ready import in_list, in_menu


def test_examples_stand_under_their_headings() -> None:
    listed = in_list(GRAPHS)
    assert [title for title, _ in listed] == ["Neurons", "Shapes of graphs"]
    assert [row[0] for _, rows in listed for row in rows] == [preset.key for preset in GRAPHS]
    assert all(latex and name for _, rows in listed for _, latex, name in rows)


def test_a_menu_says_what_it_is_told_to() -> None:
    (_, rows), *_ = in_menu(DATA_SETS, lambda preset: f"{preset.title}: {preset.remark}")
    assert rows[0] == (DATA_SETS[0].key, f"{DATA_SETS[0].title}: {DATA_SETS[0].remark}")
    (_, rows), *_ = in_menu(DATA_SETS)
    assert rows[0] == (DATA_SETS[0].key, DATA_SETS[0].title)
