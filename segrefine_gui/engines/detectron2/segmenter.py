"""Detectron2 as a segmenter: a model of its zoo, or a configuration and weights of one's own."""

from __future__ import annotations

from dataclasses import replace

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.engines.base import EngineKind, EngineOptions, EngineStatus
from segrefine_gui.engines.detectron2.blueprint import read_yaml
from segrefine_gui.engines.detectron2.categories import category_names
from segrefine_gui.engines.detectron2.lazy import read_lazy, untrusted
from segrefine_gui.engines.detectron2.model import build_network
from segrefine_gui.engines.detectron2.network import INSTANCES, PANOPTIC, Detectron2Network
from segrefine_gui.engines.detectron2.zoo import (
    DEFAULT_MODEL,
    NOT_INSTALLED,
    config_file,
    is_own_code,
    zoo_models,
    zoo_weights,
)
from segrefine_gui.engines.devices import choose_device
from segrefine_gui.engines.installed import version_of
from segrefine_gui.engines.parameters import Parameter
from segrefine_gui.engines.torch_base.segmenter import TorchSegmenter
from segrefine_gui.engines.torch_base.segmenter_parameters import (
    SegmenterSettings,
    segmenter_parameters,
)
from segrefine_gui.engines.weights import files as weights
from segrefine_gui.engines.weights.files import WeightsFile


class Detectron2Factory:
    """Registers Detectron2."""

    name = "detectron2"
    kind: EngineKind = "segmenter"
    summary = "Detectron2: any Mask R-CNN of its zoo, or your own configuration and weights"

    def models(self, options: EngineOptions) -> tuple[str, ...]:  # noqa: ARG002
        """See `base.models_of`."""
        return zoo_models()

    def parameters(self, options: EngineOptions) -> tuple[Parameter, ...]:
        """See `base.EngineFactory.parameters`."""
        things = Parameter(
            "things", "choice", INSTANCES, "Things",
            "instances may overlap; panoptic gives each pixel to one thing at most and needs a "
            "panoptic model.",
            choices=(INSTANCES, PANOPTIC),
        )  # fmt: skip
        names = category_names(options.model or DEFAULT_MODEL)
        return (*segmenter_parameters(names), things)

    def status(self, options: EngineOptions) -> EngineStatus:
        """See `base.EngineFactory.status`."""
        version = version_of("detectron2", "detectron2")
        if not version or not version_of("torch", "torch"):
            return EngineStatus(
                usable=False, problem=NOT_INSTALLED, weights_found=options.weights is not None
            )
        model = options.model or DEFAULT_MODEL
        runs_code = is_own_code(model)
        try:
            found = weights.status(_published(options), options, version)
        except EngineError as error:
            found = EngineStatus(False, error.sentence, version, weights_found=False)
        if found.usable and runs_code and not options.trusted:
            found = replace(found, usable=False, problem=untrusted(model).sentence)
        return replace(found, needs_trust=runs_code)

    def load(self, options: EngineOptions) -> TorchSegmenter:
        """See `base.EngineFactory.load`."""
        version = version_of("detectron2", "detectron2")
        if not version:
            raise EngineError(NOT_INSTALLED)
        model = options.model or DEFAULT_MODEL
        if is_own_code(model) and not options.trusted:
            raise untrusted(model)
        device = choose_device(options.device)
        parameters = self.parameters(options)
        settings = SegmenterSettings.read(parameters, options, self.name, device)
        path, weights_hash = weights.require(_published(options), options)
        _import_detectron2()
        config = config_file(model)
        blueprint = read_lazy(config) if config.suffix == ".py" else read_yaml(config)
        # Trust is said of the files that a person chose, not of what is published.
        trusted = options.trusted and options.weights is not None
        network = build_network(blueprint, path, device, settings, trusted)
        things = str(settings.recorded["things"])
        adapted = Detectron2Network(network, blueprint, settings, things)
        recorded = {"model": model, **settings.recorded}
        run = EngineRun(self.name, version, recorded, weights_hash, device)
        return TorchSegmenter(adapted, settings, run)


def _import_detectron2() -> None:
    """Import all of it that an engine uses; raises `EngineError` where it does not fit here."""
    try:
        import detectron2.checkpoint
        import detectron2.data.transforms
        import detectron2.modeling  # noqa: F401
    except Exception as error:
        # Built for another torch, or older than its libraries, it fails in many ways.
        raise EngineError(
            "Detectron2 could not be imported: `segrefine doctor` says what is missing.",
            f"{type(error).__name__}: {error}",
        ) from error


def _published(options: EngineOptions) -> WeightsFile:
    """The weights that belong to the model of `options`.

    Raises:
        EngineError: no such model; or one without published weights, and none were given.
    """
    model = options.model or DEFAULT_MODEL
    config_file(model)
    published = zoo_weights(model)
    if published is None:
        if options.weights is None:
            raise EngineError(
                f"Detectron2 publishes no weights for {model}: choose its weights file as well."
            )
        return weights.DETECTRON2  # stands for the person's own file, which is looked at first
    return published
