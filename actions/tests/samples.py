"""Small files of every kind, made here: sound ones, and ones that are not what they say."""

from __future__ import annotations

import io
import zipfile

from PIL import Image

OFFICE = {
    "docx": ("wordprocessingml.document", "word/document.xml"),
    "xlsx": ("spreadsheetml.sheet", "xl/workbook.xml"),
    "pptx": ("presentationml.presentation", "ppt/presentation.xml"),
}
MAIN = "application/vnd.openxmlformats-officedocument.{}.main+xml"

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"

#: The harmless text that every virus scanner takes for a virus (eicar.org), in two parts so that none takes this file for one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def office(ending: str = "docx", *, types: str | None = None, doctype: str = "", **members: bytes) -> bytes:
    """An Office file of the least parts; `types` replaces the content type of its main part, `members` adds parts."""
    family, main = OFFICE[ending]
    listed = (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{main}" ContentType="{types or MAIN.format(family)}"/></Types>'
    )
    return packed({"[Content_Types].xml": listed.encode(), main: b"<x/>", **members})


def packed(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def bomb(unpacked: int = 300 * 1024 * 1024) -> bytes:
    """An Office file of some hundred kilobytes that would unpack to `unpacked` bytes."""
    file = io.BytesIO(office("xlsx"))
    piece = bytes(1024 * 1024)
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/sheet1.xml", "w", force_zip64=True) as out,
    ):
        for _ in range(unpacked // len(piece)):
            out.write(piece)
    return file.getvalue()


def picture(kind: str, *, orientation: int | None = None) -> bytes:
    """A picture of four colours with where, when and by whom it was taken in its EXIF and its comments."""
    image = Image.new("RGB", (4, 2), "red")
    exif = Image.Exif()
    exif[0x010F] = "Camera of the district manager"
    if orientation:
        exif[0x0112] = orientation
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (54.0, 41.0, 10.0), "W", (1.0, 12.0, 44.0)
    file = io.BytesIO()
    if kind == "png":
        from PIL.PngImagePlugin import PngInfo

        note = PngInfo()
        note.add_text("Author", "Camera of the district manager")
        note.add_itxt("Comment", "Marigold Street")
        image.save(file, "PNG", exif=exif, pnginfo=note)
    else:
        image.save(file, "JPEG", exif=exif, comment=b"Marigold Street", progressive=True)
    return file.getvalue()
