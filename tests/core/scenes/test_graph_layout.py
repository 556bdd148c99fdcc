"""Where nodes stand: columns by longest ways, the main chain on row 0, nothing over anything."""

from __future__ import annotations

import itertools

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from core.scenes.graph_layout import NODE_GAP, SIBLING_GAP, Layout, lay_out

NEURON = ((), (), (0, 1), (), (2, 3), (4,), (), (5, 6), (7,))
"""w, x, u = w·x, b, z = u + b, p = σ(z), y, e = p − y, L = e²."""


def test_the_neuron_stands_as_in_the_picture() -> None:
    layout = lay_out(NEURON)
    assert layout.columns == (0, 0, 1, 1, 2, 3, 3, 4, 5)
    assert layout.chain == (0, 2, 4, 5, 7, 8)
    assert layout.rows == pytest.approx((-SIBLING_GAP / 2, SIBLING_GAP / 2, 0, 1, 0, 0, 1, 0, 0))
    assert layout.bends == ((),) * 8


def test_a_side_input_before_the_chain_stands_above_it() -> None:
    y, x, p, e = 0, 1, 2, 3
    layout = lay_out(((), (), (x,), (y, p)))
    assert (layout.columns[y], layout.rows[y]) == (1, -NODE_GAP)
    assert layout.rows[e] == 0


def test_a_way_that_skips_a_column_bends_around_the_node_there() -> None:
    layout = lay_out(((), (0, 0), (1, 0)))  # x, x·x, x·x + x
    assert layout.columns == (0, 1, 2)
    assert layout.rows == (0, 0, 0)
    assert layout.bends[:3] == ((), (), ())
    ((column, row),) = layout.bends[3]
    assert column == 1 and abs(row) >= 0.5


def test_a_single_node() -> None:
    assert lay_out(((),)) == Layout((0,), (0.0,), (), (0,))


def test_two_hundred_steps_that_all_use_the_same_input_stay_cheap() -> None:
    horner: list[tuple[int, ...]] = [()]
    for node in range(200):
        horner.append((node, 0))
    layout = lay_out(horner)
    assert layout.columns == tuple(range(201))
    assert layout.rows[1:] == (0,) * 200


@st.composite
def graphs(draw: st.DrawFn) -> list[tuple[int, ...]]:
    """Graphs in which every node leads to the last one."""
    operands: list[tuple[int, ...]] = [()]
    for node in range(1, draw(st.integers(1, 30))):
        operands.append(tuple(draw(st.lists(st.integers(0, node - 1), max_size=3))))
    used = {source for sources in operands for source in sources}
    loose = [node for node in range(len(operands)) if node not in used]
    return [*operands, tuple(loose)]


@settings(max_examples=150)
@given(graphs())
def test_any_graph(operands: list[tuple[int, ...]]) -> None:
    layout = lay_out(operands)
    for node, sources in enumerate(operands):
        assert all(layout.columns[source] < layout.columns[node] for source in sources)
    for one, other in itertools.combinations(range(len(operands)), 2):
        if layout.columns[one] == layout.columns[other]:
            assert abs(layout.rows[one] - layout.rows[other]) >= NODE_GAP - 1e-9
    assert all(layout.rows[node] == 0 for node in layout.chain if operands[node])
    edges = [(source, node) for node, sources in enumerate(operands) for source in sources]
    for (source, target), bends in zip(edges, layout.bends, strict=True):
        assert [column for column, _ in bends] == list(
            range(layout.columns[source] + 1, layout.columns[target])
        )
        for column, row in bends:
            near = (
                abs(layout.rows[node] - row)
                for node in range(len(operands))
                if layout.columns[node] == column
            )
            assert min(near, default=1.0) >= 0.5
    assert lay_out(operands) == layout
