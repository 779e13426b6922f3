"""Which engines there are: our own and those that other packages register.

Another package adds an engine by an entry point in the group `segrefine.segmenters`,
`segrefine.refiners` or `segrefine.interactors` that names a class or function which, called without
arguments, gives an `EngineFactory`. The entry point's name is shown in problems only; the factory's
own `name` is what a person types.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from importlib import metadata

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.engines.base import EngineFactory, EngineKind, EngineOptions
from segrefine_gui.engines.builtin.refiner import BuiltinFactory
from segrefine_gui.engines.cascadepsp.refiner import CascadePspFactory
from segrefine_gui.engines.classical.grabcut import GrabCutFactory
from segrefine_gui.engines.classical.guided import GuidedFactory
from segrefine_gui.engines.detectron2.segmenter import Detectron2Factory
from segrefine_gui.engines.devices import choose_device
from segrefine_gui.engines.sam2.interactor import Sam2Factory
from segrefine_gui.engines.torchvision_segmenter import TorchvisionFactory

AUTO = "auto"
"""The name that stands for the best engine that can run here."""

ENTRY_POINT_GROUPS: dict[EngineKind, str] = {
    "segmenter": "segrefine.segmenters",
    "refiner": "segrefine.refiners",
    "interactor": "segrefine.interactors",
}


class EngineRegistry:
    """The engines of one run of the app, by kind and name.

    Args:
        factories: the engines, the earlier one winning where two share a kind and a name.

    Attributes:
        problems: one sentence for each engine that was left out.
    """

    def __init__(self, factories: Iterable[EngineFactory] = ()) -> None:
        self.problems: list[str] = []
        self._factories: dict[tuple[EngineKind, str], EngineFactory] = {}
        for factory in factories:
            self._add(factory, "An engine of our own")

    @classmethod
    def discover(cls) -> EngineRegistry:
        """Our own engines and those of installed packages.

        An entry point that cannot be loaded becomes a sentence in `problems`.
        """
        registry = cls(
            [
                BuiltinFactory(),
                CascadePspFactory(),
                GrabCutFactory(),
                GuidedFactory(),
                Detectron2Factory(),
                TorchvisionFactory(),
                Sam2Factory(),
            ]
        )
        for kind, group in ENTRY_POINT_GROUPS.items():
            for point in metadata.entry_points(group=group):
                registry._add_entry_point(point, kind)
        return registry

    def segmenters(self) -> list[EngineFactory]:
        """Every segmenter, sorted by name."""
        return self._of_kind("segmenter")

    def refiners(self) -> list[EngineFactory]:
        """Every refiner, sorted by name."""
        return self._of_kind("refiner")

    def interactors(self) -> list[EngineFactory]:
        """Every interactor, sorted by name."""
        return self._of_kind("interactor")

    def all(self) -> list[EngineFactory]:
        """Every engine: segmenters, refiners, interactors, each sorted by name."""
        return [*self.segmenters(), *self.refiners(), *self.interactors()]

    def get(self, kind: EngineKind, name: str) -> EngineFactory:
        """The engine of that name.

        Raises:
            EngineError: there is none; the sentence lists the names and the nearest one.
        """
        factory = self._factories.get((kind, name))
        if factory is not None:
            return factory
        names = [AUTO, *(other.name for other in self._of_kind(kind))]
        close = difflib.get_close_matches(name.lower(), names, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise EngineError(
            f"There is no {kind} named {name!r}.{hint} The {kind}s are: {', '.join(names)}."
        )

    def choose(self, kind: EngineKind, name: str, options: EngineOptions) -> EngineFactory:
        """The engine of that name, or for "auto" the best one that can run with `options`.

        Args:
            kind: "segmenter", "refiner" or "interactor".
            name: an engine's name without a model (see `split_name`), or "auto".
            options: what it would be loaded with.

        Raises:
            EngineError: no such engine; for "auto", no segmenter or interactor can run here.
        """
        if name != AUTO:
            return self.get(kind, name)
        if kind == "refiner":
            return self._best_refiner(options)
        if kind == "interactor":
            return self._best_interactor(options)
        return self._best_segmenter(options)

    def _best_refiner(self, options: EngineOptions) -> EngineFactory:
        cascadepsp = self.get("refiner", CascadePspFactory.name)
        # On a CPU CascadePSP takes half a minute a mask. Whether there is a GPU only torch knows:
        # it is asked last, so that without weights nothing heavy is imported.
        if (
            options.device != "cpu"
            and cascadepsp.status(options).usable
            and choose_device(options.device).startswith("cuda")
        ):
            return cascadepsp
        return self.get("refiner", BuiltinFactory.name)

    def _best_segmenter(self, options: EngineOptions) -> EngineFactory:
        problems = []
        for name in (Detectron2Factory.name, TorchvisionFactory.name):
            factory = self.get("segmenter", name)
            status = factory.status(options)
            if status.usable:
                return factory
            problems.append(status.problem)
        raise EngineError(
            "No segmenter can run here yet: install one with "
            '`pip install "segrefine-gui[engines]"` and fetch its weights with '
            "`segrefine weights fetch torchvision`, or import coarse masks that you already have.",
            detail=" ".join(problems),
        )

    def _best_interactor(self, options: EngineOptions) -> EngineFactory:
        # What somebody installed besides ours, they want to use.
        found = sorted(self.interactors(), key=lambda each: each.name == Sam2Factory.name)
        problem = "There is no interactor here."
        for factory in found:
            status = factory.status(options)
            if status.usable:
                return factory
            problem = status.problem
        raise EngineError(problem)

    def _of_kind(self, kind: EngineKind) -> list[EngineFactory]:
        found = (factory for (its_kind, _), factory in self._factories.items() if its_kind == kind)
        return sorted(found, key=lambda factory: factory.name)

    def _add_entry_point(self, point: metadata.EntryPoint, kind: EngineKind) -> None:
        origin = f"The {kind} {point.name!r} ({point.value})"
        try:
            factory = point.load()()
        except Exception as error:  # noqa: BLE001 - somebody else's code may raise anything
            self.problems.append(f"{origin} could not be loaded: {type(error).__name__}: {error}")
            return
        missing = [
            member
            for member in ("name", "kind", "summary", "status", "load")
            if not hasattr(factory, member)
        ]
        if missing:
            self.problems.append(f"{origin} is not an engine: it has no {', '.join(missing)}.")
        elif factory.kind != kind:
            self.problems.append(f"{origin} was left out: its own kind is {factory.kind}.")
        else:
            self._add(factory, origin)

    def _add(self, factory: EngineFactory, origin: str) -> None:
        if factory.name == AUTO or (factory.kind, factory.name) in self._factories:
            self.problems.append(
                f"{origin} was left out: the {factory.kind} name {factory.name!r} is taken."
            )
            return
        self._factories[factory.kind, factory.name] = factory


def split_name(text: str) -> tuple[str, str | None]:
    """Split what a person typed into an engine's name and its model.

    "detectron2:COCO-InstanceSegmentation/mask_rcnn_R_50_FPN_3x.yaml" gives the name "detectron2"
    and that model; what follows the first colon may also be the path of a configuration file.

    Returns:
        (name, model), both stripped; the model is None where none was typed.
    """
    name, _, model = text.partition(":")
    return name.strip(), model.strip() or None
