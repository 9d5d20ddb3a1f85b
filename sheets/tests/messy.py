"""Makers of files as strangers send them: an XLSX part by part, so that any part can be wrong."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
KEYS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"

#: Number formats that the cells of these files can name by the place they have here.
FORMATS = (
    "General",
    "0%",
    "0.0%",
    "#,##0",
    "0.000",
    "dd/mm/yyyy",
    "dd/mm/yyyy hh:mm",
    "[h]:mm",
    '"£"#,##0.00',
    "#,##0,",
)


def text(words: str) -> str:
    return f'<c t="inlineStr"><is><t>{escape(words)}</t></is></c>'


def number(digits: object, format_: str = "General") -> str:
    return f'<c s="{FORMATS.index(format_)}"><v>{digits}</v></c>'


def rows(*cells: list[str]) -> str:
    return "".join(f"<row>{''.join(row)}</row>" for row in cells)


def sheet(data: str, *, before: str = "", after: str = "", namespace: str = MAIN) -> str:
    return f'<worksheet xmlns="{namespace}">{before}<sheetData>{data}</sheetData>{after}</worksheet>'


def table(*data: list[object], **around: str) -> str:
    """A sheet of texts and numbers, under two names of columns."""
    return sheet(
        rows(
            [text("Indicator"), text("Value")],
            *[[text(cell) if isinstance(cell, str) else number(cell) for cell in row] for row in data],
        ),
        **around,
    )


def parts(
    sheets: Mapping[str, str],
    *,
    states: Mapping[str, str] | None = None,
    strings: list[str] | None = None,
    since_1904: bool = False,
    main_type: str = WORKBOOK_TYPE,
) -> dict[str, str | bytes]:
    """The parts of a workbook by their names: change any, then `packed`."""
    states = states or {}
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="key{n}" state="{states.get(name, "visible")}"/>'
        for n, name in enumerate(sheets, start=1)
    )
    targets = "".join(
        f'<Relationship Id="key{n}" Type="{KEYS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    codes = "".join(f'<numFmt numFmtId="{200 + n}" formatCode={quoteattr(code)}/>' for n, code in enumerate(FORMATS))
    styles = "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(FORMATS)))
    return {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/xl/workbook.xml" ContentType="{main_type}"/></Types>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{KEYS}"><workbookPr date1904="{int(since_1904)}"/>'
            f"<sheets>{listed}</sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'{targets}<Relationship Id="s" Type="{KEYS}/sharedStrings" Target="sharedStrings.xml"/>'
            f'<Relationship Id="t" Type="{KEYS}/styles" Target="/xl/styles.xml"/></Relationships>'
        ),
        "xl/styles.xml": (
            f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
            f'<cellXfs>{styles}</cellXfs><dxfs><dxf><numFmt numFmtId="200" formatCode="0%"/></dxf></dxfs></styleSheet>'
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{"".join(strings or [])}</sst>',
        **{f"xl/worksheets/sheet{n}.xml": data for n, data in enumerate(sheets.values(), start=1)},
    }


def packed(members: Mapping[str, str | bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def workbook(data: str, **about: object) -> bytes:
    """A workbook whose only sheet, Figures, is `data`."""
    return packed(parts({"Figures": data}, **about))  # type: ignore[arg-type]
