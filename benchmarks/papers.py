"""Papers: an A4 with 300 Chinese cells as PDF and as pictures, and 54 slips as one PDF; each time with other words, so
that nothing is remembered from the time before."""

import sys
from itertools import count

from benchmarks import Row, median_seconds, show
from linli.web.papers import Blanks, Choices, Facts, Paper, Table, pdf, pictures

CELLS = 300
SLIPS = 54


def rows() -> list[Row]:
    """The figures of stack.md, by which typst was chosen, and the 54 slips of the story."""
    numbers = count()

    def table() -> Paper:
        at = next(numbers)
        lines = [(f"一单元{n}号", f"业主{chr(0x4E00 + n + at)}", "62.48", "已收到表") for n in range(CELLS // 4)]
        return Paper(issuer="广顺园社区", title="收表清单", blocks=(Table(("房屋", "业主", "面积", "情况"), lines),))

    def slip(at: int, n: int) -> Paper:
        blocks = (
            Facts((("房屋", f"一单元{n}"), ("问什么", "给聚鑫园加装一部电梯"))),
            Choices("", ("同意", "不同意", "暂不表态")),
            Blanks(("业主签名", "日期")),
        )
        return Paper(
            issuer="", title="表态表", number=f"{at}-{n}", blocks=blocks, code=f"http://localhost/{at}", leaf=True
        )

    def slips() -> list[Paper]:
        at = next(numbers)
        return [slip(at, n) for n in range(SLIPS)]

    one = median_seconds(lambda: pdf([table()]), 9)
    sheets = len(pictures(table()))
    drawn = median_seconds(lambda: pictures(table()), 9)
    all_slips = median_seconds(lambda: pdf(slips()), 5)
    return [
        Row("A4 with Chinese cells, PDF", f"{CELLS} cells", "none set", f"{one * 1000:.0f} ms", None),
        Row("the same as pictures", f"{sheets} of 1080 × 1440", "none set", f"{drawn * 1000:.0f} ms", None),
        Row("one slip for each household", f"{SLIPS} slips", "none set", f"{all_slips * 1000:.0f} ms", None),
    ]


if __name__ == "__main__":
    sys.exit(0 if show(rows()) else 1)
