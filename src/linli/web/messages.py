"""Which sentences the program says, found in its source, and whether the English catalogue has them all.

Chinese is the source text, in Python as in templates; the catalogue holds one English sentence for each. GNU gettext's
tools are not needed: Python is read as a syntax tree, templates through Django's own ``templatize``.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import polib
from django.utils.translation.template import templatize

PROGRAM = Path(__file__).resolve().parents[1]
CATALOGUE = PROGRAM / "locale" / "en" / "LC_MESSAGES" / "django.po"

# The gettext functions by their plain names: what their leading arguments are.
_CALLS = {
    "_": ("msgid",),
    "gettext": ("msgid",),
    "gettext_noop": ("msgid",),
    "ngettext": ("msgid", "plural"),
    "pgettext": ("context", "msgid"),
    "npgettext": ("context", "msgid", "plural"),
}
# How a rule says no (linli.rules.errors): a code, then the words.
_REFUSALS = frozenset({"Refused", "Forbidden", "TooOften"})
_LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_TEMPLATE_CALL = re.compile(rf"\b({'|'.join(_CALLS)})\(({_LITERAL}(?:,\s*{_LITERAL})*)")
_PERCENT_FIELD = re.compile(r"(?<!%)(?:%%)*%\((\w+)\)")


class Unreadable(Exception):
    """A sentence that cannot be found by reading: it is put together while the program runs."""


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence where it is said. ``code`` and ``facts`` are those of a ``Refused``, else empty."""

    where: str
    msgid: str
    plural: str = ""
    context: str = ""
    code: str = ""
    facts: frozenset[str] | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What the catalogue looks it up by."""
        return self.context, self.msgid


def said_by(program: Path = PROGRAM) -> list[Message]:
    """Every sentence of the Python and the templates under ``program``.

    ``Unreadable`` is raised for a ``Refused`` or a gettext call whose words are not written out as literals: nobody
    could translate them. ``_(name)`` with a plain name is left alone, for it translates what is written out elsewhere.
    """
    found: list[Message] = []
    for path in sorted(program.rglob("*.py")):
        if "migrations" not in path.parts:
            found += in_python(path.read_text("utf-8"), str(path.relative_to(program)))
    for path in sorted(program.rglob("templates/**/*")):
        if path.is_file():
            found += in_template(path.read_text("utf-8"), str(path.relative_to(program)))
    return found


def in_python(source: str, where: str) -> Iterator[Message]:
    """The sentences of one Python file: those of gettext calls and those of ``Refused`` and ``Forbidden``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = f"{where}:{node.lineno}"
            if name in _REFUSALS:
                yield _refusal(node, place)
            elif parts := _CALLS.get(name.removesuffix("_lazy")):
                yield from _gettext(node, parts, place)


def in_template(source: str, where: str) -> Iterator[Message]:
    """The sentences of one template: translate, blocktranslate and ``_("…")``."""
    for call in _TEMPLATE_CALL.finditer(templatize(source)):
        words = ast.literal_eval(f"[{call[2]}]")
        yield _message(where, dict(zip(_CALLS[call[1]], words, strict=False)))


def faults(messages: Iterable[Message], catalogue: polib.POFile) -> list[str]:
    """What is wrong between the sentences and the catalogue, one line each; empty when all is well.

    Wrong are: a sentence without an entry, or whose entry is empty or fuzzy or has other fields than the sentence; an
    entry that nobody says; a code with two wordings; a field that its ``Refused`` gives no fact for.
    """
    messages = list(messages)
    entries = {(entry.msgctxt or "", entry.msgid): entry for entry in catalogue if not entry.obsolete}
    spoken = {message.key for message in messages}
    found = [f"said by nobody: {msgid}" for context, msgid in entries if (context, msgid) not in spoken]
    for message in messages:
        found += [
            f"{message.where}: {fault}: {message.msgid}" for fault in _faults_of(message, entries.get(message.key))
        ]
    wordings = defaultdict(set)
    for message in messages:
        if message.code:
            wordings[message.code].add(message.msgid)
    found += [f"{code} has {len(words)} wordings" for code, words in wordings.items() if len(words) > 1]
    return found


def bring_up_to_date(messages: Iterable[Message], catalogue: polib.POFile) -> tuple[int, int]:
    """Gives every sentence an entry (empty if new), drops what nobody says, sorts; returns how many came and went."""
    wanted = {message.key: message for message in messages}
    kept = {(entry.msgctxt or "", entry.msgid): entry for entry in catalogue}
    entries = {
        key: kept.get(key)
        or polib.POEntry(
            msgid=message.msgid,
            msgctxt=message.context or None,
            msgid_plural=message.plural,
            msgstr_plural={0: "", 1: ""} if message.plural else {},
        )
        for key, message in wanted.items()
    }
    catalogue[:] = [entries[key] for key in sorted(entries)]
    return len(wanted.keys() - kept.keys()), len(kept.keys() - wanted.keys())


def fields(words: str) -> set[str]:
    """The names to be filled in: {name} of a refusal and %(name)s of gettext."""
    try:
        braces = {name for _, name, _, _ in Formatter().parse(words) if name}
    except ValueError:
        braces = {"unbalanced braces"}
    return braces | {f"%{name}" for name in _PERCENT_FIELD.findall(words)}


def _refusal(node: ast.Call, where: str) -> Message:
    literals = [argument.value for argument in node.args[:2] if isinstance(argument, ast.Constant)]
    if len(literals) != 2 or not all(isinstance(literal, str) for literal in literals):
        raise Unreadable(f"{where}: write the code and the words of a Refused out as literals")
    given = {keyword.arg for keyword in node.keywords}
    facts = None if None in given else frozenset(str(name) for name in given)
    return Message(where, code=str(literals[0]), msgid=str(literals[1]), facts=facts)


def _gettext(node: ast.Call, parts: tuple[str, ...], where: str) -> Iterator[Message]:
    words: dict[str, str] = {}
    for part, argument in zip(parts, node.args, strict=False):
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            words[part] = argument.value
        elif not isinstance(argument, ast.Name | ast.Attribute | ast.Subscript):
            raise Unreadable(f"{where}: a sentence put together by code cannot be translated")
    if len(words) == len(parts):
        yield _message(where, words)


def _message(where: str, words: dict[str, str]) -> Message:
    return Message(where, words["msgid"], words.get("plural", ""), words.get("context", ""))


def _faults_of(message: Message, entry: polib.POEntry | None) -> Iterator[str]:
    wanted = fields(message.msgid)
    if message.facts is not None and not wanted <= message.facts:
        yield f"no fact for {', '.join(sorted(wanted - message.facts))}"
    if entry is None:
        yield "not in the catalogue"
        return
    if entry.fuzzy or not entry.translated():
        yield "not translated"
    if entry.msgid_plural != message.plural:
        yield "has another plural in the catalogue"
    for form, words in {"only": entry.msgstr, **entry.msgstr_plural}.items():
        # "One more household" may leave the number out; every other form has all the fields and no others.
        needed = set() if form == 0 else wanted
        if words and not needed <= fields(words) <= wanted:
            yield f"the English has other fields ({', '.join(sorted(fields(words) ^ wanted))})"
