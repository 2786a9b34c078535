"""The contract of ``linli import … --dry-run``: one JSON object, no database, exit 0 or 2, never a traceback."""

import json
import subprocess
import sys

import pytest

from linli.cli import main
from tests.community.messy import book_of
from tests.community.spreadsheets import csv_of, the_article_s_building, xlsx_of


@pytest.fixture
def ask(capsys):
    def run(*words: str) -> tuple[int, dict]:
        code = main(["import", *words])
        printed = capsys.readouterr()
        assert printed.out.count("\n") == 1
        assert "Traceback" not in printed.err
        return code, json.loads(printed.out)

    return run


def test_the_article_s_building_is_counted(ask, tmp_path):
    file = tmp_path / "聚鑫园.xlsx"
    file.write_bytes(xlsx_of(*the_article_s_building()))
    code, answer = ask(str(file), "--dry-run", "--json")
    assert code == 0
    assert set(answer) == {"counts", "faults"}
    # 54 flats and 4 shops; an owner for each flat, and one name on the four shops, who may be four people.
    assert answer["counts"] == {"dwellings": 58, "occupied": 48, "persons": 58, "owners": 58}
    assert {fault["kind"] for fault in answer["faults"]} == {"same-name"}
    for fault in answer["faults"]:
        assert set(fault) == {"sheet", "row", "column", "kind", "level", "words"}
        assert fault["level"] in ("error", "doubt", "notice")


def test_rows_are_numbered_as_the_spreadsheet_numbers_them(ask, tmp_path):
    file = tmp_path / "x.xlsx"
    file.write_bytes(book_of([["标题"], [], ["房号", "面积"], ["301", "80"], [], ["302", "约80"]]))
    code, answer = ask(str(file), "--dry-run")
    assert (code, answer["counts"]["dwellings"]) == (0, 1)
    assert [(fault["row"], fault["column"], fault["level"]) for fault in answer["faults"] if fault["row"]] == [
        (6, "面积", "error")
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "workbook.empty"), (b"PK\x03\x04", "workbook.broken"), (b"a,b\n1,2\n", "register.no-headings"),
        (csv_of(headings=["房号", "业主"]), "register.no-rows"),
        ("房号,业主\n301,\0\n".encode(), "workbook.other-kind"),
    ],
)  # fmt: skip
def test_a_file_refused_whole_exits_2(ask, tmp_path, content, code):
    file = tmp_path / "x.xlsx"
    file.write_bytes(content)
    found, answer = ask(str(file), "--dry-run", "--json")
    assert (found, answer["error"]) == (2, code)
    assert set(answer) == {"error", "words"}


@pytest.mark.parametrize("words", [["x.xlsx"], ["--dry-run"], [], ["x"] * 11 + ["--dry-run"]])
def test_other_words_are_refused(ask, words):
    code, answer = ask(*words)
    assert code == 2
    assert answer["error"] in ("command.usage", "register.too-many-files")


def test_reading_needs_no_database_and_no_models(tmp_path):
    file = tmp_path / "x.csv"
    file.write_bytes(csv_of(["1", "3", "301", "85"]))
    program = (
        "import sys; from linli.cli import main;"
        f"code = main(['import', {str(file)!r}, '--dry-run', '--json']);"
        "sys.exit(code or 'django.db' in sys.modules or 'psycopg' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=False).returncode == 0
