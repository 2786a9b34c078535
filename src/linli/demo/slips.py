"""Photos of paper slips, drawn: a form, a tick, and marks like handwriting. Nobody's hand and nobody's name."""

import io
from math import cos, sin
from random import Random

from PIL import Image, ImageDraw, ImageFont

SIZE = (720, 480)
DESK, PAPER, PRINT, PEN = (112, 96, 80), (250, 247, 238), (88, 84, 78), (38, 44, 96)
#: Left, top, right, bottom of the four boxes to tick, in the order in which slips name them.
BOXES = {
    choice: (90 + 140 * place, 236, 120 + 140 * place, 266) for place, choice in enumerate(("yes", "no", "abstain"))
}


def photo_of(door: str, choice: str) -> bytes:
    """A JPEG of the slip of ``door`` ("1-301") with ``choice`` ticked; the same door always gives the same picture.

    It has no words but the door and SAMPLE: the machine may have no Chinese font, and a made-up signature must not be
    taken for one.
    """
    hand = Random(door)
    slip = Image.new("RGB", SIZE, DESK)
    draw = ImageDraw.Draw(slip)
    draw.rectangle((24, 20, 696, 460), fill=PAPER)
    draw.text((60, 44), door, fill=PEN, font=ImageFont.load_default(44))
    draw.text((520, 56), "SAMPLE", fill=PRINT, font=ImageFont.load_default(28))
    for line in (120, 150, 180):
        draw.line((60, line, 660 - hand.randrange(40, 160), line), fill=PRINT, width=9)
    for box in BOXES.values():
        draw.rectangle(box, outline=PRINT, width=3)
        draw.line((box[2] + 12, 251, box[2] + 62, 251), fill=PRINT, width=9)
    if choice in BOXES:
        left, top, right, bottom = BOXES[choice]
        draw.line((left + 3, top + 12, left + 13, bottom - 4, right + 10, top - 10), fill=PEN, width=6)
    draw.line((300, 400, 660, 400), fill=PRINT, width=2)
    draw.line(scrawl(hand), fill=PEN, width=4, joint="curve")
    shot = slip.rotate(hand.uniform(-2, 2), resample=Image.Resampling.BILINEAR, fillcolor=DESK)
    out = io.BytesIO()
    shot.save(out, "JPEG", quality=70)
    return out.getvalue()


def scrawl(hand: Random) -> list[tuple[float, float]]:
    """A line that runs and loops as a pen does."""
    wide, high, turn = hand.uniform(10, 20), hand.uniform(14, 30), hand.uniform(0.6, 1.1)
    return [
        (330 + 6 * step + wide * cos(step * turn), 372 + high * sin(step * turn * 1.3) * (0.5 + hand.random() / 2))
        for step in range(44)
    ]
