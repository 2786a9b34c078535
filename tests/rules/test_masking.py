"""What is covered of a public text, and that nothing else is touched."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.rules.masking import Piece, covered, personal_pieces, possible_names

#: A text as people write it; what of it tells of somebody, with its kind; as everybody may read it.
TOLD = [
    ("请打13812341234找我", [("13812341234", "phone")], "请打138****1234找我"),
    ("电话：138 1234 1234。", [("138 1234 1234", "phone")], "电话：138****1234。"),
    ("１３８１２３４１２３４", [("１３８１２３４１２３４", "phone")], "138****1234"),
    ("幺三八幺二三四幺二三四", [("幺三八幺二三四幺二三四", "phone")], "138****1234"),
    ("张三13812341234", [("13812341234", "phone")], "张三138****1234"),
    ("+86-138-1234-1234", [("+86-138-1234-1234", "phone")], "138****1234"),
    ("座机022-23451234", [("022-23451234", "phone")], "座机022****1234"),
    # The example of GB 11643-1999, annex A.
    ("身份证11010519491231002X的", [("11010519491231002X", "identity")], "身份证1101**********002X的"),
    ("旧证110105491231002", [("110105491231002", "identity")], "旧证1101*******1002"),
    ("津A·12345堵了门", [("津A·12345", "plate")], "津A*****堵了门"),
    ("新能源粤AD12345", [("粤AD12345", "plate")], "新能源粤A*****"),
    ("一单元401漏水", [("401", "room")], "一单元***漏水"),
    ("2号楼 1502 的", [(" 1502", "room")], "2号楼 *** 的"),
    ("3-2-502室", [("3-2-502", "room")], "3-2-***室"),
    ("一区502，请敲门", [("502", "room")], "一区***，请敲门"),
    ("302室和1203室", [("302", "room"), ("1203", "room")], "***室和***室"),
]


@pytest.mark.parametrize(("text", "found", "shown"), TOLD)
def test_what_tells_of_people_is_found_and_covered(text, found, shown):
    pieces = personal_pieces(text)
    assert [(text[piece.start : piece.end], piece.kind) for piece in pieces] == found
    assert covered(text, pieces) == shown


@pytest.mark.parametrize(
    "text",
    [
        "聚鑫园1栋3个单元共54户，入住48户，估算576,000元，48户相同",
        "3个单元128户，二单元120户",
        "公示15天：2023年7月21日至8月4日，2023-07-20贴出",
        "广顺园公示-2023-0007，报名10-12人，面积85.20平方米",
        "造价12345678元，编号20230720123",
        "合同京办发2023号文件，第1502条",
        "补贴100-200元，1-128户",
        "",
    ],
)
def test_counts_sums_days_and_numbers_of_papers_stand(text):
    assert personal_pieces(text) == ()


def test_names_on_the_roster_are_covered_the_longest_first():
    text = "欧阳小红和张三说，张三丰家漏水，欧阳也知道"
    names = {"欧阳小红", "张三", "张三丰", "欧"}
    pieces = personal_pieces(text, names)
    assert covered(text, pieces) == "欧阳**和张*说，张*丰家漏水，欧阳也知道"
    assert {"欧阳小红", "张三", "张三丰"} <= possible_names(text)


SIGNS = st.text(st.sampled_from("一单元401室津A·12345 -138幺〇１０19491231002X，张三"), max_size=60)


@given(SIGNS)
def test_pieces_stand_in_order_and_only_they_are_touched(text):
    pieces = personal_pieces(text, {"张三"})
    assert all(one.end <= other.start for one, other in pairwise(pieces))
    shown, at = covered(text, pieces), 0
    for piece in pieces:
        between = text[at : piece.start]
        assert shown.startswith(between)
        shown, at = shown[len(between) :], piece.end
        shown = shown[len(covered(text[piece.start : piece.end], [Piece(0, piece.end - piece.start, piece.kind)])) :]
    assert shown == text[at:]


@given(st.text(max_size=20), st.text(max_size=20), st.from_regex(r"1[3-9]\d{9}", fullmatch=True))
def test_no_mobile_number_comes_through_whatever_stands_around_it(before, after, number):
    text = f"{before} {number} {after}"
    assert number not in covered(text, personal_pieces(text))


def test_words_of_places_and_offices_are_no_names_though_somebody_is_called_so():
    # 桃园 and 安全 are also two people; 高 is one whose name has a single sign.
    text = "桃园街道的程序：电梯安全由王芳负责，高层住户找桃园，王芳芳也行。"
    names = {"桃园", "安全", "王芳", "高", "程序"}
    pieces = personal_pieces(text, names, ["桃园街道", "安全", "程序"])
    assert covered(text, pieces) == "桃园街道的程序：电梯安全由王*负责，高层住户找桃*，王*芳也行。"
