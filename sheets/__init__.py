"""Tables for spreadsheets, written so that no text of anybody's becomes a formula there. Pure."""

from sheets.commas import Cell, csv_text
from sheets.workbook import xlsx_bytes

__all__ = ["Cell", "csv_text", "xlsx_bytes"]
