"""Draws a tape as a graph that can be looked at, panned, zoomed and walked through."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from core.scenes.backprop import BackpropScene
from core.scenes.backprop_graph import Graph
from gui.graph_geometry import Arrangement, arrange, routes
from gui.graph_items import READABLE, EdgeItem, NodeItem, short_number
from gui.theme import Theme

_SMALLEST, _LARGEST = 0.2, 4.0
_ALL = 1e-3
_REVEALED = QRectF(-110, -70, 220, 140)
"""What is to be seen about a node that the person or a step goes to."""


class GraphView(QGraphicsView):
    """A computation graph; items are made once for each graph, then moved and filled.

    Attributes
    ----------
    node_chosen : Signal
        int; the person picked a node by click or arrow key, or none (−1) by Esc or a click beside them.
    moved : Signal
        The nodes stand elsewhere in the pane.
    nodes : list of NodeItem
        In the order of the graph.
    edges : list of EdgeItem
        In the order of the graph.
    """

    node_chosen = Signal(int)
    moved = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._graph: Graph | None = None
        self._shown: BackpropScene | None = None
        self._arrangement: Arrangement | None = None
        self._least_scale: float | None = READABLE
        self._grip: QPoint | None = None
        self._was_dragged = False
        self.nodes: list[NodeItem] = []
        self.edges: list[EdgeItem] = []
        self.setScene(QGraphicsScene(self))
        self.setBackgroundBrush(QColor(theme.plot))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 120)
        self.setAccessibleName("Computation graph")

    @property
    def decimals(self) -> int:
        """How many decimals there is room for."""
        return self._arrangement.decimals if self._arrangement is not None else 4

    def show_scene(self, scene: BackpropScene) -> None:
        """Show the graph and what the passes have reached; emits `moved` if the graph is another."""
        before, self._shown = self._shown, scene
        progress = scene.progress
        if scene.graph is not self._graph:
            self._build(scene.graph)
        elif before is not None and before.progress.step != progress.step:
            self._reveal(progress.current)
        for index, item in enumerate(self.nodes):
            item.show_state(
                scene.nodes[index],
                seed=scene.seed_shown,
                current=progress.direction if index == progress.current else "",
                selected=index == scene.selected,
                focused=self.hasFocus(),
                decimals=self.decimals,
            )
        for edge, state in zip(self.edges, scene.edges, strict=True):
            edge.show_state(
                state,
                direction=progress.direction,
                computed=progress.computed[edge.edge.target],
                decimals=self.decimals,
            )
        self._describe(scene)

    def fit(self) -> None:
        """Show the whole graph, however small it becomes."""
        self._fit(_ALL)

    def _fit(self, least_scale: float) -> None:
        """Show as much of the graph as there is room for at a least scale, with the present step."""
        self._least_scale = least_scale
        if self._arrangement is None:
            return
        content = self._arrangement.content
        width, height = max(self.viewport().width(), 1), max(self.viewport().height(), 1)
        scale = min(1.0, width / content.width(), height / content.height())
        scale = max(scale, least_scale)
        self.resetTransform()
        self.scale(scale, scale)
        room_x, room_y = width / scale, height / scale
        self.setSceneRect(content.adjusted(-room_x, -room_y, room_x, room_y))
        if scale == 1.0:
            shift_x = min(max(0.0, content.right() - width), content.left())
            shift_y = min(max(0.0, content.bottom() - height), content.top())
            centre = QPointF(width / 2 + shift_x, height / 2 + shift_y)
        else:
            x = content.center().x() if content.width() <= room_x else content.left() + room_x / 2
            centre = QPointF(x, content.center().y())
        self.centerOn(centre)
        self._reveal(self._shown.progress.current if self._shown is not None else -1)
        self.moved.emit()

    def x_of(self, node: int) -> float:
        """Give the x of the middle of a node, in pixels of the pane."""
        return float(self.mapFromScene(self.nodes[node].pos()).x())

    def centre_of(self, node: int) -> QPoint:
        """Give the middle of a node, in pixels of the pane."""
        return self.mapFromScene(self.nodes[node].pos())

    @property
    def zoom(self) -> float:
        """Scale of the drawing."""
        return float(self.transform().m11())

    @property
    def spacing(self) -> float:
        """Distance of two columns, in pixels of the pane."""
        return self._arrangement.spacing * self.zoom if self._arrangement is not None else 150.0

    def _build(self, graph: Graph) -> None:
        self.scene().clear()
        self._graph = graph
        last = len(graph.nodes) - 1
        self.nodes = [
            NodeItem(self._theme, node, index == last, graph.letter) for index, node in enumerate(graph.nodes)
        ]
        self.edges = [EdgeItem(self._theme, edge) for edge in graph.edges]
        for item in (*self.edges, *self.nodes):
            self.scene().addItem(item)
        self._arrange()
        self._fit(READABLE)

    def _arrange(self) -> None:
        if self._graph is None:
            return
        places = arrange(self._graph, self.viewport().width(), self.viewport().height())
        self._arrangement = places
        for node, box, side in zip(self.nodes, places.boxes, places.sum_sides, strict=True):
            node.place(box, side)
        for edge, route in zip(self.edges, routes(self._graph, places), strict=True):
            edge.place(route)

    def _describe(self, scene: BackpropScene) -> None:
        node = scene.selected if scene.selected >= 0 else scene.progress.current
        if node < 0:
            self.setAccessibleDescription("")
            return
        state = scene.nodes[node]
        parts = [scene.graph.nodes[node].title]
        if state.value is not None:
            parts.append(f"value {short_number(state.value)}")
        if state.gradient is not None:
            parts.append(f"gradient {short_number(state.gradient)}")
        self.setAccessibleDescription(", ".join(parts))

    def _node_at(self, place: QPoint) -> int:
        item = self.itemAt(place)
        return self.nodes.index(item) if isinstance(item, NodeItem) else -1

    # Gestures.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick a node, or take hold of the background."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        node = self._node_at(event.position().toPoint())
        if node >= 0:
            self.node_chosen.emit(node)
            return
        self._grip, self._was_dragged = event.position().toPoint(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while the background is held."""
        if self._grip is None:
            super().mouseMoveEvent(event)
            return
        way = event.position().toPoint() - self._grip
        if self._was_dragged or way.manhattanLength() > 3:
            self._was_dragged, self._least_scale = True, None
            self._grip = event.position().toPoint()
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self._pan(way)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; a click beside the nodes selects none."""
        if self._grip is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._grip = None
        self.viewport().unsetCursor()
        if not self._was_dragged:
            self.node_chosen.emit(-1)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take the second press of a quick pair as a press."""
        self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        factor = 1.0015 ** event.angleDelta().y()
        wanted = min(max(self.zoom * factor, min(_SMALLEST, self.zoom)), _LARGEST)
        factor = wanted / self.zoom
        here = event.position().toPoint()
        before = self.mapToScene(here)
        self._least_scale = None
        self.scale(factor, factor)
        self._pan(here - self.mapFromScene(before))
        event.accept()

    def _pan(self, way: QPoint) -> None:
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() - way.x())
        down.setValue(down.value() - way.y())
        self.moved.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk from node to node with the arrow keys; Esc selects none."""
        direction = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }.get(Qt.Key(event.key()))
        scene = self._shown
        if scene is not None and direction is not None and not event.modifiers():
            node = self._beside(scene, *direction)
            if node >= 0:
                self._reveal(node)
                self.node_chosen.emit(node)
        elif event.key() == Qt.Key.Key_Escape and scene is not None and scene.selected >= 0:
            self.node_chosen.emit(-1)
        else:
            event.ignore()

    def _beside(self, scene: BackpropScene, across: int, down: int) -> int:
        """Find the nearest node in a direction; the present one is the first to be selected."""
        start = scene.selected
        if start < 0:
            return scene.progress.current if scene.progress.current >= 0 else 0
        here, nodes = scene.graph.nodes[start].place, scene.graph.nodes
        best, nearest = -1, float("inf")
        for index, node in enumerate(nodes):
            column, row = node.place[0] - here[0], node.place[1] - here[1]
            ahead = column * across + row * down
            aside = abs(row) if across else abs(column)
            if ahead > 0.01 and (not down or aside < 0.5) and ahead + 2 * aside < nearest:
                best, nearest = index, ahead + 2 * aside
        return best

    def _reveal(self, node: int) -> None:
        """Pan as far as it takes to see a node, and its operands where there is room for them."""
        if node < 0 or self._graph is None or self._arrangement is None:
            return
        seen = self.mapToScene(self.viewport().rect()).boundingRect()
        box = _REVEALED.translated(self.nodes[node].pos())
        for edge in self._graph.incoming[node]:
            source = self.nodes[self._graph.edges[edge].source].pos()
            wider = box.united(_REVEALED.translated(source))
            if wider.width() <= seen.width() and wider.height() <= seen.height():
                box = wider
        box &= self._arrangement.content
        if not seen.adjusted(-2, -2, 2, 2).contains(box):
            self.ensureVisible(box, 0, 0)
            self.moved.emit()

    # Qt.

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Spread the graph anew, unless the person has chosen a part of it."""
        super().resizeEvent(event)
        if self._graph is None:
            return
        self._arrange()
        if self._least_scale is not None:
            self._fit(self._least_scale)
        if self._shown is not None:
            self.show_scene(self._shown)
        self.moved.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        if self._shown is not None:
            self.show_scene(self._shown)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard is elsewhere."""
        super().focusOutEvent(event)
        if self._shown is not None:
            self.show_scene(self._shown)
