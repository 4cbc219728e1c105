# SPDX-License-Identifier: Apache-2.0
"""Portrait (画像): what is on record of one business, its risk class with reasons, and leads. For review only."""

from portrait.drawing import Dot, Drawing, Line, drawn
from portrait.gathering import Portrait, founding_case, portrait_of
from portrait.risk import Facts, Risk, Shared, load_risk_table, risk_of

__all__ = [
    "Dot",
    "Drawing",
    "Facts",
    "Line",
    "Portrait",
    "Risk",
    "Shared",
    "drawn",
    "founding_case",
    "load_risk_table",
    "portrait_of",
    "risk_of",
]
