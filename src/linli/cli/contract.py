"""What ``linli rules``, ``linli verify`` and ``linli import`` promise: exactly one JSON object, and never a traceback.

Everything else goes to standard error. Exit 0 for yes or an answer, 1 for no, 2 for input that is unreadable or
impossible. Sentences are Chinese; ``--lang en`` gives them in English.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from linli.cli.words import in_language
from linli.rules.errors import Refused

Answer = tuple[dict[str, Any], bool]
"""What a command answers, and whether it is a yes."""

Say = Callable[[str], str]
"""Turns a Chinese sentence into the reader's language."""


class _Help(Exception):
    """Help was asked for: it is the answer."""


class Parser(argparse.ArgumentParser):
    """Refuses instead of leaving the program, and writes nothing of its own to standard output."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.format_usage()}{self.prog}: {message}", file=sys.stderr)
        raise Refused("command.usage", "命令写得不对。用法：{usage}", usage=self.format_usage()[7:].strip())

    def print_help(self, file: Any = None) -> None:
        raise _Help(self.format_help())


def run_command(prog: str, parser: Callable[[], Parser], argv: Sequence[str]) -> int:
    """Runs the command ``prog`` with the words that follow it, prints the one object and returns the exit code.

    ``parser`` reads the words; what it gives has ``run``, a function of them and of the language that answers.
    """
    say: Callable[[str], str] = str
    try:
        language, words = _language(prog, argv)
        say = in_language(language)
        options = parser().parse_args(words)
        answer, is_yes = options.run(options, say)
        return _print(answer, 0 if is_yes else 1)
    except _Help as help_:
        return _print({"help": str(help_)}, 0)
    except Refused as refused:
        no = refused
    except (RecursionError, MemoryError):
        no = too_large()
    except KeyboardInterrupt:
        no = Refused("command.interrupted", "已中断，没有得出结果。")
    except Exception as failure:
        # The last resort of the contract: whoever recounts at home gets a sentence, never a traceback.
        print(f"{prog}: {type(failure).__name__}: {failure}", file=sys.stderr)
        no = Refused("command.failed", "程序出错，没有得出结果。请把输入文件和命令发给维护者。")
    return _print({"error": no.code, "words": no.say(say)}, 2)


def too_large() -> Refused:
    """The refusal of what is too large or too deep to be worked on."""
    return Refused("input.too-large", "内容太大或嵌套太深，无法计算。请分成几份。")


def _language(prog: str, argv: Sequence[str]) -> tuple[str, list[str]]:
    """The language asked for, wherever ``--lang`` stands, and the other words."""
    parser = Parser(prog=prog, add_help=False, allow_abbrev=False)
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")
    options, words = parser.parse_known_args(argv)
    return options.lang, words


def _print(answer: dict[str, Any], code: int) -> int:
    try:
        sys.stdout.write(_line(answer))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone; what is left in the buffer must not fail again when Python closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, AttributeError) as failure:
        # No room on the disk, or no standard output at all: the answer could not be given.
        print(f"linli: {failure}", file=sys.stderr)
        return 2
    return code


def _line(answer: dict[str, Any]) -> str:
    """The answer on one line, escaped where the terminal or a broken character of the input asks for it."""
    line = json.dumps(answer, ensure_ascii=False) + "\n"
    try:
        line.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(answer) + "\n"
    return line
