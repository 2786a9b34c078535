"""Chains as people paste them, with what a careful person reads out of them; and that nothing is ever invented."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from linli.rules.chain import NATURE, Answer, Chain, Purpose, opening, read_chain
from linli.rules.doors import room_key
from linli.rules.errors import Refused

YES, NO, UNDECIDED = Answer("yes"), Answer("no"), Answer("undecided")


def answers(chain: Chain) -> dict[str, str]:
    return {entry.door: entry.answer.stand for entry in chain.entries}


def reasons(chain: Chain) -> dict[str, str]:
    return {work.raw: work.reason.code for work in chain.work}


LIFT = """#接龙
聚鑫园加装电梯意向接龙，请大家照格式写
例 1-101 张三 同意

1. 3-502 王 同意 👍
2. 一单元301李女士 不同意
3、１单元４０２　赵 +1
4) 2栋1单元501 孙，同意
5️⃣ 3-503 周 再考虑一下
⑥3-601 吴 支持
7. 郑阿姨 同意
8. 3-602 冯
同意
9.3–603陈 同意，但要先看图纸
10. 3-701 褚 同意吗？
张三 19:42
大家快来接啊
11. 3-702、3-703 蒋 同意
12. 3-801 沈 不是不同意
13. 3-802 韩
14.
"""


def test_a_chain_of_intentions() -> None:
    chain = read_chain(LIFT, purpose="intention")
    assert answers(chain) == {
        "3-502": "yes",
        "1-301": "no",
        "1-402": "yes",
        "2-1-501": "yes",
        "3-503": "undecided",
        "3-601": "yes",
        "3-602": "yes",
    }
    assert [(entry.number, entry.name) for entry in chain.entries] == [
        (1, "王"),
        (2, "李女士"),
        (3, "赵"),
        (4, "孙"),
        (5, "周"),
        (6, "吴"),
        (8, "冯"),
    ]
    assert reasons(chain) == {
        "7. 郑阿姨 同意": "chain.no-door",
        "9.3–603陈 同意，但要先看图纸": "chain.condition",
        "10. 3-701 褚 同意吗？": "chain.question",
        "11. 3-702、3-703 蒋 同意": "chain.several-doors",
        "12. 3-801 沈 不是不同意": "chain.unclear",
        "13. 3-802 韩": "chain.no-answer",
    }
    assert chain.title == ("#接龙", "聚鑫园加装电梯意向接龙，请大家照格式写", "例 1-101 张三 同意")
    assert chain.talk == ("张三 19:42", "大家快来接啊", "14.")


def test_every_reason_says_in_plain_words_what_to_do() -> None:
    for work in read_chain(LIFT, purpose="intention").work:
        assert re.fullmatch("[^{}]{8,60}。", work.reason.say())


@pytest.mark.parametrize(
    "pasted",
    [
        LIFT + LIFT,
        LIFT + "\n李四 20:15\n" + LIFT,
        "\n".join(LIFT.splitlines()[:9]) + "\n" + LIFT,  # as a chain grows: an older copy, then the newer one
    ],
)
def test_pasting_it_again_changes_nothing(pasted: str) -> None:
    once, again = read_chain(LIFT, purpose="intention"), read_chain(pasted, purpose="intention")
    assert (again.entries, reasons(again)) == (once.entries, reasons(once))


def test_a_later_copy_changes_a_word_and_says_so() -> None:
    later = LIFT.replace("3-502 王 同意", "3-502 王 不同意").replace("13. 3-802 韩", "13. 3-802 韩 同意")
    chain = read_chain(LIFT, later, purpose="intention")
    assert answers(chain) == answers(read_chain(LIFT, purpose="intention")) | {"3-502": "no", "3-802": "yes"}
    assert [entry.door for entry in chain.entries if entry.changed] == ["3-502"]
    assert "13. 3-802 韩" not in reasons(chain)


def test_an_entry_that_a_careless_copy_lost_stays() -> None:
    lost = "\n".join(line for line in LIFT.splitlines() if not line.startswith("2."))
    assert answers(read_chain(LIFT, lost, purpose="intention")) == answers(read_chain(LIFT, purpose="intention"))


def test_back_and_forth_is_for_a_person() -> None:
    third = LIFT + "14. 3-901 杨 同意\n"
    chain = read_chain(LIFT, LIFT.replace("王 同意", "王 反对"), third, purpose="intention")
    assert "3-502" not in answers(chain)
    assert [work.reason.code for work in chain.work if work.door == "3-502"] == ["chain.changed-back"]


def test_two_of_one_home_who_differ_are_for_a_person() -> None:
    chain = read_chain("1. 3-502 王 同意\n2. 3-502 李 不同意\n3. 3-503 赵 同意\n4. 3-503 钱 同意", purpose="intention")
    assert answers(chain) == {"3-503": "yes"}
    assert [(work.door, work.reason.code) for work in chain.work] == [("3-502", "chain.door-differs")]
    assert "1. 3-502 王 同意" in chain.work[0].raw
    assert "2. 3-502 李 不同意" in chain.work[0].raw


@pytest.mark.parametrize(
    ("line", "door"),
    [
        ("1. 3-502 王 同意", "3-502"),
        ("1、3－５０２ 王 同意", "3-502"),
        ("1．3—502王同意", "3-502"),
        ("1 3-502 王 同意", "3-502"),
        ("(1) 3 - 502 王 同意", "3-502"),
        ("【1】三单元502 王 同意", "3-502"),
        ("1）3单元 502室 王 同意", "3-502"),
        ("第1号：3门502王 同意", "3-502"),
        ("①3-502 王 同意", "3-502"),
        ("1️⃣0️⃣3-502 王 同意", "3-502"),
        ("🔟 3-502 王 同意", "3-502"),
        ("十二、3-502 王 同意", "3-502"),
        ("1. 王 3-502 同意", "3-502"),
        ("1. 王3-502同意", "3-502"),
        ("1. 同意 3-502 王", "3-502"),
        ("1. 3/502 王 同意", "3-502"),
        ("1. 3#502 王 同意", "3-502"),
        ("1. 3一502 王 同意", "3-502"),
        ("1. 2-3-502 王 同意", "2-3-502"),
        ("1. 2号楼3单元502 王 同意", "2-3-502"),
        ("1. 2栋三单元５０２室王 同意", "2-3-502"),
        ("1. A座1203 王 同意", "A-1203"),
        ("1. 一区502 王 同意", "1区-502"),
        ("1. 502 王 同意", "502"),
        ("1. 502室 王 同意", "502"),
        ("1. 王502 同意", "502"),
        ("1. 3-502a 王 同意", "3-502A"),
        ("3-502 王 同意", "3-502"),
        ("3-502同意", "3-502"),
        ("3. 3-502 王 同意 13812345678", "3-502"),
    ],
)
def test_a_door_in_many_spellings(line: str, door: str) -> None:
    chain = read_chain(line, purpose="intention")
    assert answers(chain) == {door: "yes"}, reasons(chain)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("1. 王 同意", "chain.no-door"),
        ("1. 张三-502同意", "chain.no-door"),
        ("1. 502-503 王 同意", "chain.no-door"),
        ("1. 3-502/503 王 同意", "chain.no-door"),
        ("1. 13812345678 王 同意", "chain.no-door"),
        ("1. 王 300元 同意", "chain.no-door"),
        ("1. 10-100元 王 同意", "chain.no-door"),
        ("1. 3-502 3-503 同意", "chain.several-doors"),
        ("3-502的王阿姨昨天说她同意", "chain.talk"),
        ("3-502漏水了，有人管吗", "chain.question"),
        ("1. 3-502 王 同意 3-503 李 不同意", "chain.several-doors"),
        ("1. 3-502 王 同意或者不同意都行", "chain.two-answers"),
        ("1. 3-502 王 不太同意", "chain.unclear"),
        ("1. 3-502 王 没有不同意", "chain.unclear"),
        ("1. 3-502 王 如果不超过一万就同意", "chain.condition"),
        ("1. 3-502 王 👍👎", "chain.two-answers"),
        ("1. 3-502 王 🌹", "chain.no-answer"),
        ("1. 3-502", "chain.no-answer"),
    ],
)
def test_what_a_person_must_look_at(line: str, code: str) -> None:
    chain = read_chain(line, purpose="intention")
    assert chain.entries == ()
    assert [work.reason.code for work in chain.work] == [code]


@pytest.mark.parametrize(
    "line",
    [
        "大家早上好",
        "收到",
        "2023年6月5日 19:42",
        "王姐 19:42",
        "6月5日上午9点开会",
        "晚上7:30在3号楼下集合",
        "例如3-502 王 同意",
    ],
)
def test_talk_is_no_entry(line: str) -> None:
    chain = read_chain(f"1. 3-501 李 同意\n{line}", purpose="intention")
    assert (answers(chain), chain.work, chain.talk) == ({"3-501": "yes"}, (), (line,))


@pytest.mark.parametrize(
    ("purpose", "words", "said"),
    [
        ("sign_up", "王", YES),
        ("sign_up", "王 报名", YES),
        ("sign_up", "王 2人", Answer("yes", people=2)),
        ("sign_up", "王 两个人参加", Answer("yes", people=2)),
        ("sign_up", "王 +3", Answer("yes", people=3)),
        ("sign_up", "王 不参加了", NO),
        ("sign_up", "王 待定", UNDECIDED),
        ("attendance", "王 到", YES),
        ("attendance", "王 请假", NO),
        ("attendance", "王 有事来不了", NO),
        ("hours", "王 2小时", Answer(minutes=120)),
        ("hours", "王 1.5小时", Answer(minutes=90)),
        ("hours", "王 一个半小时", Answer(minutes=90)),
        ("hours", "王 半小时", Answer(minutes=30)),
        ("hours", "王 两小时30分钟", Answer(minutes=150)),
        ("hours", "王 90分钟", Answer(minutes=90)),
        ("hours", "王 14:00-16:30", Answer(minutes=150)),
        ("hours", "王 2h", Answer(minutes=120)),
        ("pledge", "王 认捐200元", Answer(fen=20_000)),
        ("pledge", "王 ¥1,000.50", Answer(fen=100_050)),
        ("pledge", "王 五百元", Answer(fen=50_000)),
        ("pledge", "王 1.2万元", Answer(fen=1_200_000)),
        ("pledge", "王 水泥10袋", Answer(things="水泥10袋")),
        ("pledge", "王 出工2天", Answer(things="出工2天")),
        ("pledge", "王 200元，沙子2方", Answer(fen=20_000, things="沙子2方")),
        ("forwarded", "王 已转发", YES),
        ("forwarded", "王 +1", YES),
        ("forwarded", "王 ✅", YES),
        ("forwarded", "王 还没转", NO),
    ],
)
def test_what_a_chain_is_for_says_what_is_read(purpose: Purpose, words: str, said: Answer) -> None:
    chain = read_chain(f"1. 3-502 {words}", purpose=purpose)
    assert [(entry.door, entry.answer) for entry in chain.entries] == [("3-502", said)], reasons(chain)


@pytest.mark.parametrize(
    ("purpose", "words", "code"),
    [
        ("sign_up", "王 2人 3人", "chain.two-answers"),
        ("sign_up", "王 0人", "chain.amount"),
        ("sign_up", "王 不太方便", "chain.unclear"),
        ("hours", "王", "chain.no-hours"),
        ("hours", "王 2小时 3小时", "chain.no-hours"),
        ("hours", "王 25小时", "chain.amount"),
        ("hours", "王 16:00-14:00", "chain.amount"),
        ("hours", "王 0.333小时", "chain.amount"),
        ("pledge", "王 200", "chain.no-pledge"),
        ("pledge", "王 200元 300元", "chain.no-pledge"),
        ("pledge", "王 0元", "chain.amount"),
        ("pledge", "王 200元，但要开发票", "chain.condition"),
    ],
)
def test_an_amount_that_is_not_clear_is_asked_for(purpose: Purpose, words: str, code: str) -> None:
    chain = read_chain(f"1. 3-502 {words}", purpose=purpose)
    assert (chain.entries, [work.reason.code for work in chain.work]) == ((), [code])


DOORS = ["1-301", "1-302", "3-502", "2号楼一单元502", "堰塘边第三家", "堰塘边"]


def test_doors_are_those_of_the_list() -> None:
    text = (
        "1. 三单元502 王 同意\n2. 一单元３０１室 李 +1\n3. 2栋1单元502 孙 同意\n4. 堰塘边第三家 罗 同意\n"
        "5. 堰塘边 何 不同意\n6. 502 周 同意\n7. 9-901 郑 同意\n8. 302 冯 同意"
    )
    chain = read_chain(text, purpose="intention", doors=DOORS)
    assert answers(chain) == {
        "3-502": "yes",
        "1-301": "yes",
        "2号楼一单元502": "yes",
        "堰塘边第三家": "yes",
        "堰塘边": "no",
        "1-302": "yes",
    }
    assert reasons(chain) == {"6. 502 周 同意": "chain.door-unclear", "7. 9-901 郑 同意": "chain.door-not-listed"}
    assert "3-502、2号楼一单元502" in chain.work[0].reason.say()


def test_a_list_with_a_door_twice_or_no_door_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        read_chain("", purpose="intention", doors=["1-301", "一单元301"])
    assert refused.value.code == "chain.door-twice"
    with pytest.raises(Refused) as refused:
        read_chain("", purpose="intention", doors=["???"])
    assert refused.value.code == "doors.unread"


def test_an_unknown_purpose_and_too_much_text_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        read_chain("", purpose="vote")  # type: ignore[arg-type]
    assert refused.value.code == "chain.purpose"
    with pytest.raises(Refused) as refused:
        read_chain("1" * 400_001, purpose="intention")
    assert refused.value.code == "chain.too-long"


PURPOSES: list[Purpose] = ["intention", "sign_up", "attendance", "hours", "pledge", "forwarded"]


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("door", ["1-301", "一区502", "堰塘边第三家"])
def test_the_opening_holds_no_entry_and_says_what_a_chain_is_worth(purpose: Purpose, door: str) -> None:
    text = opening(purpose, "加装电梯\n意向", door)
    assert NATURE in text
    assert "意向" in NATURE
    assert "不是签字" in NATURE
    chain = read_chain(text, purpose=purpose)
    assert (chain.entries, chain.work) == ((), ())
    # What the example shows how to write can be read, once it stands in the chain.
    example_line = next(line for line in text.splitlines() if line.startswith("例 ")).removeprefix("例 ")
    read = read_chain(f"{text}1. {example_line}", purpose=purpose, doors=[door])
    assert [entry.door for entry in read.entries] == [door]
    assert read.entries[0].answer.stand == "yes"


PIECES = st.sampled_from(
    [
        *(
            "1. ",
            "2、",
            "①",
            "3️⃣",
            "(4) ",
            "\n",
            "\n",
            "\n",
            " ",
            "　",
            "，",
            "。",
            "-",
            "/",
            "13812345678",
            "2023-06-05",
        ),
        *(
            "3-502",
            "3单元502室",
            "２－１－３０１",
            "502",
            "一区",
            "502室",
            "一",
            "三",
            "十",
            "楼",
            "号",
            "区",
            "万",
            "半",
        ),
        *("王", "李女士", "张三：", "同意", "不同意", "+1", "👍", "再考虑", "2小时", "200元", "已转发", "请假", "2人"),
        *("#接龙", "例", "19:42", "如果", "吗", "13812345678", "2023-06-05", "502室"),
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=120)
SOME_DOORS = ["3-502", "2-1-301", "502", "1区502"]


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.sampled_from(PURPOSES))
@example("十百、万", "pledge")
@example("1. 3-502 ９９９９９９９９９９９９９９９９９９元", "pledge")
def test_it_never_fails_and_never_invents_a_door(text: str, purpose: Purpose) -> None:
    chain = read_chain(text, purpose=purpose)
    digits = re.sub(r"\D", " ", "".join(text.translate(WIDE)))
    for entry in chain.entries:
        room = re.search(r"(\d+)[A-Z]?$", entry.door)
        assert room is not None
        assert room.group(1) in digits
    assert {work.reason.code.split(".")[0] for work in chain.work} <= {"chain", "money"}
    known = {room_key(door) for door in SOME_DOORS}
    listed = read_chain(text, purpose=purpose, doors=SOME_DOORS)
    assert {room_key(entry.door) for entry in listed.entries} <= known


WIDE = {ord(wide): str(n) for n, wide in enumerate("０１２３４５６７８９")}


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.sampled_from(PURPOSES))
def test_the_same_paste_twice_is_the_same_chain(text: str, purpose: Purpose) -> None:
    once, twice = read_chain(text, purpose=purpose), read_chain(text, text, purpose=purpose)
    assert twice.entries == once.entries
    assert reasons(twice) == reasons(once)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(3, 8), st.integers(1, 3), st.booleans()), max_size=30))
def test_whatever_is_written_cleanly_is_read_whole(rows: list[tuple[int, int, int, bool]]) -> None:
    said = {f"{unit}-{floor}0{room}": yes for unit, floor, room, yes in rows}
    lines = [f"{n}. {door} 王 {'同意' if yes else '不同意'}" for n, (door, yes) in enumerate(said.items(), 1)]
    text = "#接龙\n加装电梯\n" + "\n".join(lines)
    chain = read_chain(text + "\n" + text, purpose="intention")
    assert answers(chain) == {door: "yes" if yes else "no" for door, yes in said.items()}
    assert chain.work == ()
