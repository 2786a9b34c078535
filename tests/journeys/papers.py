"""What people bring to the road: the office's workbook of the article's building, and photos of slips."""

import io

from openpyxl import Workbook
from PIL import Image, ImageDraw

UNITS, FLOORS, AREAS = (1, 2, 3), range(3, 9), (62.48, 54.36, 71.15)
DOORS = [(unit, f"{floor}0{number}") for unit in UNITS for floor in FLOORS for number in (1, 2, 3)]
#: Two of each unit: 54 homes, of which the article's 48 are lived in.
VACANT = {(1, "303"), (1, "703"), (2, "502"), (2, "801"), (3, "402"), (3, "603")}
OCCUPIED = [door for door in DOORS if door not in VACANT]


def workbook(owners: dict[tuple[int, str], str]) -> bytes:
    """An .xlsx as an office has it, with a column that nobody needs; who is not in ``owners`` is 业主 and a number."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["聚鑫园房屋登记表"])
    sheet.append(["单元", "楼层", "房号", "建筑面积", "业主", "身份证号", "是否入住", "户主"])
    for number, (unit, room) in enumerate(DOORS):
        owner = owners.get((unit, room), f"业主{chr(0x4E00 + number)}")
        lived_in = (unit, room) not in VACANT
        area = AREAS[int(room[-1]) - 1]
        sheet.append(
            [f"{unit}单元", int(room[0]), room, area, owner, f"12010319500101{number:04d}", "是" if lived_in else "否"]
            + ([owner] if lived_in else [None])
        )
    return kept(book)


def kept(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def photo(words: str) -> bytes:
    """A JPEG that says ``words``, so that two photos are never the same."""
    picture = Image.new("RGB", (320, 200), "white")
    ImageDraw.Draw(picture).text((20, 20), words, fill="black")
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()
