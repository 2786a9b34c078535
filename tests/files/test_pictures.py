"""What becomes of a picture, judged by decoding the result, and what is refused."""

import io

import pytest
from PIL import Image, ImageOps, PngImagePlugin

from linli.files.pictures import LONG_SIDE, PIXEL_LIMIT, remake
from linli.rules.errors import Refused
from tests.files.photos import PDF, SVG, encoded, png_that_claims, slip

RED, BLUE, WHITE = (200, 30, 30), (30, 30, 200), (255, 255, 255)


def remade(content: bytes) -> Image.Image:
    picture = remake(io.BytesIO(content))
    image = Image.open(io.BytesIO(picture.content))
    image.load()
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (picture.width, picture.height))
    return image


def near(colour: object, expected: tuple[int, int, int]) -> bool:
    assert isinstance(colour, tuple)
    return all(abs(have - want) <= 8 for have, want in zip(colour, expected, strict=True))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_the_three_forms_are_taken(form: str) -> None:
    image = remade(encoded(slip(), form))
    assert near(image.getpixel((40, 150)), RED)
    assert near(image.getpixel((280, 150)), BLUE)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_stands_upright(orientation: int) -> None:
    """The oracle is Pillow's own turning of the same file."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded(slip(), exif=exif)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
    image = remade(content)
    assert image.size == upright.size
    for point in [(20, 20), (upright.width - 20, 20), (20, upright.height - 20), (upright.width - 20, 180)]:
        colour = upright.convert("RGB").getpixel(point)
        assert isinstance(colour, tuple)
        assert near(image.getpixel(point), (colour[0], colour[1], colour[2]))


def test_position_comment_and_profile_do_not_survive() -> None:
    exif = Image.Exif()
    exif[0x010F] = "MAKER-OF-THE-PHONE"
    exif.get_ifd(0x8825)[2] = (30.0, 15.0, 5.0)
    content = encoded(slip(), exif=exif, comment=b"WANG-LIVES-HERE", icc_profile=b"PROFILE-OF-A-SCREEN" * 9)
    assert b"MAKER-OF-THE-PHONE" in content
    assert b"WANG-LIVES-HERE" in content
    made = remake(io.BytesIO(content)).content
    image = Image.open(io.BytesIO(made))
    assert not dict(image.getexif())
    assert not image.getexif().get_ifd(0x8825)
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for words in (b"MAKER", b"WANG", b"PROFILE", b"Exif"):
        assert words not in made


def test_text_in_a_png_does_not_survive() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "WANG-LIVES-HERE")
    assert b"WANG" not in remake(io.BytesIO(encoded(slip(), "PNG", pnginfo=words))).content


@pytest.mark.parametrize(
    ("size", "expected"), [((4000, 3000), (2400, 1800)), ((1200, 4800), (600, 2400)), ((2400, 100), (2400, 100))]
)
def test_the_long_side_is_bounded(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert remade(encoded(slip(*size))).size == expected
    assert max(expected) == LONG_SIDE


def test_one_pixel_is_a_picture() -> None:
    assert remade(encoded(Image.new("RGB", (1, 1), RED), "PNG")).size == (1, 1)


def test_ink_colours_become_screen_colours() -> None:
    assert near(remade(encoded(slip().convert("CMYK"))).getpixel((40, 150)), RED)


def test_sixteen_bits_keep_their_greys() -> None:
    """A grey of half the range stays half, and is not cut off at white."""
    assert near(remade(encoded(Image.new("I;16", (64, 64), 32896), "PNG")).getpixel((30, 30)), (128, 128, 128))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_white(mode: str) -> None:
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    image.paste((*BLUE, 255), (32, 0, 64, 64))
    if mode == "P":
        content = encoded(image.quantize(8), "PNG")
    else:
        content = encoded(image.convert(mode) if mode == "LA" else image, "WEBP" if mode == "RGBA" else "PNG")
    made = remade(content)
    assert near(made.getpixel((8, 30)), WHITE)
    assert not near(made.getpixel((56, 30)), WHITE)


@pytest.mark.parametrize("mode", ["1", "L"])
def test_black_and_white_scans_are_taken(mode: str) -> None:
    assert near(remade(encoded(Image.new(mode, (64, 64), 1 if mode == "1" else 255), "PNG")).getpixel((9, 9)), WHITE)


def test_a_phones_many_pictures_in_one_are_one_photo() -> None:
    content = encoded(slip(), "MPO", save_all=True, append_images=[slip(64, 64)])
    assert remade(content).size == (320, 200)


NONE = [SVG, PDF, b"", b"MZ\x90\x00", b"PK\x03\x04" + b"\0" * 60, encoded(slip(), "GIF"), encoded(slip(), "BMP")]


@pytest.mark.parametrize("content", NONE, ids=["svg", "pdf", "nothing", "program", "zip", "gif", "bmp"])
def test_what_is_no_picture_is_refused_by_its_place_in_the_drop(content: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        remake(io.BytesIO(content), position=7)
    assert refusal.value.code == "picture.none"
    assert "第7个文件" in str(refusal.value)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_picture_cut_short_is_refused(form: str, part: float) -> None:
    noise = Image.effect_noise((300, 300), 80).convert("RGB")
    content = encoded(noise, form)
    with pytest.raises(Refused) as refusal:
        remake(io.BytesIO(content[: int(len(content) * part)]))
    assert refusal.value.code in {"picture.broken", "picture.none"}


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_a_moving_picture_is_refused(form: str) -> None:
    content = encoded(slip(), form, save_all=True, append_images=[slip().rotate(180)], duration=100)
    with pytest.raises(Refused) as refusal:
        remake(io.BytesIO(content), position=2)
    assert refusal.value.code == "picture.moving"


SIZES = [(65_000, 65_000), (PIXEL_LIMIT // 1000 + 1, 1000), (PIXEL_LIMIT // 1000 * 2 + 1000, 1000)]


# Pillow only warns of what is just above; here warnings are errors, in real life they are not.
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", SIZES, ids=["bomb", "just above", "above twice"])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    """The bomb has no pixels inside: decoding it first would say that it is broken."""
    content = png_that_claims(*size)
    assert len(content) < 200
    with pytest.raises(Refused) as refusal:
        remake(io.BytesIO(content), position=3)
    assert refusal.value.code == "picture.too-many-pixels"
    assert str(refusal.value) == "第3个文件的像素太多（最多7000万）。请用普通尺寸重新拍一张。"
