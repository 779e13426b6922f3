"""How a person says which image a mask belongs to: by name, stem, number, or a pattern."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from segrefine_gui.domain.errors import FormatError

STEM = "{stem}"
"""What a pattern has where the image's file name without its ending stands."""

_ANYTHING = "*"
_LONGEST = 1024


class MatchBy(str, Enum):
    """What of an entry of a mask file is compared with the image files.

    AUTO: its name, as closely as possible, else its number; ID: its number with the one at the end
    of a file's stem; NAME: its file name with the ending; STEM: without; PATTERN: what a pattern
    finds in it.
    """

    AUTO = "auto"
    ID = "id"
    NAME = "name"
    STEM = "stem"
    PATTERN = "pattern"


@dataclass(frozen=True, slots=True)
class MatchRule:
    """A rule that finds the image file of an entry.

    Attributes:
        by: what is compared.
        before: of a pattern: what stands before the stem.
        after: of a pattern: what stands after it.
        is_open: of a pattern: whether anything may follow that.
    """

    by: MatchBy = MatchBy.AUTO
    before: str = ""
    after: str = ""
    is_open: bool = False

    def stem_in(self, name: str, stems: Collection[str]) -> str | None:
        """The longest of some stems with which a name is what the pattern says.

        Args:
            name: of an entry, with or without an ending; folders in it are passed over.
            stems: of image files; looked up, never gone through.

        Returns:
            None where none fits.
        """
        path = PurePosixPath(name.replace("\\", "/"))
        for text in (path.name, path.stem):
            if len(text) > _LONGEST or not text.startswith(self.before):
                continue
            rest = text[len(self.before) :]
            ends = range(len(rest), 0, -1) if self.is_open else [len(rest) - len(self.after)]
            for end in ends:
                if end > 0 and rest.startswith(self.after, end) and rest[:end] in stems:
                    return rest[:end]
        return None


def parse_match_rule(text: str) -> MatchRule:
    """Read a rule as a person types it.

    Args:
        text: "auto", "id", "name", "stem", or a pattern with "{stem}" once, such as
            "{stem}_mask" or "mask_{stem}_*"; a "*" at its end stands for anything. The ending of
            a file may be given or left out.

    Raises:
        FormatError: it is none of these.
    """
    text = text.strip()
    plain = {each.value: each for each in MatchBy if each is not MatchBy.PATTERN}
    if text.lower() in plain:
        return MatchRule(plain[text.lower()])
    before, stem, after = text.partition(STEM)
    is_open = after.endswith(_ANYTHING)
    after = after.removesuffix(_ANYTHING)
    if not stem or STEM in after or _ANYTHING in before + after or len(text) > _LONGEST:
        raise FormatError(
            f"“{text[:80]}” is no way to match images: say {', '.join(plain)}, or a pattern such "
            f"as {STEM}_mask or mask_{STEM}_*."
        )
    return MatchRule(MatchBy.PATTERN, before, after, is_open)
