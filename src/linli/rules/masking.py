"""What a text tells of people that no public page should: phones, identity numbers, plates, rooms and names.

Found by their shapes, and names by the roster that the caller brings. Where a person looks at every piece afterwards,
what is found too much can be uncovered, and what no shape tells (a description, a number spelled in a riddle) is theirs
to see. Where nobody does, the caller also brings the words that are no names: those of places and bodies; of people
whose name is such a word, or one of ``ORDINARY``, the word says nothing.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from linli.rules.identifiers import mask_identity, mask_name, mask_phone

Kind = Literal["identity", "phone", "plate", "room", "name"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text, from ``start`` up to ``end``, and what it tells."""

    start: int
    end: int
    kind: Kind


#: Full-width signs as plain ones, each for one, so that places in a text stay what they are.
_NARROW = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: 0x20}
_DIGITS_IN_WORDS = _NARROW | {ord(sign): str(n) for n, sign in enumerate("零一二三四五六七八九")}
_DIGITS_IN_WORDS |= {ord("〇"): "0", ord("幺"): "1"}

_GAP = r"[\s.·_\-\u200b\u2010-\u2015]{0,2}"
_IDENTITY = re.compile(
    rf"(?<!\d)[1-9](?:{_GAP}\d){{5}}{_GAP}(?:1{_GAP}[89]|2{_GAP}0)(?:{_GAP}\d){{2}}{_GAP}[01]{_GAP}\d{_GAP}[0-3]{_GAP}\d"
    rf"(?:{_GAP}\d){{3}}{_GAP}[\dXx](?![\dA-Za-z])|(?<!\d)[1-9]\d{{7}}[01]\d[0-3]\d{{4}}(?!\d)"
)
_MOBILE = re.compile(rf"(?<!\d)(?:(?:\+|00)?86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")
_LANDLINE = re.compile(
    r"(?<!\d)\(?0[1-9]\d{1,2}\)?[\s\-\u2010-\u2015]?[2-9]\d{6,7}(?!\d)"
    r"|(?<=电话|座机|号码|致电|拨打)[:：\s]{0,2}[2-9]\d{6,7}(?!\d)"
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][\s·.\-]?"
    r"(?=[A-Z]{0,6}\d)[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]",
    re.IGNORECASE,
)
_A_ROOM = r"[1-9]\d{2,3}"
#: Of what is counted or measured, a number is no room: 3个单元128户.
_COUNTED = r"(?!\d)(?!\s*[户家人位元万平米年月日%.])"
_ROOM = re.compile(
    rf"(?:(?<=单元)|(?<=号楼)|(?<=[门栋幢座区]))\s?{_A_ROOM}{_COUNTED}"
    rf"|(?<![\d.-])\d{{1,2}}-(?:\d{{1,2}}-)?{_A_ROOM}(?!-){_COUNTED}"
    rf"|(?<!\d){_A_ROOM}(?=\s?(?:室|号房|房间|号门))"
)
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·]+")
#: Words of every office's papers that are also people's names, because they begin with a surname.
ORDINARY = frozenset(
    """
    安全 安静 安装 白天 包括 边上 常住 车位 成功 成立 程序 单元 党员 党委 登记 丁字 段落 方案
    方便 方法 费用 丰富 高层 高度 高兴 公安 公示 公正 关于 关系 管道 管理 广场 国家 海报 和平
    和谐 红色 花园 黄色 计划 计算 季节 建设 江边 解决 金额 经费 乐意 冷水 连接 路口 路灯 马上
    满意 明白 能够 年度 平安 平方 齐全 全部 全体 任务 容易 商铺 商量 申请 沈阳 施工 时间 石板
    水平 水管 司机 天津 田地 同意 童车 万一 万元 文件 文明 温度 巫山 向上 项目 小区 谢谢 幸福
    修理 严格 阳光 阳台 业主 应该 有关 于是 余下 元旦 原则 原因 岳阳 云南 张贴 章程 真实 郑州
    支持 钟点 周围 周边 周期 周末 住户 祝福 资金 左右 左边
    """.split()  # noqa: SIM905
)
#: How long a name on a roster is that is looked for.
NAME_LENGTHS = range(2, 7)


def personal_pieces(text: str, names: Collection[str] = (), words: Collection[str] = ()) -> tuple[Piece, ...]:
    """Every piece of ``text`` that tells of a person, in order, none over another; ``names`` are those on the roster.

    A name within one of ``words`` (or one that is such a word) is none. Where two kinds meet, the one that tells more
    is kept: an identity number before a phone within it.
    """
    plain, spelled = text.translate(_NARROW), text.translate(_DIGITS_IN_WORDS)
    found: list[Piece] = []
    for piece in (
        *_matches(_IDENTITY, plain, "identity"),
        *_matches(_MOBILE, plain, "phone"),
        *_matches(_MOBILE, spelled, "phone"),
        *_matches(_LANDLINE, plain, "phone"),
        *_matches(_PLATE, plain, "plate"),
        *_matches(_ROOM, plain, "room"),
        *_names(text, names, words),
    ):
        if all(piece.end <= other.start or other.end <= piece.start for other in found):
            found.append(piece)
    return tuple(sorted(found, key=lambda piece: piece.start))


def possible_names(text: str) -> set[str]:
    """Every stretch of ``text`` that could be a name, to look for on a roster."""
    return {
        run[start : start + length]
        for run in _HAN.findall(text)
        for length in NAME_LENGTHS
        for start in range(len(run) - length + 1)
    }


def covered(text: str, pieces: Iterable[Piece]) -> str:
    """The text with each piece covered in its usual way: 138****1234, 津A*****, 一单元***, 张*荣."""
    out, at = [], 0
    for piece in sorted(pieces, key=lambda piece: piece.start):
        out += [text[at : piece.start], _cover(text[piece.start : piece.end], piece.kind)]
        at = piece.end
    return "".join([*out, text[at:]])


def _cover(words: str, kind: Kind) -> str:
    if kind == "name":
        return mask_name(words)
    if kind == "plate":
        return words[:2] + "*" * 5
    if kind == "room":
        return re.sub(r"\d{3,4}$", "***", words.translate(_NARROW))
    digits = re.sub(r"[^\dXx]", "", words.translate(_DIGITS_IN_WORDS))
    return mask_identity(digits) if kind == "identity" else mask_phone(digits[-11:]) if len(digits) > 8 else "****"


def _matches(pattern: re.Pattern[str], text: str, kind: Kind) -> Iterator[Piece]:
    for match in pattern.finditer(text):
        yield Piece(match.start(), match.end(), kind)


def _names(text: str, names: Collection[str], words: Collection[str]) -> Iterator[Piece]:
    ordinary = [match.span() for word in words if len(word) > 1 for match in re.finditer(re.escape(word), text)]
    for name in sorted(names, key=len, reverse=True):
        for match in re.finditer(re.escape(name), text) if len(name) > 1 else ():
            if not any(start <= match.start() and match.end() <= end for start, end in ordinary):
                yield Piece(match.start(), match.end(), "name")
