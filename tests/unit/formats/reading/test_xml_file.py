from __future__ import annotations

from pathlib import Path

import pytest

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.reading.xml_file import Element, Listener, has_root, read_elements


class Notes(Listener):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def begin(self, element: Element) -> None:
        self.told.append(("begin", element.attributes))

    def end(self) -> None:
        self.told.append("end")

    def element(self, element: Element) -> None:
        self.told.append(element.to_json())


def told(folder: Path, text: str | bytes) -> list[object]:
    path = folder / "file.xml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    notes = Notes()
    read_elements(path, "root", "image", notes)
    return notes.told


def test_elements_are_told_one_by_one_and_as_a_whole(tmp_path):
    text = """<root><meta a="1"><b>x<c/>y</b><b> z </b></meta>
    <image id="3">text<mask/><image/></image><last>é &amp; ü</last></root>"""
    assert told(tmp_path, text) == [
        {
            "tag": "meta",
            "attributes": {"a": "1"},
            "children": [
                {"tag": "b", "children": [{"tag": "c"}]},
                {"tag": "b", "text": "z"},
            ],
        },
        ("begin", {"id": "3"}),
        {"tag": "mask"},
        {"tag": "image"},
        "end",
        {"tag": "last", "text": "é & ü"},
    ]


def test_other_encodings_are_read(tmp_path):
    text = '<?xml version="1.0" encoding="latin-1"?><root><a>é</a></root>'
    assert told(tmp_path, text.encode("latin-1")) == [{"tag": "a", "text": "é"}]
    assert told(tmp_path, '<?xml version="1.0"?><root/>'.encode("utf-16")) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<other/>", "has no root as its outermost element"),
        ("<root><a></root>", "is not valid XML from line 1 on"),
        ("\n<root>", "is not valid XML from line 2 on"),
        ("<!DOCTYPE root><root/>", "declares a document type and was refused"),
        ("<?xml version='1.0' encoding='utf-7'?><root/>", "in an encoding that is read"),
        ("<root>" + "<a>" * 40 + "</a>" * 40 + "</root>", "is nested too deeply"),
    ],
)
def test_what_is_refused(tmp_path, text, sentence):
    with pytest.raises(FormatError, match=sentence):
        told(tmp_path, text)


def test_a_file_that_is_none_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(FormatError, match="is not a file"):
            read_elements(path, "root", "image", Notes())


def test_the_root_is_seen_without_reading_the_rest(tmp_path):
    path = tmp_path / "file.xml"
    path.write_text("<?xml version='1.0'?><!-- x --><root><broken")
    assert has_root(path, "root")
    assert not has_root(path, "broken")
    assert not has_root(tmp_path, "root")
