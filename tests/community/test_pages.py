"""The office's pages by HTTP, as a browser without script uses them."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from linli.accounts.services import open_account
from linli.community.adapters.workbooks import MAX_BYTES
from linli.community.models import Dwelling, Ownership, Person, Place, RegisterDraft, RegisterFile, RegisterImport, Role
from linli.community.queries.intake import reading_in
from linli.community.services import (
    add_place,
    end_role,
    found_community,
    lay_out_doors,
    read_handed_in,
    take_in_ordered,
)
from linli.record.acting import Acting
from linli.record.models import NOBODY, Event, Job
from linli.rules.errors import Refused
from tests.community.spreadsheets import RULE, csv_of, the_article_s_building, xlsx_of


def browser(acting: Acting) -> Client:
    client = Client()
    person = Person.objects.select_related("community").get(id=acting.person or NOBODY)
    client.force_login(open_account(person=person, by=Acting.system(person.community_id)))
    return client


@pytest.fixture
def office(clerk: Acting) -> Client:
    return browser(clerk)


def at(name: str, *ids: object) -> str:
    return reverse(f"community:{name}", args=ids)


def upload(client: Client, place: Place, data: bytes, name: str = "房屋.xlsx", **more: object) -> Any:
    return client.post(at("register", place.id), {"file": SimpleUploadedFile(name, data), **more})


def read(client: Client, place: Place, data: bytes, name: str = "房屋.xlsx") -> Any:
    """What the clerk sees when the worker has read what they handed in."""
    waiting = upload(client, place, data, name)
    read_handed_in(RegisterDraft.objects.get(state="reading").id)
    return client.get(waiting["Location"])


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def test_a_compound_is_added_and_opened(office, community):
    answer = office.post(at("index"), {"kind": "compound", "name": "聚鑫园"}, follow=True)
    assert answer.status_code == 200
    assert "还没有门户" in text_of(answer)
    again = office.post(at("index"), {"kind": "compound", "name": "聚鑫园"})
    assert again.status_code == 400
    assert "已经有“聚鑫园”了" in text_of(again)


def test_a_rule_that_was_changed_is_shown_again_before_it_is_laid_out(office, compound):
    changed = office.post(at("doors", compound.id), {"rule": "1个单元，1–2层，每层1户", "seen": RULE, "lay": "yes"})
    assert "一共2户" in text_of(changed)
    assert Dwelling.objects.count() == 0


def test_a_compound_of_several_buildings_is_laid_out_one_by_one(office, compound):
    for name in ("1号楼", "2", "二号楼"):
        laid = office.post(at("doors", compound.id), {"building": name, "rule": RULE, "lay": "yes"}, follow=True)
        assert laid.status_code == 200
    assert list(Place.objects.filter(parent=compound).values_list("name", flat=True).order_by("sort_key")) == [
        "1号楼",
        "2号楼",
    ]
    assert Dwelling.objects.count() == 108


def test_doors_by_rule_are_shown_first_and_then_laid_out(office, compound):
    seen = office.post(at("doors", compound.id), {"rule": RULE})
    assert "一共54户" in text_of(seen)
    assert Dwelling.objects.count() == 0
    laid = office.post(at("doors", compound.id), {"rule": RULE, "lay": "yes"}, follow=True)
    assert "排好了54户" in text_of(laid)
    assert Dwelling.objects.count() == 54
    assert "54户" in text_of(office.get(at("index")))


def test_three_hundred_doors_are_opened_unit_by_unit(office, compound, clerk):
    lay_out_doors(place=compound, rule="5个单元，1–20层，每层3户", by=clerk)
    seen = office.get(at("place", compound.id)).content.decode()
    assert [re.sub(r"\s|<[^>]*>", "", one) for one in re.findall(r"<summary.*?</summary>", seen, re.S)] == [
        f"{unit}单元·60户" for unit in "一二三四五"
    ]
    assert seen.count("<details") == 5
    assert "<details open" not in seen


def test_a_rule_that_makes_no_sense_is_shown_with_its_sentence(office, compound):
    answer = office.post(at("doors", compound.id), {"rule": "很多很多户", "lay": "yes"})
    assert answer.status_code == 400
    assert "看不懂“很多很多户”" in text_of(answer)


def test_the_register_goes_in_after_a_look(office, compound):
    seen = read(office, compound, xlsx_of(*the_article_s_building()))
    assert seen.status_code == 200
    said = text_of(seen)
    assert "58户" in said
    assert "示例商户" in said
    assert (Dwelling.objects.count(), Ownership.objects.count()) == (0, 0)
    address = seen.request["PATH_INFO"]
    for _ in range(2):
        waiting = office.post(address, {"same_people": ["示例商户"]}, follow=True)
        assert "正在写入" in text_of(waiting)
        assert waiting["Refresh"] == "2"
        assert re.search(r'<progress[^>]*aria-label="在排队，马上开始"', waiting.content.decode())
    assert Dwelling.objects.count() == 0
    take_in_ordered(RegisterDraft.objects.get().id)
    assert "写好了：新加58户" in text_of(office.get(address))
    assert Dwelling.objects.count() == 58
    assert Person.objects.filter(name="示例商户").count() == 1
    assert RegisterImport.objects.count() == 1
    again = read(office, compound, xlsx_of(*the_article_s_building()))
    assert "没有新的要写" in text_of(again)


def test_faults_are_shown_by_row_and_column_and_the_good_rows_go_in(office, compound):
    data = csv_of(["1", "3", "301", "约85"], ["1", "3", "302", "90"])
    seen = read(office, compound, data, "房屋.csv")
    said = text_of(seen)
    assert "有1行读不了，先不写" in said
    assert "第2行" in said
    assert "写的是“约85”，请写数字，例如 85.20。" in said
    address = seen.request["PATH_INFO"]
    office.post(address)
    take_in_ordered(RegisterDraft.objects.get().id)
    assert "还有1行没有读入" in text_of(office.get(address))
    assert list(Dwelling.objects.values_list("room", flat=True)) == ["302"]
    # What was left out comes back, is mended, and goes in.
    book = load_workbook(io.BytesIO(office.get(f"{address}/left-out.xlsx").content))
    rows = list(book.active.values)
    assert rows[0] == ("原来在哪张表", "原来第几行", "要改什么", "单元", "楼层", "房号", "面积")
    assert rows[1] == ("第1个文件", "2", "面积：写的是“约85”，请写数字，例如 85.20。", "1", "3", "301", "约85")
    book.active["G2"] = "85"
    mended = io.BytesIO()
    book.save(mended)
    seen = read(office, compound, mended.getvalue())
    office.post(seen.request["PATH_INFO"])
    take_in_ordered(RegisterDraft.objects.get(state="ordered").id)
    assert sorted(Dwelling.objects.values_list("room", "area")) == [("301", 8500), ("302", 9000)]


def test_a_row_that_looks_like_a_formula_comes_back_as_words(office, compound):
    """What a stranger wrote in a cell must not run in the office's spreadsheet when the row is handed back."""
    seen = read(office, compound, csv_of(["1", "3", "301", "=1+cmd|'/c calc'!A1"]), "房屋.csv")
    sheet = load_workbook(io.BytesIO(office.get(f"{seen.request['PATH_INFO']}/left-out.xlsx").content)).active
    assert "=1+cmd|'/c calc'!A1" in [cell.value for cell in sheet[2]]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {(cell.data_type, cell.quotePrefix) for cell in cells} == {("s", True)}


def test_a_register_without_a_sound_row_has_nothing_to_write(office, compound):
    seen = read(office, compound, csv_of(["1", "3", "301", "约85"]), "房屋.csv")
    assert "没有一行能读入" in text_of(seen)
    assert "什么也不写" not in text_of(seen)
    answer = office.post(seen.request["PATH_INFO"])
    assert answer.status_code == 400
    assert Dwelling.objects.count() == 0


def test_what_the_worker_refuses_is_said_and_nothing_is_written(office, compound, clerk, system):
    seen = read(office, compound, csv_of(["1", "3", "301", "85"]), "房屋.csv")
    address = seen.request["PATH_INFO"]
    office.post(address)
    end_role(role=Role.objects.get(id=clerk.role_id), by=system)
    take_in_ordered(RegisterDraft.objects.get().id)
    assert RegisterDraft.objects.get().refusal["code"] == "not-allowed"
    assert (Dwelling.objects.count(), RegisterImport.objects.count()) == (0, 0)


def test_several_files_complete_one_another(office, compound):
    one = csv_of(["1-301", "示例甲"], headings=["门牌", "户主"])
    other = csv_of(["1单元", "301", "85"], ["1单元", "302", "x"], headings=["单元", "房号", "面积"])
    files = [SimpleUploadedFile(name, data) for name, data in (("甲.csv", one), ("乙.csv", other))]
    waiting = office.post(at("register", compound.id), {"file": files})
    read_handed_in(RegisterDraft.objects.get().id)
    seen = office.get(waiting["Location"])
    assert "能读入1户" in text_of(seen)
    assert "表“第2个文件”第3行" in text_of(seen)


def test_an_import_is_taken_back_from_its_page(office, compound):
    seen = read(office, compound, csv_of(["1", "3", "301", "85"]), "房屋.csv")
    address = seen.request["PATH_INFO"]
    office.post(address)
    take_in_ordered(RegisterDraft.objects.get().id)
    undo = at("undo", compound.id, RegisterImport.objects.get().id)
    assert undo in office.get(address).content.decode()
    assert undo in office.get(at("register", compound.id)).content.decode()
    assert "新加的门户" in text_of(office.get(undo))
    answer = office.post(undo, follow=True)
    assert "撤回了" in text_of(answer)
    assert Dwelling.objects.count() == 0
    assert "已撤回" in text_of(office.get(address))


def test_columns_left_out_are_named_and_never_stored(office, compound):
    data = csv_of(["1", "301", "85", "120101199001011234"], headings=["单元", "房号", "面积", "身份证号"])
    seen = read(office, compound, data, "房屋.csv")
    assert "这些栏没有读，也没有存：身份证号" in text_of(seen)
    draft = RegisterDraft.objects.get()
    kept = reading_in(draft)
    assert "120101199001011234" not in str(kept)
    assert kept.rows[0].room == "301"
    assert b"301" not in bytes(draft.reading), "what is kept is sealed"


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0", "随便".encode(), b"\0\0"])
def test_a_file_that_cannot_be_read_is_said_on_the_page_that_waited_for_it(office, compound, data):
    seen = read(office, compound, data)
    said = text_of(seen)
    assert "这份表没有读成" in said
    assert any(words in said for words in ("这个文件", "没找到表头")), said
    assert at("register", compound.id) in seen.content.decode()
    assert "Refresh" not in seen
    assert (RegisterFile.objects.count(), Dwelling.objects.count()) == (0, 0)
    draft = RegisterDraft.objects.get()
    assert office.get(at("left_out", compound.id, draft.id)).status_code == 404


@pytest.mark.parametrize("data", [b"", b"x" * (MAX_BYTES + 1)])
def test_a_file_of_no_sound_size_is_refused_at_its_box(office, compound, data):
    answer = upload(office, compound, data)
    assert answer.status_code == 400
    assert 'class="faults"' in answer.content.decode()
    assert RegisterDraft.objects.count() == 0


def test_the_upload_answers_at_once_and_the_page_waits_for_the_worker(office, compound):
    data = csv_of(["1", "301", "120101199001011234"], headings=["单元", "房号", "身份证号"])
    first = upload(office, compound, data, "房屋.csv", once="a")
    # Sent again, it is the same register; another under the same key is none.
    assert upload(office, compound, data, "房屋.csv", once="a")["Location"] == first["Location"]
    assert upload(office, compound, csv_of(["1", "3", "301"]), "房屋.csv", once="a").status_code == 400
    draft = RegisterDraft.objects.get()
    assert b"120101199001011234" not in bytes(draft.files.get().content), "what waits is sealed"
    waiting = office.get(first["Location"])
    assert "正在读表" in text_of(waiting)
    assert waiting["Refresh"] == "1"
    # A worker that ended in the middle leaves the files, and the page says that it begins anew.
    Job.objects.filter(subject=draft.id).update(attempts=2)
    assert "会自己从头再来" in text_of(office.get(first["Location"]))
    Job.objects.filter(subject=draft.id).update(state="failed")
    given_up = office.get(first["Location"])
    assert "试了几次都没有读完" in text_of(given_up)
    assert "Refresh" not in given_up
    read_handed_in(draft.id)
    assert "能读入1户" in text_of(office.get(first["Location"]))
    assert RegisterFile.objects.count() == 0
    read_handed_in(draft.id)
    assert Event.objects.filter(name="register.read").count() == 1


def test_who_may_no_longer_change_the_register_reads_nothing(office, compound, clerk, system):
    waiting = upload(office, compound, csv_of(["1", "3", "301", "85"]), "房屋.csv")
    end_role(role=Role.objects.get(id=clerk.role_id), by=system)
    read_handed_in(RegisterDraft.objects.get().id)
    draft = RegisterDraft.objects.get()
    assert (draft.state, draft.refusal["code"], bytes(draft.reading)) == ("unread", "not-allowed", b"")
    assert office.get(waiting["Location"]).status_code in (302, 403)


def test_no_file_is_a_fault_of_the_form(office, compound):
    assert office.post(at("register", compound.id)).status_code == 400


def test_the_sheet_goes_out_with_the_doors_that_are_there(office, compound, clerk):
    lay_out_doors(place=compound, rule=RULE, by=clerk)
    answer = office.get(at("sheet", compound.id))
    rows = list(load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows[0] == ("单元", "楼层", "房号", "面积", "用途", "是否入住", "业主", "住户")
    assert rows[1][:3] == ("一单元", "3", "301")
    assert len(rows) == 55


def test_words_from_a_register_are_shown_as_words(office, compound):
    name = "<script>alert(1)</script>"
    seen = read(office, compound, csv_of(["1", "3", "301", "85", "", "", name, ""]), "房屋.csv")
    office.post(seen.request["PATH_INFO"])
    take_in_ordered(RegisterDraft.objects.get().id)
    shown = office.get(at("place", compound.id)).content.decode()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown


ROUTES = ["index", "place", "doors", "register", "sheet", "preview", "left_out"]


def addresses(place: Place, draft: object) -> list[str]:
    return [
        at(name, *([] if name == "index" else [place.id, draft] if name in ("preview", "left_out") else [place.id]))
        for name in ROUTES
    ]


def test_residents_and_strangers_see_none_of_it(office, neighbour, compound):
    read(office, compound, csv_of(["1", "3", "301", "85"]), "房屋.csv")
    draft = RegisterDraft.objects.get().id
    resident = browser(neighbour)
    before = Event.objects.count()
    for address in addresses(compound, draft):
        assert office.get(address).status_code == 200
        assert resident.get(address).status_code == 403
        assert Client().get(address).status_code == 302
        if "xlsx" not in address:
            assert resident.post(
                address, {"rule": RULE, "lay": "yes", "name": "x", "kind": "compound"}
            ).status_code in (
                403,
                405,
            )
    assert Event.objects.count() == before


def test_another_community_s_places_are_not_there(office, community):
    other = found_community(
        city="天津市", district="河西区", town="桃园街道", community="示例社区", by=Acting.system(None)
    )
    twin = add_place(parent=other, kind="compound", name="聚鑫园", by=Acting.system(other.id))
    for address in addresses(twin, twin.id)[1:]:
        assert office.get(address).status_code == 404


def test_a_draft_belongs_to_the_clerk_who_read_it(office, compound, hold):
    seen = read(office, compound, csv_of(["1", "3", "301", "85"]), "房屋.csv")
    other = browser(hold("clerk", name="示例丑"))
    answer = other.post(seen.request["PATH_INFO"], follow=True)
    assert "请重新选文件" in text_of(answer)
    assert Dwelling.objects.count() == 0


def test_the_pages_speak_english(office, compound):
    office.cookies["django_language"] = "en"
    assert "Lay out doors by rule" in text_of(office.get(at("doors", compound.id)))
    answer = read(office, compound, csv_of(["1", "3", "301", "约85"]), "x.csv")
    assert "It says “约85”. Please write a number, for example 85.20." in text_of(answer)


def test_two_clerks_laying_out_the_same_building_at_once(committed_db):
    community = found_community(
        city="天津市", district="河西区", town="桃园街道", community="广顺园社区", by=Acting.system(None)
    )
    by = Acting.system(community.id)
    compound = add_place(parent=community, kind="compound", name="聚鑫园", by=by)

    def lay(rule: str) -> int | str:
        try:
            return lay_out_doors(place=compound, rule=rule, by=by).doors
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lay, [RULE] * 4))
    assert sorted(answers) == [0, 0, 0, 54]
    assert (Dwelling.objects.count(), Place.objects.filter(kind="unit").count()) == (54, 3)
