from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from segrefine_gui.formats.writing.xml_text import is_name, start_tag, text_of


@given(st.text(), st.text())
def test_any_text_makes_xml_that_says_it(value, text):
    element = ElementTree.fromstring(f"{start_tag('a', {'b': value})}{text_of(text)}</a>")
    for told, given_text in ((element.get("b"), value), (element.text or "", text)):
        assert len(told) == len(given_text.replace("\r\n", "\n")) or "\r" in given_text
        plain = given_text.isprintable()
        assert not plain or told == given_text


def test_names_of_tags():
    assert [is_name(text) for text in ("a", "a-b.c_1", "", "1a", "a b", "<", 7)] == [
        *(True, True),
        *(False,) * 5,
    ]
