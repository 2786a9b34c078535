"""Every example of docs/recount.md is run as it stands and compared with the answer printed there."""

import json
import re
import shlex
from pathlib import Path

import pytest

from linli.cli import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "recount.md"
FILES = dict(re.findall(r"^```(?:json|csv) (\S+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL))
TEXTS = dict(re.findall(r"^```text (\S+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL))
EXAMPLES = [
    (command, answer, int(code or 0))
    for session in re.findall(r"^```console\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    for command, answer, code in re.findall(
        r"^\$ linli (.*)\n((?:(?!\$ ).*\n)+)(?:\$ echo \$\?\n(\d)\n)?", session, re.MULTILINE
    )
]


@pytest.mark.parametrize(("command", "answer", "code"), EXAMPLES, ids=[example[0] for example in EXAMPLES])
def test_an_example_of_the_page_is_true(command, answer, code, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, document in (FILES | TEXTS).items():
        Path(name).write_text(document, "utf-8")
    assert main(shlex.split(command)) == code
    assert json.loads(capsys.readouterr().out) == json.loads(answer)


def test_every_command_has_an_example_and_every_file_is_used():
    words = [shlex.split(command) for command, _, _ in EXAMPLES]
    assert {each[0] for each in words} == {"rules", "verify", "import"}
    lookups = {"id", "credit-code", "capitals", "deadline", "chain-opening", "pack"}
    ruled = [each for each in words if each[0] == "rules"]
    assert {each[1] for each in ruled} == {"verdict", "shares", "election", "merkle", "chain", *lookups}
    assert set(TEXTS) <= {word for each in ruled if each[1] == "chain" for word in each}
    counted = {each[2] for each in ruled if each[1] in ("verdict", "shares", "election", "merkle")}
    named = {each[1] for each in words if each[0] in ("verify", "import")}
    assert set(FILES) == (counted | named) - {"missing.json", "nothing.xlsx"}
