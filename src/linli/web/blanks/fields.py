"""``{{字段}}``: finding the fields in words, and putting values in their place."""

import re
from collections.abc import Mapping
from decimal import Decimal

from linli.rules.errors import Refused

Value = str | int | Decimal

FIELD = re.compile(r"\{\{\s*([^{}%#]{1,60}?)\s*\}\}")
#: What template languages run. A blank is filled, never run.
COMMAND = re.compile(r"\{%|%\}|\{#|#\}")
MAX_FIELDS = 300
#: XML 1.0 has none of these.
CONTROL = {code: None for code in range(32) if code not in (9, 10, 13)} | {0xFFFE: None, 0xFFFF: None}
#: A line to write on by hand, where there is no value.
NOTHING = "＿＿＿＿"


def fields_in(words: str) -> list[str]:
    """The names of the fields in some words, in their order. Refused: commands, and braces around what is no name."""
    if COMMAND.search(words):
        raise Refused("blank.command", "空表里只能写 {{{{字段}}}}，不能写 {{% … %}} 这样的命令。请改掉再交。")
    names = FIELD.findall(words)
    for name in names:
        if not re.fullmatch(r"[\w（）()·、 -]+", name):
            raise Refused(
                "blank.no-field", "“{name}”不是字段的名字。大括号里只能写一个字段名，不能写算式。", name=name[:40]
            )
    if "{{" in FIELD.sub("", words):
        raise Refused(
            "blank.open-brace", "空表里有一处 {{{{ 没有写完，或者里面不是字段的名字。请改成 {{{{字段}}}} 再交。"
        )
    return names


def text_of(value: Value) -> str:
    """A value as words of one line."""
    return " ".join(str(value).translate(CONTROL).split()) if isinstance(value, str) else str(value)


def filled(words: str, values: Mapping[str, Value], nothing: str = NOTHING) -> str:
    """The words with every field's value in its place; what a value says is never looked at for fields again."""
    return FIELD.sub(lambda found: text_of(values[found[1]]) if found[1] in values else nothing, words)
