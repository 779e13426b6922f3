from segrefine_gui.domain.resources import resources_folder


def test_icons_samples_and_models_are_there():
    folder = resources_folder()
    assert any((folder / "icons").glob("*.svg"))
    assert (folder / "samples" / "coarse.json").is_file()
    assert (folder / "models" / "refiner.onnx").stat().st_size <= 8_000_000
