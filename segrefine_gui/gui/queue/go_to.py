"""Going to any instance by its id, its position, or its image."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtWidgets import QLineEdit, QWidget

from segrefine_gui.gui.dialogs.form_dialog import FormDialog
from segrefine_gui.storage.base import QueueEntry


def find_instance(
    text: str,
    shown: Sequence[QueueEntry],
    everything: Iterable[QueueEntry],
    image_name: Callable[[int], str],
) -> int | None:
    """The instance that a person means.

    Args:
        text: "#" and an id, a position in the queue from 1, or a name of an image or its part.
        shown: the queue as it is filtered and sorted; positions count here.
        everything: all instances; ids and images are looked up here.
        image_name: gives the name of an image by its id.

    Returns:
        The instance's own id, None where there is no such instance.
    """
    text = text.strip()
    if text.startswith("#"):
        wanted = text[1:].strip()
        ids = (entry.instance_id for entry in everything if str(entry.source_id) == wanted)
        return next(ids, None)
    if text.isdecimal():
        position = int(text)
        return shown[position - 1].instance_id if 1 <= position <= len(shown) else None
    return _in_image(text.casefold(), everything, image_name) if text else None


def _in_image(
    part: str, everything: Iterable[QueueEntry], image_name: Callable[[int], str]
) -> int | None:
    """The first instance of the image whose name fits best: whole, begins so, or holds it."""
    firsts: dict[int, int] = {}
    for entry in everything:
        firsts.setdefault(entry.image_id, entry.instance_id)
    best: tuple[int, int] | None = None
    for image_id, instance_id in firsts.items():
        name = image_name(image_id).casefold()
        if part not in name:
            continue
        file_name = name.rpartition("/")[2]
        rank = 0 if part in (name, file_name, file_name.rpartition(".")[0]) else 1
        if rank and not file_name.startswith(part):
            rank = 2
        if best is None or rank < best[0]:
            best = (rank, instance_id)
    return None if best is None else best[1]


class GoToDialog(FormDialog):
    """Asks where to go.

    Args:
        find: gives the instance that a text means, None where there is none.
        parent: the window.
    """

    def __init__(self, find: Callable[[str], int | None], parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("Go to an instance"),
            self.tr("Its id with a # before it, its position in the queue, or its image."),
            self.tr("Go"),
            parent,
        )
        self._find = find
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("#12, 17 or an image"))
        self.add_section(self.tr("&Where"), self.field)
        self.field.textChanged.connect(self.revalidate)
        self.revalidate()
        self.field.setFocus()

    def missing(self) -> str:
        """Nothing was typed yet."""
        return "" if self.field.text().strip() else self.tr("Type where to go.")

    def problem(self) -> str:
        """There is no such instance."""
        text = self.field.text().strip()
        if not text or self.instance_id() is not None:
            return ""
        return self.tr("There is no instance “{}”.").format(text)

    def instance_id(self) -> int | None:
        """The instance to go to."""
        return self._find(self.field.text())
