"""Tables for spreadsheets, written so that no text of anybody's becomes a formula there. Pure."""

from sheets.commas import csv_text

__all__ = ["csv_text"]
