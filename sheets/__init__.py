"""Tables for spreadsheets, written so that no text of anybody's becomes a formula there. Pure.

Files that come in are read by `sheets.reading`, and the figures and days in them by `sheets.figures`.
"""

from sheets.commas import Cell, csv_text
from sheets.workbook import XLSX_TYPE, write_xlsx, xlsx_bytes

__all__ = ["XLSX_TYPE", "Cell", "csv_text", "write_xlsx", "xlsx_bytes"]
