"""What one entry of a chain says, by what the chain is for. Only what can be read in one way is read."""

import re
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

from linli.rules import money
from linli.rules.doors import NUMERAL, read_number
from linli.rules.errors import Refused

Purpose = Literal["intention", "sign_up", "attendance", "hours", "pledge", "forwarded"]
Stand = Literal["yes", "no", "undecided"]


def purpose_of(name: str) -> Purpose:
    """The purpose of this name; refused if there is none such."""
    if name not in get_args(Purpose):
        raise Refused("chain.purpose", "不认识的接龙用途。可选：{purposes}。", purposes="、".join(get_args(Purpose)))
    return cast(Purpose, name)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said: a ``stand``, and for some purposes how many people, minutes, fen, or which things."""

    stand: Stand = "yes"
    people: int | None = None
    minutes: int | None = None
    fen: int | None = None
    things: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The ways to say yes, no and not yet; ``bare``: being in the chain is itself a yes."""

    yes: str
    no: str
    undecided: str = ""
    bare: bool = False


PLUS_ONE = r"(?<!\d)\+\s*1(?!\d)"
SIGNS = {"yes": "[👍👌✅✔√🙋]+[🏻🏼🏽🏾🏿]?", "no": "[❌👎✖×]+[🏻🏼🏽🏾🏿]?"}
WORDS: dict[str, Words] = {
    "intention": Words(
        yes="同意|支持|赞成|愿意|没意见|无意见|没有意见|赞同",
        no="不同意|反对|不支持|不赞成|不愿意|不赞同|不加装",
        undecided="再考虑(?:考虑|一下)?|考虑一下|考虑考虑|考虑中|再想想|弃权|中立|随大家|看情况|暂不表态|还没想好",
    ),
    "sign_up": Words(
        yes="报名|参加|我来|我去|算我一个|去",
        no="不参加|不报名|参加不了|去不了|不去|来不了|不来|取消|退出",
        undecided="待定|看情况|不一定",
        bare=True,
    ),
    "attendance": Words(
        yes="准时到|准时参加|能到|参加|出席|会到|到会|已到|到",
        no="请假|不参加|参加不了|来不了|不来|去不了|不去|缺席|到不了|不到",
        undecided="待定|看情况|不一定|晚点定",
        bare=True,
    ),
    "hours": Words(yes="", no=""),
    "pledge": Words(yes="", no="不捐|不认捐|不参加"),
    "forwarded": Words(
        yes="已转发|已经转发|转发了|已转|转了|已发群|已发|发了",
        no="没有?转发?|未转发?|还没转?发?|没发|未发",
        undecided="晚点转|稍后转|等下转|一会儿转",
        bare=True,
    ),
}
NEGATIONS = re.compile("[不没未无非别难]")
CONDITION = re.compile("如果|要是|假如|除非|只要|前提|条件|的话|但|不过|就行")
QUESTION = re.compile("[?吗么]|同不同意|是不是|怎么")

AMOUNT = rf"(?:\d+(?:\.\d+)?|[{NUMERAL}]+|半)"
HOURS = re.compile(
    rf"(?P<hours>{AMOUNT})\s*(?P<half>个半)?个?\s*(?:小时|钟头|[hH](?![a-zA-Z]))(?:\s*(?P<rest>\d{{1,2}})\s*分钟?|(?P<more>半))?"
    rf"|(?P<minutes>\d{{1,3}})\s*分钟|(?P<from>\d{{1,2}}[:点]\d{{0,2}})\s*[-~到至]\s*(?P<to>\d{{1,2}}[:点]\d{{0,2}})"
)
PEOPLE = re.compile(rf"(?P<number>\d+|[{NUMERAL}]+)\s*(?:个人|人|位|口人|口|名)|(?<!\d)\+\s*(?P<plus>\d+)(?!\d)")
CASH = re.compile(
    rf"[¥￥]\s*(?P<sign>\d[\d,]*(?:\.\d+)?)|(?P<figure>\d[\d,]*(?:\.\d+)?\s*万?|[{NUMERAL}]+万?)\s*(?:元整?|块钱?|圆)"
)
THINGS = re.compile(
    rf"(?:[一-鿿]{{1,4}}?)?\s*(?P<number>\d+(?:\.\d+)?|[{NUMERAL}]+|半)\s*(?:方|袋|吨|斤|公斤|块砖|根|车|桶|箱|天|个工|工|张|把|台|趟|米|棵|株)"
)


def read_answer(text: str, purpose: Purpose) -> tuple[Answer, str]:
    """What ``text`` (an entry without number and door) says, and the text without the words that say it.

    Refused, with what to do: no answer, two answers, a question, a condition, an amount that cannot be read in one way.
    """
    if purpose == "hours":
        return _hours(text)
    if purpose == "pledge":
        return _pledge(text)
    stand, left = _stand(text, WORDS[purpose])
    answer = Answer(stand)
    if purpose == "sign_up" and stand == "yes":
        answer, left = _people(answer, text, left)
    return answer, left


def says_nothing_else(text: str, purpose: Purpose) -> bool:
    """Whether the line is an answer and nothing but an answer, in words."""
    try:
        _, left = read_answer(text, purpose)
    except Refused:
        return False
    return left != text and not re.search(r"\w", left)


def _stand(text: str, words: Words) -> tuple[Stand, str]:
    found: dict[Stand, list[str]] = {"no": [], "undecided": [], "yes": []}
    left = text
    # The longer denials first: 不同意 holds 同意, and would otherwise be read as both.
    for stand, pattern in (("no", words.no), ("undecided", words.undecided), ("yes", words.yes)):
        if pattern:
            found[stand] = re.findall(pattern, left)  # type: ignore[index]
            left = re.sub(pattern, "\0", left)
    _refuse_doubt(text, left)
    plus = re.search(PLUS_ONE, left)
    if not any(found.values()):
        found = {"yes": re.findall(SIGNS["yes"], left), "no": re.findall(SIGNS["no"], left), "undecided": []}
        if plus:
            found["yes"].append("+1")
    said = [stand for stand, hits in found.items() if hits]
    if len(said) > 1:
        raise Refused("chain.two-answers", "这一条里有两种说法，看不出是哪一种，请问一下本人。")
    left = re.sub("|".join([PLUS_ONE, *SIGNS.values()]), " ", left).replace("\0", " ")
    if said:
        return said[0], left
    if not words.bare:
        raise Refused("chain.no-answer", "没写同意还是不同意，请问一下本人。")
    if NEGATIONS.search(text):
        raise Refused("chain.unclear", "这句话看不出是什么意思，请问一下本人。")
    return "yes", left


def _refuse_doubt(text: str, left: str) -> None:
    """A question, a condition, or a word of denial just before an answer (\0 stands for it): a person must ask."""
    if QUESTION.search(text):
        raise Refused("chain.question", "这一条像是在问，不是在答，请问一下本人。")
    if re.search(r"[不没未无非别难][^\s,，。;；!！\0]{0,4}\0", left):
        raise Refused("chain.unclear", "这句话看不出是什么意思，请问一下本人。")
    if CONDITION.search(text):
        raise Refused("chain.condition", "这一条带着条件或者转折，请问清楚再算。")


def _people(answer: Answer, text: str, left: str) -> tuple[Answer, str]:
    counts = [read_number(match["number"] or match["plus"]) for match in PEOPLE.finditer(text)]
    if len(set(counts)) > 1:
        raise Refused("chain.two-answers", "这一条里有两种说法，看不出是哪一种，请问一下本人。")
    if counts and not 0 < (counts[0] or 0) < 100:
        raise Refused("chain.amount", "人数、时间或者数量读不出来，请问一下本人。")
    return (replace(answer, people=counts[0]) if counts else answer), PEOPLE.sub(" ", left)


def _hours(text: str) -> tuple[Answer, str]:
    found = list(HOURS.finditer(text))
    if len(found) != 1:
        raise Refused("chain.no-hours", "没写清几小时，请写成“2小时”或者“90分钟”。")
    minutes = _minutes(found[0])
    if minutes is None or not 0 < minutes <= 24 * 60:
        raise Refused("chain.amount", "人数、时间或者数量读不出来，请问一下本人。")
    return Answer(minutes=minutes), HOURS.sub(" ", text)


def _minutes(match: re.Match[str]) -> int | None:
    if match["minutes"]:
        return int(match["minutes"])
    if match["from"]:
        begin, end = (_clock(match[name]) for name in ("from", "to"))
        return None if begin is None or end is None else end - begin
    hours = _sixtieths(match["hours"])
    if hours is None:
        return None
    return hours + (30 if match["half"] or match["more"] else 0) + int(match["rest"] or 0)


def _clock(text: str) -> int | None:
    hour, _, minute = re.sub("[:点]", ":", text).partition(":")
    moment = int(hour) * 60 + int(minute or 0)
    return moment if int(hour) <= 24 and int(minute or 0) < 60 else None


def _sixtieths(text: str) -> int | None:
    """Hours in minutes, None where they are no whole minutes."""
    if text == "半":
        return 30
    whole, _, part = text.partition(".")
    number = read_number(whole)
    if number is None or number > 24 or len(part) > 2:
        return None
    sixtieths, odd = divmod(int(part.ljust(2, "0") or 0) * 60, 100)
    return None if odd else number * 60 + sixtieths


def _pledge(text: str) -> tuple[Answer, str]:
    _refuse_doubt(text, text)
    if re.search(WORDS["pledge"].no, text):
        return Answer("no"), re.sub(WORDS["pledge"].no, " ", text)
    cash = list(CASH.finditer(text))
    things = list(THINGS.finditer(CASH.sub(" ", text)))
    if len(cash) > 1 or not (cash or things):
        raise Refused("chain.no-pledge", "没写清认捐多少，请写成“200元”或者“水泥10袋”“出工2天”。")
    fen = _fen(cash[0]) if cash else None
    named = "、".join(match.group().strip() for match in things)
    left = THINGS.sub(" ", CASH.sub(" ", text))
    return Answer(fen=fen, things=named), re.sub("认捐|捐款|捐|出资|出工|出", " ", left)


def _fen(match: re.Match[str]) -> int:
    written = match["sign"] or re.sub(r"\s", "", match["figure"])
    number = read_number(written.removesuffix("万")) if written[0] in NUMERAL else None
    if number is not None:
        written = f"{number}{'万' if written.endswith('万') else ''}"
    fen = money.parse(written)
    if fen == 0:
        raise Refused("chain.amount", "人数、时间或者数量读不出来，请问一下本人。")
    return fen
