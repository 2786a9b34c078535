"""Registers as an office would send them; people and areas are invented."""

import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook

RULE = "3个单元，3–8层，每层3户"

HEADINGS = ["单元", "楼层", "房号", "面积", "用途", "是否入住", "业主", "住户"]


def csv_of(*lines: Sequence[object], headings: Sequence[str] = HEADINGS, encoding: str = "utf-8") -> bytes:
    """A register as CSV bytes."""
    return "".join(",".join(map(str, line)) + "\n" for line in [headings, *lines]).encode(encoding)


def xlsx_of(*lines: Iterable[object], headings: Sequence[str] = HEADINGS) -> bytes:
    """A register as the bytes of an .xlsx, cells with the types of their values."""
    book = Workbook()
    for line in [headings, *lines]:
        book.active.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def the_article_s_building() -> list[list[object]]:
    """54 flats with invented areas and owners, 48 of them occupied, and four shops: 58 lines."""
    flats: list[list[object]] = []
    for unit in (1, 2, 3):
        for floor in range(3, 9):
            for door in (1, 2, 3):
                lived_in = (floor, door) not in {(3, 3), (8, 3)}
                owner = f"示例{'甲乙丙'[unit - 1]}{'三四五六七八'[floor - 3]}{door}"
                flats.append(
                    [
                        f"{unit}单元",
                        floor,
                        f"{floor}0{door}",
                        80 + door + unit / 100,
                        "住宅",
                        "是" if lived_in else "否",
                        owner,
                        "",
                    ]
                )
    shops = [["", "1", f"商铺{number}", 120.5, "商铺", "", "示例商户", ""] for number in (1, 2, 3, 4)]
    return flats + shops
