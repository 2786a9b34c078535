"""A photo as it came in, decoded and made anew: nothing of the sender's file survives but what can be seen."""

import io
import struct
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from linli.rules.errors import Refused

FORMATS = ("JPEG", "PNG", "WEBP")
#: Pixels of the largest picture that is decoded (phones of 64 megapixels make 9,248 x 6,944).
PIXEL_LIMIT = 70_000_000
#: Pixels of the long side, as kept and as a thumbnail.
LONG_SIDE = 2400
THUMBNAIL_SIDE = 320
QUALITY = 85

#: EXIF 2.32, tag 0x0112: how a picture must be turned to stand upright.
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Pillow's own alarm stands at the same number; it warns up to twice as much and refuses above.
Image.MAX_IMAGE_PIXELS = PIXEL_LIMIT


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG made here: its bytes, and its size in pixels."""

    content: bytes
    width: int
    height: int


def remake(source: BinaryIO, *, position: int = 1, long_side: int = LONG_SIDE) -> Picture:
    """The picture in ``source`` as a fresh upright RGB JPEG, at most ``long_side`` pixels long, without any metadata.

    ``position`` names the file in the drop, from 1: a file's own name may be personal. Refused: ``picture.none`` (not a
    JPEG, PNG or WebP), ``picture.too-many-pixels`` (before it is decoded), ``picture.moving`` (an animation),
    ``picture.broken`` (cut short or damaged).
    """
    try:
        source.seek(0)
        with Image.open(source, formats=FORMATS) as image:
            refuse_unfit(image, position)
            image.draft("RGB", (long_side, long_side))
            image.load()
            upright = flatten(image, long_side)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise too_many_pixels(position) from None
    except UnidentifiedImageError:
        raise Refused(
            "picture.none",
            "第{position}个文件不是照片（只收 JPEG、PNG、WebP）。请重新拍照，或者另存为 JPEG 再交。",
            position=position,
        ) from None
    except Refused:
        raise
    except Exception:
        # Pillow's decoders raise whatever they stumble over (OSError, SyntaxError, ValueError, struct.error ...).
        raise Refused(
            "picture.broken", "第{position}个文件打不开，可能没有传完或者坏了。请重新拍一张再交。", position=position
        ) from None
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Picture(content=out.getvalue(), width=upright.width, height=upright.height)


def ink(picture: Picture) -> int:
    """How many pixels of a picture are dark: what is drawn on white."""
    with Image.open(io.BytesIO(picture.content)) as image:
        return sum(image.convert("L").histogram()[:128])


def refuse_unfit(image: Image.Image, position: int) -> None:
    """Refuse, before anything is decoded, a picture of too many pixels and one that moves.

    A JPEG with several pictures (MPO: telephones keep depth or a preview so) is a still photo: its first one is taken.
    """
    if image.width * image.height > PIXEL_LIMIT:
        raise too_many_pixels(position)
    if image.format in {"PNG", "WEBP"} and getattr(image, "n_frames", 1) > 1:
        raise Refused("picture.moving", "第{position}个文件是会动的图片。请换成普通照片再交。", position=position)


def too_many_pixels(position: int) -> Refused:
    """The refusal of a picture that would fill the memory."""
    return Refused(
        "picture.too-many-pixels",
        "第{position}个文件的像素太多（最多{limit}万）。请用普通尺寸重新拍一张。",
        position=position,
        limit=PIXEL_LIMIT // 10_000,
    )


def flatten(image: Image.Image, long_side: int) -> Image.Image:
    """A decoded picture of any mode as a small upright RGB one on white, carrying no comment, profile or position."""
    turn = TURNS.get(orientation_of(image))
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
    else:
        paper = Image.new("RGB", image.size)
        paper.paste(image.convert("RGB"))
    paper.thumbnail((long_side, long_side), Image.Resampling.LANCZOS)
    return paper.transpose(turn) if turn is not None else paper


def orientation_of(image: Image.Image) -> int:
    """The orientation that the camera noted, 1 (upright) where it noted none or nothing readable."""
    try:
        noted = image.getexif().get(ORIENTATION, 1)
    except (SyntaxError, ValueError, TypeError, KeyError, OSError, struct.error):
        return 1
    return noted if isinstance(noted, int) else 1
