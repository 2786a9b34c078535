"""/jianfu: what the rules against formalism at the fingertips forbid, looked for in what this program really has.

Nothing here is a promise typed in by hand. The addresses, the columns of every table, the settings and the acts that a
role above the community may do are read from the running program, and searched for what each burden would be called.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from linli.community.policy import Action


@dataclass(frozen=True, slots=True)
class Burden:
    """One thing that is forbidden: how people call it, how it is done here instead, and what code would call it."""

    name: str | Promise
    instead: str | Promise
    called: tuple[str, ...]


BURDENS = (
    Burden(
        _("强制下载安装"),
        _("用手机自带的浏览器打开就能用，不装任何应用；没有手机的，上门用纸一样办。"),
        ("install app", "app download", "apk", "must install"),
    ),
    Burden(
        _("签到打卡"),
        _("不要谁到哪里打卡、签到。"),
        ("check in", "checkin", "clock in", "punch", "daka"),
    ),
    Burden(
        _("积分排名"),
        _("不给人记分，也不排名次。"),
        ("points", "leaderboard", "ranking", "rankings", "credit score", "star rank"),
    ),
    Burden(
        _("在线时长"),
        _("不记谁什么时候在线、看了多久。"),
        ("online hours", "online minutes", "online time", "screen time", "active minutes", "time spent"),
    ),
    Burden(
        _("过度留痕"),
        _("拍照和定位都可以不要，没有照片照样办得成；平时不显示谁看过、谁没看。"),
        ("read receipt", "read receipts", "seen by", "photo required", "position required", "gps track"),
    ),
    Burden(
        _("重复填报"),
        _("花名册从现成的表导入，写过一次的不再写；没有要人另报一遍的表。"),
        ("monthly report", "weekly report", "daily report", "report up", "submit figures", "fill again"),
    ),
)


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked through: names in the program, by where they stand."""

    addresses: tuple[str, ...]
    columns: tuple[str, ...]
    settings: tuple[str, ...]
    from_above: tuple[str, ...]

    def found(self, burden: Burden) -> tuple[str, ...]:
        """Every name that is, or holds as whole words, what the burden would be called."""
        everything = (*self.addresses, *self.columns, *self.settings, *self.from_above)
        return tuple(name for name in everything if any(f" {called} " in words_of(name) for called in burden.called))


def look() -> Looked:
    """All addresses, columns and settings of the program, and the acts open to a role above the community."""
    return Looked(
        addresses=tuple(_addresses(get_resolver().url_patterns, "/")),
        columns=tuple(
            f"{model._meta.label}.{field.name}" for model in apps.get_models() for field in model._meta.get_fields()
        ),
        settings=tuple(name for name in dir(settings) if name.isupper()),
        from_above=tuple(action.name for action in _actions() if not action.personal),
    )


@cache
def words_of(name: str) -> str:
    """``name`` as lower-case words with a space on either side: "Person.checkIn_at" is " person check in at "."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return f" {' '.join(re.findall('[a-z0-9]+', parted.lower()))} "


def _addresses(patterns: Sequence[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, route)
        else:
            yield route


def _actions() -> Iterator[Action]:
    """The named actions of every app that has a policy."""
    for app in apps.get_app_configs():
        if app.name.startswith("linli.") and find_spec(f"{app.name}.policy"):
            policy = import_module(f"{app.name}.policy")
            yield from (value for value in vars(policy).values() if isinstance(value, Action))
