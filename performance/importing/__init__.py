"""What a table that was sent says, and what is wrong with it. Pure: cells in, rows to store and findings out.

`columns` says which column holds what, `figures`, `similar_areas` and `survey` read one kind of table each, `together`
looks at all figures of one, and `findings` is what they have to say. Nothing is mended on the way: a cell is taken as it stands, or it is a finding.
"""

from performance.importing.columns import COLUMNS, Column, Layout, guess, headers_of, headers_sha256
from performance.importing.figures import check_figures
from performance.importing.findings import MOST_FINDINGS, Checked, Finding, Grave
from performance.importing.given import GivenFigure, Terms, Wanted
from performance.importing.periods import parse_period
from performance.importing.similar_areas import PLACE, Belongs, GivenRow, LastTable, check_similar_areas
from performance.importing.survey import AskedBefore, GivenQuestion, GivenResult, check_survey

__all__ = [
    "COLUMNS",
    "MOST_FINDINGS",
    "PLACE",
    "AskedBefore",
    "Belongs",
    "Checked",
    "Column",
    "Finding",
    "GivenFigure",
    "GivenQuestion",
    "GivenResult",
    "GivenRow",
    "Grave",
    "LastTable",
    "Layout",
    "Terms",
    "Wanted",
    "check_figures",
    "check_similar_areas",
    "check_survey",
    "guess",
    "headers_of",
    "headers_sha256",
    "parse_period",
]
