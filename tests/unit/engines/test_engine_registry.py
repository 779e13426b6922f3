"""The registry with real entry points: packages are written to disk and put on the path."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.packages import install_package

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.engines.base import EngineOptions, EngineStatus
from segrefine_gui.engines.classical.grabcut import GrabCutFactory
from segrefine_gui.engines.registry import EngineRegistry, split_name


class Toy:
    """A factory whose usability is set by the test."""

    def __init__(self, name, kind="segmenter", problem=""):
        self.name, self.kind, self.summary, self.problem = name, kind, "a toy", problem

    def status(self, options):
        return EngineStatus(usable=not self.problem, problem=self.problem)

    def load(self, options):
        raise AssertionError("nobody asked to load it")


@pytest.fixture
def options(tmp_path):
    return EngineOptions(weights_folder=tmp_path, device="cpu")


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a package of one module with entry points."""

    def install_one(name, source, entry_points):
        install_package(tmp_path / "site", name, source, entry_points)
        monkeypatch.syspath_prepend(str(tmp_path / "site"))

    return install_one


OUR_REFINERS = ["builtin", "cascadepsp", "grabcut", "guided"]

ENGINE = """
from segrefine_gui.engines.base import EngineStatus

class Snap:
    name = "{name}"
    kind = "{kind}"
    summary = "snaps to edges"
    def status(self, options):
        return EngineStatus(usable=True)
    def load(self, options):
        return None
"""


def test_our_own_engines_are_sorted_by_name():
    registry = EngineRegistry.discover()
    assert [f.name for f in registry.segmenters()] == ["detectron2", "torchvision"]
    assert [f.name for f in registry.refiners()] == OUR_REFINERS
    assert all(f.summary for f in registry.segmenters() + registry.refiners())
    assert registry.problems == []


def test_an_unknown_name_gets_the_nearest_and_all_names():
    registry = EngineRegistry.discover()
    with pytest.raises(EngineError) as unknown:
        registry.get("refiner", "CascadePS")
    assert unknown.value.sentence == (
        "There is no refiner named 'CascadePS'. Did you mean 'cascadepsp'? "
        "The refiners are: auto, builtin, cascadepsp, grabcut, guided."
    )
    with pytest.raises(EngineError, match="segmenter named 'grabcut'"):
        registry.get("segmenter", "grabcut")


def test_an_engine_of_another_package_is_found(install):
    install(
        "snapper",
        ENGINE.format(name="snap", kind="refiner"),
        "[segrefine.refiners]\nsnap = snapper:Snap\n",
    )
    registry = EngineRegistry.discover()
    assert registry.get("refiner", "snap").summary == "snaps to edges"
    assert [f.name for f in registry.refiners()] == [*OUR_REFINERS, "snap"]
    assert registry.problems == []


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("raise SystemError('boom')", "SystemError: boom"),
        ("import a_library_that_is_not_there", "ModuleNotFoundError"),
        ("x = 1", "AttributeError"),
        ("Snap = dict", "it has no name, kind, summary, status, load"),
        (ENGINE.format(name="snap", kind="segmenter"), "calls itself a segmenter"),
        (ENGINE.format(name="grabcut", kind="refiner"), "'grabcut' is taken"),
        (ENGINE.format(name="auto", kind="refiner"), "'auto' is taken"),
    ],
)
def test_a_broken_package_is_a_problem_and_not_the_end(install, request, source, problem):
    name = f"broken{abs(hash(request.node.name))}"
    install(name, source, f"[segrefine.refiners]\nsnap = {name}:Snap\n")
    registry = EngineRegistry.discover()
    assert [f.name for f in registry.refiners()] == OUR_REFINERS
    assert isinstance(registry.get("refiner", "grabcut"), GrabCutFactory)
    (sentence,) = registry.problems
    assert problem in sentence
    assert f"{name}:Snap" in sentence


def test_auto_refines_with_the_built_in_one_where_cascadepsp_has_no_gpu_or_weights(
    options, tmp_path
):
    registry = EngineRegistry.discover()
    assert registry.choose("refiner", "auto", options).name == "builtin"
    own = tmp_path / "weights.pth"
    own.touch()
    ready = EngineOptions(weights_folder=tmp_path, weights=own, device="cpu")
    assert registry.choose("refiner", "auto", ready).name == "builtin"


def test_auto_segments_with_the_first_that_can_run(options):
    detectron2, torchvision = Toy("detectron2"), Toy("torchvision")
    registry = EngineRegistry([torchvision, detectron2])
    assert registry.choose("segmenter", "auto", options) is detectron2
    detectron2.problem = "No weights."
    assert registry.choose("segmenter", "auto", options) is torchvision
    torchvision.problem = "Not installed."
    with pytest.raises(EngineError, match="segrefine weights fetch torchvision") as none:
        registry.choose("segmenter", "auto", options)
    assert none.value.detail == "No weights. Not installed."


def test_a_named_engine_is_chosen_whether_or_not_it_can_run(options):
    toy = Toy("detectron2", problem="No weights.")
    assert EngineRegistry([toy]).choose("segmenter", "detectron2", options) is toy


@pytest.mark.parametrize(
    ("text", "name", "model"),
    [
        ("grabcut", "grabcut", None),
        ("detectron2:", "detectron2", None),
        ("detectron2:COCO/mask.yaml", "detectron2", "COCO/mask.yaml"),
        (" detectron2 : my model.yaml ", "detectron2", "my model.yaml"),
        (r"detectron2:C:\models\own.yaml", "detectron2", r"C:\models\own.yaml"),
    ],
)
def test_a_name_may_carry_a_model(text, name, model):
    assert split_name(text) == (name, model)


def test_asking_every_engine_for_its_status_imports_no_heavy_library(tmp_path):
    (tmp_path / "cascadepsp.pth").touch()
    program = f"""
import sys
from pathlib import Path
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.registry import EngineRegistry

registry = EngineRegistry.discover()
options = EngineOptions(weights_folder=Path({str(tmp_path)!r}), device="cpu")
for factory in registry.segmenters() + registry.refiners():
    status = factory.status(options)
    assert status.usable or status.problem.endswith("."), factory.name
registry.choose("refiner", "auto", options)
heavy = {{"torch", "torchvision", "detectron2", "segmentation_refinement", "onnxruntime"}}
print(sorted((heavy | {{"requests", "yaml"}}) & set(sys.modules)))
"""
    root = Path(__file__).parents[3]
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "[]"
