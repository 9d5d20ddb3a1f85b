"""What the forms of every room share: their fields (kept below, where people's own forms need them) and the refusals of
a verb.
"""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from partners.fields import DayBoxes, DayField, WordsField, example_after

__all__ = ["DISCLOSURE", "STALE", "DayBoxes", "DayField", "VerbForm", "WordsField", "example_after"]

DISCLOSURE = "Texts may have to be disclosed on request: name no victim, suspect or crime number."

STALE = "This form was changed on its way or is too old. Check your answers and send it again."


class VerbForm(forms.Form):
    """Takes a verb's refusals beside its own."""

    def take_faults(self, refused: ValidationError) -> None:
        """Put the sentences of a verb's ValidationError beside the fields of the same names, others at the top."""
        if not hasattr(refused, "error_dict"):
            self.add_error(None, refused)
            return
        for name, faults in refused.error_dict.items():
            self.add_error(name if name in self.fields else None, faults)
