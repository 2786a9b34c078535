"""Every example of docs/recount.md is run as it stands and compared with the answer printed there."""

import json
import re
import shlex
from pathlib import Path

import pytest

from linli.cli import main

PAGE = Path(__file__).resolve().parents[2] / "docs" / "recount.md"
FILES = dict(re.findall(r"^```(?:json|csv) (\S+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL))
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
    for name, document in FILES.items():
        Path(name).write_text(document, "utf-8")
    assert main(shlex.split(command)) == code
    assert json.loads(capsys.readouterr().out) == json.loads(answer)


def test_every_command_has_an_example_and_every_file_is_used():
    words = [shlex.split(command) for command, _, _ in EXAMPLES]
    rules = [each for each in words if each[0] == "rules"]
    assert {each[1] for each in rules} == {"verdict", "shares", "id", "credit-code", "capitals", "deadline"}
    named = {each[2] for each in rules if each[1] in ("verdict", "shares")}
    named |= {each[1] for each in words if each[0] == "import"}
    assert set(FILES) == named - {"missing.json", "nothing.xlsx"}
