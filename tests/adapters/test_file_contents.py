"""What of people's files is kept: only what is a PDF or a picture through and through, and of pictures only their pixels."""

import io

import pytest
from PIL import Image

from adapters.file_contents import JPEG, PDF, PNG, NotTaken, shown_name, taken

TAIL = b"startxref\n9\n%%EOF\n"
GOOD_PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n" + TAIL
HTML = b"<!doctype html><script>alert(1)</script>"


def picture(kind: str = "JPEG", size=(40, 30), **saved) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", size, (200, 30, 40)).save(held, kind, **saved)
    return held.getvalue()


def test_a_pdf_is_kept_as_it_came():
    content = taken(GOOD_PDF)
    assert (content.media_type, content.data) == (PDF, GOOD_PDF)


def test_what_is_packed_in_a_pdf_is_not_read_as_words():
    packed = b"%" * 1024 + b"\n2 0 obj<</Length 30>>stream\nabc/JS /JavaScript(x)<script>\nendstream endobj\n"
    assert taken(GOOD_PDF.replace(TAIL, packed + TAIL)).media_type == PDF


def test_pictures_are_painted_anew_without_what_was_hidden_in_them():
    exif = Image.Exif()
    exif[0x010F], exif[0x8825] = "Secret phone", {1: "N", 2: (49.0, 57.0, 0.0)}
    content = taken(picture(exif=exif, comment=b"hidden words") + HTML)
    assert content.media_type == JPEG
    for secret in (b"Secret phone", b"hidden words", b"<script>", b"Exif"):
        assert secret not in content.data
    with Image.open(io.BytesIO(content.data)) as kept:
        assert (kept.size, kept.format, dict(kept.getexif())) == ((40, 30), "JPEG", {})


def test_a_png_stays_a_png_and_loses_its_tail():
    content = taken(picture("PNG") + b"PK\x05\x06 and more")
    assert content.media_type == PNG
    assert content.data.endswith(b"IEND\xaeB`\x82")


def test_a_picture_that_lies_on_its_side_is_turned_and_a_large_one_made_smaller():
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(io.BytesIO(taken(picture(exif=exif)).data)) as kept:
        assert kept.size == (30, 40)
    with Image.open(io.BytesIO(taken(picture(size=(6000, 3000))).data)) as kept:
        assert max(kept.size) <= 3000


@pytest.mark.parametrize(
    "data",
    [
        b"", b"x", HTML, b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"<?xml version='1.0'?><svg/>", b"GIF89a" + b"\0" * 40,
        b"MZ\x90\0", b"PK\x03\x04", b"\x7fELF", b"RIFF\0\0\0\0WEBP", b"BM" + b"\0" * 60, b"%PDF-", b"%PDF-1.4\nnothing more", b" " + GOOD_PDF, HTML + GOOD_PDF,
        GOOD_PDF + HTML, GOOD_PDF + b"PK\x05\x06" + b"\0" * 18, b"%PDF-1.4\n" + HTML + GOOD_PDF[9:], GOOD_PDF.replace(b"/Type", b"/OpenAction<</S/JavaScript/JS(x)>>/Type"),
        GOOD_PDF.replace(b"/Type", b"/J#61vaScript 1 0 R/Type"), GOOD_PDF.replace(b"/Type", b"/EmbeddedFiles 1 0 R/Type"),
        GOOD_PDF.replace(b"/Type", b"/AA<</S/Launch>>/Type"), b"\xff\xd8\xff", b"\xff\xd8\xff\xe0" + HTML, b"\x89PNG\r\n\x1a\n" + HTML, picture()[:200],
        picture("PNG")[:60],
    ],
)  # fmt: skip
def test_everything_else_is_refused(data: bytes):
    with pytest.raises(NotTaken):
        taken(data)


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_read():
    small = picture("PNG", (10, 10))
    huge = small[:16] + (50_000).to_bytes(4, "big") * 2 + small[24:]
    with pytest.raises(NotTaken):
        taken(huge)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Распечатка за май.PDF", "Распечатка за май.pdf"), ("../../etc/passwd", "passwd.pdf"), (r"C:\Users\me\отчёт.exe", "отчёт.pdf"), ("", "file.pdf"),
        ("...", "file.pdf"), ("fdp.\u202eexe.pdf", "fdp.exe.pdf"), ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"), ("я" * 300 + ".pdf", None),
        ("<b>x</b>.html", "b>.pdf"), ("\0.pdf", "file.pdf"),
    ],
)  # fmt: skip
def test_names_are_cleaned_for_showing(given: str, shown: str | None):
    name = shown_name(given, PDF)
    assert shown is None or name == shown
    assert len(name) <= 120
    assert name.endswith(".pdf")
