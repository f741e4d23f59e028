"""Files as people send them."""

import io

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject


def jpeg(side: int = 64, *, colour: str = "red", place: bool = True) -> bytes:
    """A photo; with `place`, its metadata says where and by whom it was taken."""
    buffer = io.BytesIO()
    exif = Image.Exif()
    if place:
        exif.get_ifd(0x8825)[1] = "N"
        exif[0x010E] = "王家门口"
    Image.new("RGB", (side, side), colour).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def pdf(pages: int = 1, *, user: str = "", owner: str = "", algorithm: str = "AES-256") -> bytes:
    """A PDF with a script, an attachment and an author; locked with the passwords of its `user` or `owner`."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    script = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    )
    writer.root_object[NameObject("/OpenAction")] = script
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): script})
    writer.add_attachment("secret.txt", b"behind")
    writer.add_metadata({"/Author": "王秀英"})
    if user or owner:
        writer.encrypt(user, owner or user, algorithm=algorithm)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
