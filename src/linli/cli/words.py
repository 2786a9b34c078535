"""The sentences in the reader's language, without Django: Chinese is the source, English comes from the catalogue."""

from collections.abc import Callable
from importlib import resources


def in_language(language: str) -> Callable[[str], str]:
    """The translation into ``language``, "zh" or "en"; a sentence that has none stays Chinese."""
    if language == "zh":
        return str
    import polib

    catalogue = resources.files("linli") / "locale" / language / "LC_MESSAGES" / "django.po"
    # The text, not the compiled file: it is there in a fresh clone and cannot be out of date.
    entries = polib.pofile(catalogue.read_text("utf-8"))
    known = {entry.msgid: entry.msgstr for entry in entries if entry.msgstr and not entry.fuzzy}
    return lambda words: known.get(words, words)
