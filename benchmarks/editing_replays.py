"""Edits that mend five bad masks, for `editing_effort.py` to do again.

Points are in image pixels. The truth's outline was in sight while they were drawn: they show how
many inputs the tools need, not how well a person judges where an object ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segrefine_gui.domain.brushes import Point


@dataclass(frozen=True, slots=True)
class Lasso:
    """An outline drawn in one go; taken away with Alt held."""

    points: Sequence[Point]
    add: bool = True


def way(text: str) -> list[Point]:
    """Points from "x,y x,y ..."."""
    pairs = (pair.split(",") for pair in text.split())
    return [(float(x), float(y)) for x, y in pairs]


@dataclass(frozen=True, slots=True)
class Replay:
    """Everything that was done to one coarse mask.

    Attributes:
        source_id: of the annotation in the set's results.
        lassos: what was drawn, in order.
    """

    source_id: int
    lassos: Sequence[Lasso]


REPLAYS: Sequence[Replay] = (
    Replay(
        603,
        (
            # The coat on the arm, the backpack, beside the head, between the legs, the feet.
            Lasso(
                way(
                    "40,108 31,111 19.5,110 11,119 7,131 7.5,144 17.5,146.5 23,160 23,172 "
                    "29,173 45,150 45,112"
                )
            ),
            Lasso(
                way(
                    "75,70 82.5,81 90,85 99,99 107.5,119 108.5,127 105.5,146.5 97,158 "
                    "85,153.5 81,146 74,161 70,130"
                )
            ),
            Lasso(
                way(
                    "20,20 60,20 62,38 54,33 47.5,32 41,33.5 35,38 33,47 36,56.5 41,64 37,74 30,85"
                ),
                add=False,
            ),
            Lasso(
                way(
                    "49,178 52.5,177 53,184 56,204 55,241.5 51,248 51,255 43,255 43,235 "
                    "46,219 49,191"
                ),
                add=False,
            ),
            Lasso(way("25,235 43,235 43,249 39,252 25,249 16,248 16.5,243 25,240")),
            Lasso(way("55,234 73,239 72,251.5 64,251 54,249.5 51,248")),
            Lasso(way("73,173 70,173 69.5,184 72,195 73,241.5 82.5,246.5 82.5,173"), add=False),
        ),
    ),
    Replay(
        74,
        (
            # The man behind her, the bag with the shoulder, between and beside the legs.
            Lasso(
                way(
                    "121,66.5 165,66.5 163.5,78.5 160.5,74.5 156,73 150,74 144,78 144,93 "
                    "150.5,94 151,98.5 143.5,102 138.5,107 121,91.5"
                ),
                add=False,
            ),
            Lasso(
                way(
                    "130.5,141.5 143,141 143,206.5 136,229 133,244 133.5,254 118.5,254 "
                    "118.5,229 123.5,139"
                ),
                add=False,
            ),
            Lasso(
                way(
                    "163.5,101 173.5,102 180,108 183.5,121.5 187,134 186,141 182,144 185,154 "
                    "188.5,166.5 187,174 180,179 177,184 165,184 158.5,161.5"
                )
            ),
            Lasso(
                way(
                    "162,179 159,189 159,202 153.5,210 150.5,218 148.5,233 145.5,243 144,254 "
                    "151,254 166,254 169,246.5 168,214 166,204 165,194"
                ),
                add=False,
            ),
            Lasso(
                way("178,194 180,214 183,234 184,248 181,251.5 171,253 170,257 190,257 190,194"),
                add=False,
            ),
            Lasso(way("164,74 171,99 163,100.5 163,90 164.5,83"), add=False),
            Lasso(way("122,143 130,141.5 130,130 124,130"), add=False),
            Lasso(way("174,179 178.5,179 177.5,202 172,202")),
            Lasso(way("167,250 185,247 184.5,251 179,254 170,254")),
        ),
    ),
    Replay(
        567,
        (
            # Bag and waist, the cup, the hair, between the legs, then along the outline.
            Lasso(
                way(
                    "324.5,140.5 341,138 359.5,162 376,199 374.5,217.5 356,226 334.5,224 "
                    "323.5,214.5 324.5,202 325.5,191.5 328,186 324.5,180 324.5,159"
                )
            ),
            Lasso(
                way(
                    "301,117.5 294.5,122 285.5,130.5 294.5,139 305.5,150.5 322.5,151.5 "
                    "322.5,139 314.5,126.5 308.5,125 306.5,120.5"
                )
            ),
            Lasso(
                way(
                    "380,80.5 387,94 391,102 388.5,108 393,125 393.5,140.5 390.5,145 "
                    "378.5,148.5 378.5,125 367,91.5"
                )
            ),
            Lasso(
                way(
                    "350,234.5 335.5,254.5 331.5,274.5 327.5,297.5 326.5,328 338,329.5 "
                    "387,328 397,319 399,309 394.5,302 382.5,288 367.5,263.5"
                ),
                add=False,
            ),
            Lasso(
                way(
                    "324.5,203.5 324.5,210.5 317,234.5 311,262 310.5,279 302.5,297.5 300,310 "
                    "292.5,318 285,320 276.5,319 294.5,282 310,208"
                ),
                add=False,
            ),
            Lasso(way("388.5,327 397.5,318 399.5,310 425.5,311 431,324 414,329.5 388.5,329")),
            Lasso(way("280,327.5 329,327.5 329,332.5 280,332.5"), add=False),
            Lasso(way("318,88 330,92.5 336.5,93 336.5,107.5 322,118 316,120"), add=False),
            Lasso(
                way("300,152 314,151 323,152.5 324.5,160.5 314.5,169.5 303,172.5 296,175"),
                add=False,
            ),
            Lasso(way("326,70 332.5,68.5 336.5,59 344,53.5 352,52.5 352,46 330,46"), add=False),
        ),
    ),
    Replay(
        416,
        (
            # The head with the arm, what is beside them on the right, the gap at the elbow.
            Lasso(
                way(
                    "329,162 328,155.5 323.5,151 315.5,148 307,150.5 301,157 302.5,170.5 "
                    "303,178 308,183 295,193 295,215.5 282.5,228 275.5,229 273.5,234 "
                    "275.5,240.5 279,242.5 284,234 295.5,229 300.5,220.5 305.5,208 310,208 "
                    "314,223 320.5,238 323.5,268 325,280.5 330.5,280.5 330.5,162"
                )
            ),
            Lasso(
                way(
                    "329,161 329,172 340.5,178 350.5,188 366,197.5 367,205.5 353.5,220.5 "
                    "358.5,230.5 358.5,240.5 355.5,260.5 350.5,275 368,285.5 388,298 393,298 "
                    "393,158 329,158"
                ),
                add=False,
            ),
            Lasso(way("347.5,199 354,202 355,205.5 347.5,212"), add=False),
        ),
    ),
    Replay(
        332,
        (
            # The arm with the bag, the woman behind, beside the shoulder.
            Lasso(
                way(
                    "51.5,146 31,146 23,151 17.5,160 20,167 27,169.5 36,169 35,182 25.5,185 "
                    "24.5,190.5 25,221 27,231 42.5,234.5 52,234 57.5,232.5 57.5,147.5"
                )
            ),
            Lasso(
                way(
                    "75,59.5 81.5,66.5 89,78 90,100 99.5,114 102.5,129.5 101,160 102.5,182 "
                    "99.5,207.5 95.5,232.5 93.5,257.5 96.5,288 101,307.5 96.5,339 113.5,342.5 "
                    "141,342.5 141,59.5"
                ),
                add=False,
            ),
            Lasso(way("49,90.5 53.5,108.5 52.5,129.5 51.5,145.5 44,145.5 44,90.5"), add=False),
        ),
    ),
)
