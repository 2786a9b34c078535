"""The contract of ``linli rules``: one JSON object, exit 0, 1 or 2, never a traceback, whatever comes in."""

import io
import json
import os
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.cli import main

LINLI = [sys.executable, "-m", "linli.cli"]


def run(*words: str, typed: bytes | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*LINLI, *words], input=typed, capture_output=True, env={**os.environ, **environment}, timeout=60, check=False
    )


@pytest.fixture
def ask(capsys, monkeypatch):
    """Runs the command in this process and returns its exit code and its one object."""

    def run_here(*words: str, typed: bytes | str | None = None) -> tuple[int, dict[str, Any]]:
        if typed is not None:
            raw = typed if isinstance(typed, bytes) else typed.encode()
            monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
        code = main(["rules", *words])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        assert printed.out.count("\n") == 1
        answer = json.loads(printed.out)
        assert isinstance(answer, dict)
        assert code in (0, 1, 2)
        assert (code == 2) == ("error" in answer)
        assert answer.get("error") != "command.failed"
        if code == 2:
            assert set(answer) == {"error", "words"}
        return code, answer

    return run_here


LIFT: dict[str, Any] = {
    "method": "equal",
    "cost": 9_000_000,
    "subsidy": 0,
    "households": [
        {"id": "1-301"},
        {"id": "1-302"},
        {"id": "1-303"},
        {"id": "1-401"},
        {"id": "1-402"},
        {"id": "1-403"},
        {"id": "1-501"},
    ],
}


def test_shares_answer_in_whole_fen_and_tell_the_rounding(ask):
    code, answer = ask("shares", "-", typed=json.dumps(LIFT))
    ids = [household["id"] for household in LIFT["households"]]
    assert code == 0
    # 9,000,000 over 7 is 1,285,714 and 2 fen remain: they go to the first two of the list.
    assert answer == {
        "shares": dict(zip(ids, [1_285_715] * 2 + [1_285_714] * 5, strict=True)),
        "rounding": dict(zip(ids, [1] * 2 + [0] * 5, strict=True)),
    }


@pytest.mark.parametrize(
    ("document", "shares"),
    [
        (
            {"method": "area", "cost": 300, "households": [{"id": "a", "area": "85.20"}, {"id": "b", "area": 170.4}]},
            [100, 200],
        ),
        (
            {
                "method": "coefficients",
                "cost": 1500,
                "households": [{"id": "a", "floor": 3}, {"id": "b", "floor": "4"}],
                "coefficients": {"3": "0.7", "4": 0.8},
            },
            [700, 800],
        ),
        (
            {
                "method": "coefficients",
                "cost": 1100,
                "households": [{"id": "a", "floor": 3, "area": "85.2"}, {"id": "b", "floor": 4, "area": "42.6"}],
                "coefficients": {"3": "0.7", "4": "0.8"},
                "by_area": True,
            },
            [700, 400],
        ),
        (
            {
                "method": "airport",
                "cost": 18,
                "households": [{"id": str(floor), "floor": floor} for floor in (1, 2, 3, 4)],
                "levels": [
                    {"floor": 4, "cost": 18},
                    {"floor": 1, "cost": 8},
                    {"floor": 2, "cost": 11},
                    {"floor": 3, "cost": 13},
                ],
            },
            [2, 3, 4, 9],
        ),
        (
            {"method": "custom", "cost": 50, "households": [{"id": "a"}, {"id": "b"}], "weights": {"a": 1, "b": "1.5"}},
            [20, 30],
        ),
        ({"method": "equal", "cost": 10, "subsidy": 10, "households": [{"id": "a"}]}, [0]),
    ],
)
def test_every_method_is_reachable(ask, document, shares):
    code, answer = ask("shares", "-", typed=json.dumps(document))
    assert code == 0
    assert list(answer["shares"].values()) == shares


def test_decimals_are_exact(ask):
    # In binary 0.1 + 0.2 is more than 0.3, and the odd fen would go to another household.
    document = {
        "method": "custom",
        "cost": 3,
        "households": [{"id": "a"}, {"id": "b"}, {"id": "c"}],
        "weights": {"a": 0.1, "b": 0.2, "c": 0.3},
    }
    _, answer = ask("shares", "-", typed=json.dumps(document))
    assert answer["shares"] == {"a": 1, "b": 1, "c": 1}
    # 0.5, 1 and 1.5 fen: the halves tie and the first in the list is served.
    assert answer["rounding"] == {"a": 1, "b": 0, "c": 0}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"method": "raffle"}, "shares.unknown-method"),
        ({"method": None}, "input.not-words"),
        ({"cost": "9000000"}, "input.not-whole"),
        ({"cost": 1.5}, "input.not-whole"),
        ({"cost": True}, "input.not-whole"),
        ({"cost": -1}, "shares.negative-amount"),
        ({"subsidy": 9_000_001}, "shares.subsidy-above-cost"),
        ({"subsidi": 5}, "input.unknown-field"),
        ({"households": []}, "shares.nobody"),
        ({"households": {}}, "input.not-list"),
        ({"households": ["1-301"]}, "input.not-object"),
        ({"households": [{"floor": 3}]}, "input.missing-field"),
        ({"households": [{"id": 7}]}, "input.not-words"),
        ({"households": [{"id": "a"}, {"id": "a"}]}, "shares.id-twice"),
        ({"households": [{"id": "a", "floor": 3.5}]}, "input.not-whole"),
        ({"households": [{"id": "a", "area": "八十五"}]}, "input.not-number"),
        ({"households": [{"id": "a", "area": "٨٥"}]}, "input.not-number"),
        ({"method": "area"}, "shares.no-area"),
        ({"method": "airport"}, "input.missing-field"),
        ({"method": "airport", "levels": [{"floor": 3, "cost": 9_000_000}]}, "shares.no-floor"),
        ({"method": "airport", "levels": [{"floor": 3, "cost": 1}, {"floor": "3", "cost": 2}]}, "shares.floor-twice"),
        ({"method": "coefficients", "coefficients": {"3": 1}}, "shares.no-floor"),
        ({"method": "coefficients", "coefficients": {"3": 1, "03": 2}}, "shares.floor-twice"),
        ({"method": "coefficients", "coefficients": {"3F": 1}}, "input.not-whole"),
        ({"method": "coefficients", "coefficients": {"3": 1}, "by_area": "yes"}, "input.not-truth"),
        ({"method": "custom", "weights": {"1-301": "1.5"}}, "shares.no-weight"),
        ({"method": "custom", "weights": {"1-301": "a lot"}}, "input.not-number"),
    ],
)
def test_an_impossible_document_is_refused_by_name(ask, change, code):
    assert ask("shares", "-", typed=json.dumps(LIFT | change))[1]["error"] == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (b"", "input.not-json"),
        (b"{", "input.not-json"),
        (b"[]", "input.not-object"),
        (b"null", "input.not-object"),
        (b"\xff\xfe\x00", "input.not-text"),
        (b"PK\x03\x04\x00\x00", "input.not-json"),
        (b'{"cost": NaN}', "input.impossible-number"),
        (b'{"cost": -Infinity}', "input.impossible-number"),
        (b'{"cost": ' + b"9" * 5000 + b"}", "input.impossible-number"),
        (b'{"cost": 1e999999999}', "input.impossible-number"),
        (b'{"cost": 1e-999999999999999999999}', "input.impossible-number"),
        (b'{"cost": 1, "cost": 2}', "input.key-twice"),
        (b"[" * 200_000, "input.too-large"),
        (b'{"a":' * 200_000, "input.too-large"),
        (b'"' + b"x" * (64 * 2**20) + b'"', "input.too-large"),
    ],
)
def test_unreadable_input_is_refused_by_name(ask, typed, code):
    assert ask("shares", "-", typed=typed)[1]["error"] == code


def test_a_file_with_a_byte_order_mark_is_read(ask, tmp_path):
    file = tmp_path / "lift.json"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(LIFT).encode())
    assert ask("shares", str(file))[0] == 0


@pytest.mark.parametrize("name", ["missing.json", "", ".", "a\0b", "x" * 5000])
def test_what_is_no_file_is_refused(ask, tmp_path, name):
    assert ask("shares", name if "\0" in name or not name else str(tmp_path / name))[1]["error"] == "input.no-file"


@pytest.mark.parametrize(
    ("words", "code", "answer"),
    [
        (["id", "11010519491231002X"], 0, {"valid": True, "area": "110105", "born": "1949-12-31", "sex": "female"}),
        (["credit-code", "91350100M000100Y43"], 0, {"valid": True}),
        (
            ["capitals", "16409.02"],
            0,
            {"capitals": "人民币壹万陆仟肆佰零玖元零贰分", "fen": 1640902, "yuan": "16,409.02"},
        ),
    ],
)
def test_a_look_up_answers(ask, words, code, answer):
    assert ask(*words) == (code, answer)
    assert ask(words[0], "-", typed=words[1] + "\n") == (code, answer)


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["id", "110105194912310021"], 1, "identity.check"),
        (["id", "110105194902310021"], 1, "identity.birth"),
        (["id", "110105299912310025"], 1, "identity.not-yet-born"),
        (["id", "000000194912310021"], 1, "identity.province"),
        (["id", "12345"], 2, "identity.shape"),
        (["id", ""], 2, "identity.shape"),
        (["credit-code", "91350100M000100Y4Z"], 1, "credit-code.letter"),
        (["credit-code", "91350100M000100Y42"], 1, "credit-code.check"),
        (["credit-code", "9135"], 2, "credit-code.shape"),
        (["capitals", "a lot"], 2, "money.unreadable"),
        (["capitals", "1.005"], 2, "money.below-one-fen"),
        (["capitals", "9999999999999"], 2, "money.out-of-bounds"),
        (["deadline", "2023-02-29", "+15"], 2, "deadline.date-unreadable"),
        (["deadline", "20230720", "+15"], 2, "deadline.date-unreadable"),
        (["deadline", "2023-07-20", "soon"], 2, "deadline.days-unreadable"),
        (["deadline", "2023-07-20", "+0"], 2, "calendar.days-out-of-bounds"),
        (["deadline", "2023-07-20", "+999999999"], 2, "calendar.days-out-of-bounds"),
        (["deadline", "9999-12-30", "+5"], 2, "calendar.beyond-calendar"),
        (["deadline", "2030-01-01", "+5", "--working"], 2, "calendar.no-table"),
        (["deadline", "2023-07-20", "-5"], 2, "deadline.days-unreadable"),
        (["deadline"], 2, "command.usage"),
        (["recount"], 2, "command.usage"),
        ([], 2, "command.usage"),
        (["id", "11010519491231002X", "--lang", "fr"], 2, "command.usage"),
    ],
)
def test_a_look_up_says_no_or_refuses_by_name(ask, words, code, reason):
    found, answer = ask(*words)
    assert (found, answer.get("error", answer.get("reason"))) == (code, reason)
    assert answer["words"]


def test_the_identity_number_is_never_repeated(ask, capsys):
    for number in ("11010519491231002X", "110105194912310021", "1101051949123100211"):
        _, answer = ask("id", number)
        assert number[6:17] not in json.dumps(answer)


def test_a_deadline_shows_its_working(ask):
    assert ask("deadline", "2023-04-28", "+3", "--working") == (
        0,
        {
            "start": "2023-04-28",
            "days": 3,
            "working": True,
            "first_day": "2023-04-29",
            "last_day": "2023-05-06",
            "ends": "2023-05-06 24:00",
            "skipped": [
                {"day": f"2023-{day}", "why": "holiday", "name": "劳动节"}
                for day in ("04-29", "04-30", "05-01", "05-02", "05-03")
            ],
            "notices": ["国办发明电〔2022〕16号"],
            "confirmed": True,
            "articles": ["民法典第二百零一条", "民法典第二百零三条"],
        },
    )


def test_help_is_an_answer(ask):
    for words in (["--help"], ["shares", "-h"]):
        code, answer = ask(*words)
        assert code == 0
        assert "usage: linli rules" in answer["help"]


@pytest.mark.parametrize("words", [["--lang", "en", "id", "5"], ["id", "5", "--lang", "en"], ["--lang=en", "id"]])
def test_the_sentences_come_in_english_on_request(ask, words):
    assert ask(*words)[1]["words"].isascii()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.decimals(allow_nan=False).map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    sorted(["method", "cost", "subsidy", "households", "coefficients", "levels", "weights", "by_area"])
)
ROW = st.fixed_dictionaries(
    {},
    optional={
        "id": JSON | st.sampled_from("abc"),
        "floor": JSON | st.integers(1, 4),
        "area": JSON,
        "cost": JSON | st.integers(0, 9),
    },
)
DOCUMENTS = st.dictionaries(KEYS, JSON) | st.fixed_dictionaries(
    {
        "method": st.sampled_from(["equal", "area", "coefficients", "airport", "custom"]),
        "cost": st.integers(-1, 9) | JSON,
        "households": st.lists(ROW, max_size=4) | JSON,
    },
    optional={
        "subsidy": st.integers(-1, 9) | JSON,
        "coefficients": st.dictionaries(st.sampled_from(["1", "2", "3", "-1", "x"]), JSON | st.integers(-1, 3)) | JSON,
        "levels": st.lists(ROW, max_size=4) | JSON,
        "weights": st.dictionaries(st.sampled_from("abc"), JSON | st.integers(-1, 3)) | JSON,
        "by_area": JSON,
    },
)


def check_contract(words: list[str], typed: bytes, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    with monkeypatch.context() as patch:
        out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
        patch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(typed)))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        code = main(["rules", *words])
    out.seek(0)
    answer = json.loads(out.read())
    assert isinstance(answer, dict)
    assert code in (0, 1, 2)
    assert answer.get("error") != "command.failed", err.getvalue()
    assert "Traceback" not in err.getvalue()
    return answer


@pytest.fixture(scope="module")
def patches():
    return pytest.MonkeyPatch()


@given(document=DOCUMENTS)
def test_any_document_of_shares_gets_an_object(document, patches):
    answer = check_contract(["shares", "-"], json.dumps(document).encode(), patches)
    if "shares" in answer:
        assert sum(answer["shares"].values()) == document["cost"] - document.get("subsidy", 0)


UNIT = st.fixed_dictionaries(
    {
        "id": st.sampled_from("abcdef") | JSON,
        "voice": st.sampled_from(["yes", "no", "abstain", "spoiled", "none"]) | JSON,
    },
    optional={
        "area": st.sampled_from(["85.20", "0.01", "9" * 14]) | JSON,
        "owners": st.lists(st.sampled_from("PQR"), max_size=2) | JSON,
        "developer": st.booleans() | JSON,
        "objection": st.booleans() | JSON,
        "excluded": st.booleans() | JSON,
        "present": st.booleans() | JSON,
    },
)
ELECTORATES = st.fixed_dictionaries(
    {
        "pack": st.sampled_from(["cn.civil-code.278.special", "cn.civil-code.279", "cn.tianjin.lift"]) | JSON,
        "at": st.sampled_from(["2023-07-01", "1999-01-01"]) | JSON,
        "units": st.lists(UNIT, max_size=5) | JSON,
    },
    optional={"kind": st.sampled_from(["owners", "households"]) | JSON, "closed": st.booleans() | JSON},
)


@given(document=ELECTORATES)
def test_any_electorate_gets_an_object(document, patches):
    answer = check_contract(["verdict", "-"], json.dumps(document).encode(), patches)
    assert "error" in answer or answer["state"] in {"passed", "failed", "pending", "unverifiable"}


@given(value=JSON, noise=st.binary(max_size=20))
def test_any_json_and_any_bytes_get_an_object(value, noise, patches):
    check_contract(["shares", "-"], json.dumps(value).encode(), patches)
    check_contract(["verdict", "-"], json.dumps(value).encode(), patches)
    check_contract(["shares", "-"], json.dumps(value).encode() + noise, patches)
    check_contract(["shares", "-"], noise, patches)


@given(
    words=st.lists(
        st.sampled_from(["id", "capitals", "deadline", "credit-code", "shares", "--lang", "--working", "-"])
        | st.text(max_size=20),
        max_size=4,
    )
)
def test_any_words_get_an_object(words, patches):
    check_contract(words, b"", patches)


def test_as_a_command_it_prints_the_object_and_the_reasons_apart():
    done = run("rules", "shares")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"] == "command.usage"
    assert b"usage: linli rules shares" in done.stderr


def test_a_reader_that_has_gone_is_no_failure():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*LINLI, "rules", "id", "110105194912310021"], stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


def test_without_any_standard_streams_there_is_no_traceback():
    command = " ".join([*LINLI, "rules", "shares", "-", "<&-", ">&-"])
    done = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_a_terminal_without_chinese_still_gets_json():
    done = run("rules", "capitals", "48000", PYTHONIOENCODING="ascii")
    assert json.loads(done.stdout)["capitals"] == "人民币肆万捌仟元整"


def test_an_output_without_an_encoding_gets_the_object(monkeypatch):
    """A program that calls the command and gathers text, not bytes."""
    out = io.StringIO()
    monkeypatch.setattr("sys.stdout", out)
    assert main(["rules", "capitals", "5"]) == 0
    assert json.loads(out.getvalue())["capitals"] == "人民币伍元整"


def test_a_broken_character_is_given_back_escaped():
    document = json.dumps({"method": "equal", "cost": 1, "households": [{"id": "\ud800"}]})
    done = run("rules", "shares", "-", typed=document.encode())
    assert json.loads(done.stdout)["shares"] == {"\ud800": 1}


def test_recounting_loads_no_web_framework():
    program = (
        "import sys; from linli.cli import main; main(['rules', 'capitals', '1', '--lang', 'en']);"
        "sys.exit('django' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=False).returncode == 0


def test_the_command_lists_its_subcommands(capsys):
    assert main(["--help"]) == 0
    assert "rules" in capsys.readouterr().out
    assert main(["nonsense"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "no such command: nonsense" in printed.err


def test_a_chain_is_read_with_and_without_a_list_of_doors(ask, tmp_path):
    doors = tmp_path / "doors.txt"
    doors.write_text("1-301\n\n3-502\n", "utf-8")
    text = "#接龙\n1. 三单元502 王 2人\n2. 9-901 李\n"
    code, answer = ask("chain", "-", "--purpose", "sign_up", "--doors", str(doors), typed=text)
    assert code == 0
    assert [(entry["door"], entry["answer"]) for entry in answer["entries"]] == [
        ("3-502", {"stand": "yes", "people": 2})
    ]
    assert [(work["line"], work["reason"]) for work in answer["work"]] == [("2. 9-901 李", "chain.door-not-listed")]
    assert "不是签字" in answer["nature"]
    _, open_ended = ask("chain", "-", "--purpose", "sign_up", typed=text)
    assert [entry["door"] for entry in open_ended["entries"]] == ["3-502", "9-901"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["chain", "-", "--purpose", "vote"], "chain.purpose"),
        (["chain", "-", "--doors", "nowhere.txt"], "input.no-file"),
        (["chain", "nowhere.txt"], "input.no-file"),
        (["chain-opening", "题目", "--purpose", "vote"], "chain.purpose"),
        (["chain"], "command.usage"),
    ],
)
def test_a_chain_that_cannot_be_read_is_refused(ask, words, code):
    assert ask(*words, typed="1. 3-502 王 同意") == (2, {"error": code, "words": ask(*words)[1]["words"]})


def test_a_chain_that_is_no_text_is_refused(ask):
    assert ask("chain", "-", typed=b"\xff\xfe1. 3-502")[1]["error"] == "input.not-text"


LATE: dict[str, Any] = {
    **LIFT,
    "late": [{"id": "1-502", "months": 36}],
    "terms": {"price": "falling", "life_months": 180, "yearly_interest": "0.00"},
}


def test_late_joiners_are_told_besides(ask):
    code, answer = ask("shares", "-", typed=json.dumps(LATE))
    assert code == 0
    assert ask("shares", "-", typed=json.dumps(LIFT))[1].items() <= answer.items()
    # An eighth of 9,000,000 is 1,125,000; four fifths of the life are left: 900,000.
    assert answer["late"][0]["price"] == 900_000
    assert sum(answer["late"][0]["refunds"].values()) == 900_000
    assert sum(answer["paid"].values()) == 9_000_000
    assert answer["confirmed"] is False


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"terms": None}, "input.not-object"),
        ({"terms": {}}, "input.missing-field"),
        ({"terms": {"price": "half"}}, "late.price"),
        ({"terms": {"price": "falling"}}, "input.missing-field"),
        ({"terms": {"price": "falling", "life_months": 0}}, "late.life"),
        ({"terms": {"price": "full", "rate": 1}}, "input.unknown-field"),
        ({"late": {}}, "input.not-list"),
        ({"late": [{"id": "1-502"}]}, "input.missing-field"),
        ({"late": [{"id": "1-501", "months": 1}]}, "shares.id-twice"),
    ],
)
def test_late_joiners_that_cannot_be_are_refused(ask, broken, code):
    assert ask("shares", "-", typed=json.dumps({**LATE, **broken}))[1]["error"] == code


@pytest.mark.parametrize("left", ["late", "terms"])
def test_late_joiners_and_their_terms_come_together(ask, left):
    document = {name: value for name, value in LATE.items() if name != left}
    assert ask("shares", "-", typed=json.dumps(document))[1]["error"] == "input.missing-field"


ELECTION: dict[str, Any] = {
    "pack": "cn.residents.election",
    "at": "2026-03-01",
    "kind": "persons",
    "eligible": 100,
    "voted": 60,
    "seats": 1,
    "votes": {"甲": 31, "乙": 29},
}


def test_an_election_is_a_yes_when_every_seat_is_filled(ask):
    code, answer = ask("election", "-", typed=json.dumps(ELECTION))
    assert (code, answer["elected"], answer["vacant"]) == (0, ["甲"], 0)
    assert "unconfirmed" not in answer
    code, answer = ask("election", "-", typed=json.dumps({**ELECTION, "votes": {"甲": 30, "乙": 29}}))
    assert (code, answer["elected"], answer["second_round"]) == (1, [], ["甲", "乙"])
    code, answer = ask("election", "-", typed=json.dumps({**ELECTION, "voted": 50, "votes": {"甲": 30, "乙": 20}}))
    assert (code, answer["valid"], answer["elected"]) == (1, False, [])


def test_an_election_of_the_old_law_says_what_is_not_confirmed(ask):
    _, answer = ask("election", "-", typed=json.dumps({**ELECTION, "at": "2025-12-31"}))
    assert set(answer["unconfirmed"]) == {"turnout.heads", "elected.heads"}


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"kind": "owners"}, "election.pack"),
        ({"kind": "people"}, "election.kind"),
        ({"round": 3}, "election.kind"),
        ({"at": "2026-3-1"}, "verdict.day-wrong"),
        ({"pack": "cn.nowhere"}, "pack.unknown"),
        ({"votes": ["甲"]}, "input.not-object"),
        ({"voted": 1.5}, "input.not-whole"),
        ({"papers": 60}, "input.unknown-field"),
    ],
)
def test_an_election_that_cannot_be_is_refused(ask, broken, code):
    assert ask("election", "-", typed=json.dumps({**ELECTION, **broken}))[1]["error"] == code


@pytest.mark.parametrize("left", list(ELECTION))
def test_an_election_that_lacks_a_field_is_refused(ask, left):
    document = {name: value for name, value in ELECTION.items() if name != left}
    assert ask("election", "-", typed=json.dumps(document))[1]["error"] == "input.missing-field"


def test_a_rule_is_shown_with_what_is_not_confirmed(ask):
    _, rule = ask("pack", "cn.tianjin.lift", "--at", "2023-07-01")
    assert (rule["version"], rule["tests"][0]["need"], rule["tests"][0]["confirmed"]) == ("2019", ">= 2/3", True)
    assert rule["parameters"]["notice_days"]["value"] is None
    assert rule["parameters"]["notice_days"]["confirmed"] is False
    assert "公示" in rule["parameters"]["notice_days"]["note"]["zh"]
    assert rule["lift"]["subsidy_min_storeys"]["confirmed"] is False
    _, rule = ask("pack", "cn.residents.election", "--at", "2026-01-01")
    assert rule["figures"]["runoff.votes"]["need"] == ">= 1/3"
    assert [test["kinds"] for test in rule["tests"]][:2] == [["persons", "households"], ["representatives"]]
    assert "lift" in rule
    # Without a day it is today's rule; the Civil Code's is in force.
    assert ask("pack", "cn.civil-code.278.special")[1]["version"] == "2021"
    assert ask("pack", "cn.civil-code.278.special", "--at", "x")[1]["error"] == "verdict.day-wrong"
