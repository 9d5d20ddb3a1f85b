"""The contents of each report: its sections and appendices, in order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """An entry of the contents. Appendices have a letter where sections have a number."""

    anchor: str
    number: str
    title: str

    @property
    def heading(self) -> str:
        return f"Appendix {self.number}: {self.title}" if self.number.isalpha() else f"{self.number}. {self.title}"


SIX_MONTHLY_PARTS = (
    Part("purpose", "1", "Purpose of the report"),
    Part("background", "2", "Background"),
    Part("progress", "3", "Progress by priority"),
    Part("re-offending", "4", "Re-offending"),
    Part("figures", "5", "Performance headlines"),
    Part("changes", "6", "New, completed, withdrawn and moved"),
    Part("issues", "7", "Emerging issues"),
    Part("returns", "8", "Returns by partner"),
    Part("implications", "9", "Section 17 and other implications"),
    Part("recommendations", "10", "Recommendations"),
    Part("plan", "A", "The full action plan"),
    Part("definitions", "B", "What the ratings mean"),
    Part("data", "C", "Data notes and queries"),
)

QUARTERLY_PARTS = (
    Part("about", "1", "About this report"),
    Part("priorities", "2", "Figures by priority"),
    Part("similar-areas", "3", "Similar areas"),
    Part("outside", "4", "Outside our priorities"),
    Part("issues", "5", "Emerging issues"),
    Part("actions", "6", "Action headlines"),
    Part("data", "A", "Data notes and queries"),
)
