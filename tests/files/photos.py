"""Files as people send them, and the forms that carry them, made when they are needed."""

import io
import struct
import zlib
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

MIB = 1024 * 1024
BOUNDARY = "edge"

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def encoded(image: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def slip(width: int = 320, height: int = 200) -> Image.Image:
    """A picture that is red on the left, blue on the right, dark along the top: one sees when it is turned."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste((30, 30, 200), (width // 2, 0, width, height))
    image.paste((0, 0, 0), (0, 0, width, height // 8))
    return image


def upload(content: bytes, name: str = "王建国身份证.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes whose head names any size."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0")) + part(b"IEND", b"")


def blobs(folder: Path) -> list[Path]:
    """Every file that lies in the folder, however deep and however named."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def form_of(*sizes: int) -> bytes:
    """The body of a form of one word and some files of these sizes, as a browser writes it (RFC 7578)."""
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="word"\r\n\r\nyes\r\n'.encode()]
    for n, size in enumerate(sizes):
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="slips"; filename="王建国{n}.JPG"\r\n'
        parts.append(f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + b"x" * size + b"\r\n")
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])
