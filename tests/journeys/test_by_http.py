"""The whole road by HTTP, from an empty community to the posted notice and its proof, by forms without script.

Figures are the article's: 3 units, floors 3 to 8, 48 households that live there and all agree. With 3 homes on each
floor that is 54, 18 in each unit; two thirds of 18 are 12; 576,000 yuan shared by 48 are 12,000.00.
"""

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from linli.cli import main
from linli.community.models import Organisation, Place
from linli.messaging.services import name_reviewers
from linli.record import clock
from linli.record.sealing import seal_due
from linli.record.services import run_due
from linli.voting.models import Drive, Voice
from tests import cast
from tests.journeys import papers
from tests.journeys.reading import Page, Reader

pytestmark = pytest.mark.django_db

TITLE = "给聚鑫园加装一部电梯"
BY_PHONE = (2, "602")


def named(content: bytes, name: str) -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file


def link_ending(page: Page, ending: str) -> str:
    found = {link for link in page.links if link.endswith(ending)}
    assert len(found) == 1, f"{ending}: {found}"
    return found.pop()


def test_from_an_empty_community_to_the_posted_notice_and_its_proof(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    settings.WITNESS_FOLDER = tmp_path / "witness"
    community = cast.community()
    party = cast.organisation(community)
    secretary, clerk = cast.secretary(community), cast.clerk(community)

    office = come_in(secretary)
    address = build_compound(office)
    compound = Place.objects.get(id=address.split("/")[-1])
    resident, collector = cast.resident(compound, "陈玉兰"), cast.collector(compound)
    matter = raise_matter(office, compound, party)
    put(office, matter, clerk, collector)
    desk = come_in(clerk)
    paste_the_chat(desk, matter)
    answer_by_phone(come_in(resident), matter)
    enter_the_rest(desk, matter, collector)

    seen = come_in(resident).open(matter)
    assert seen.says("已达到法定比例，48户同意")
    assert not seen.says("18户"), "the base disappears at the ratio"
    assert not seen.says("还差")
    assert not [link for link in seen.links if "/stacks" in link or "/face" in link]

    face = come_in(collector).open(link_ending(come_in(collector).open(matter), "/face"))
    assert face.says("同意48")
    assert face.says("空户6")

    early = office.client.post(f"{matter}/decide")
    assert early.status_code == 409, "what was announced to the neighbours holds"
    pass_deadline()
    result = office.send(office.open(matter).form("/decide"))
    check_result(result)
    run_due()
    assert come_in(resident).open("/matters").says("已出结果")
    shares = office.open(link_ending(office.open(matter), "/shares"))
    assert shares.text.count("12,000.00") == 48
    assert shares.says("576,000.00")
    come_in(collector).open(face.address, status=403)

    name_reviewers(community=community, reviewer=secretary.person, deputy=clerk.person, by=secretary.by)
    notice = announce(desk, office, matter)
    post(come_in(collector), notice)
    seal_due()
    whoever = Reader(Client())
    (code,) = {link for link in come_in(resident).open(notice).links if "/check/" in link}
    check = whoever.open(code)
    assert check.says("没有改过")
    assert check.says("公示贴在一处门口（3次）")
    proof = tmp_path / "proof.json"
    (download,) = {link for link in check.links if "/proof" in link}
    proof.write_bytes(whoever.client.get(download).content)
    assert main(["verify", str(proof)]) == 0
    assert json.loads(capsys.readouterr().out)["verified"] is True


def come_in(member: cast.Member) -> Reader:
    """Sign in by a one-time link: opening it uses nothing up, pressing its button does."""
    reader, path = Reader(Client()), cast.way_in(member)
    reader.open(path)
    home = reader.send(reader.open(path).form())
    assert home.address == "/"
    reader.send(Page(path, f'<form action="{path}"></form>').forms[0], expect=409)
    return reader


def build_compound(office: Reader) -> str:
    empty = office.send(office.open("/places").form(), kind="compound", name="聚鑫园")
    rule = office.open(link_ending(empty, "/doors")).form()
    planned = office.send(rule, rule="3个单元, 3–8层, 每层3户")
    assert planned.says("一共54户")
    laid = office.send(planned.form(), lay="yes")
    assert laid.says("54")
    chosen = office.open(link_ending(laid, "/register")).form()
    workbook = papers.workbook({BY_PHONE: "陈玉兰"})
    reading = office.send(chosen, file=named(workbook, "登记表.xlsx"))
    assert reading.says("正在读表")
    run_due()
    preview = office.open(reading.address)
    assert preview.says("身份证号"), "what is left out is named"
    assert office.send(preview.form()).says("正在写入")
    run_due()
    assert office.open(preview.address).says("写好了")
    written = office.open(laid.address)
    assert written.says("陈玉兰")
    assert written.says("48")
    return written.address


def raise_matter(office: Reader, compound: Place, party: Organisation) -> str:
    hall = office.open("/matters")
    page = office.send(
        office.open(link_ending(hall, "/matters/new")).form(),
        title=TITLE,
        words="48级露天台阶，老人上下楼难。",
        place=str(compound.id),
        pack="cn.tianjin.lift",
        convener=str(party.id),
        storeys="8",
        has_lift="yes",
        cost="576000",
        circle="residents",
    )
    assert page.says(TITLE)
    assert page.says("不在补贴范围")
    assert page.says("这栋楼原来就有电梯")
    return page.address


def put(office: Reader, matter: str, clerk: cast.Member, collector: cast.Member) -> None:
    page = office.open(link_ending(office.open(matter), "/put"))
    assert page.text.count(" 18 ") == 3, "who will be asked is shown before anything is opened"
    opened = office.send(
        page.form(),
        closes_on=(clock.today() + timedelta(days=14)).isoformat(),
        collectors=[str(collector.person.id)],
        clerks=[str(clerk.person.id)],
        progress="live",
        share_method="equal",
        share_reason="新电梯只从街面到3层，大家用的是同一段。",
    )
    assert opened.says("开始表态了")


def paste_the_chat(desk: Reader, matter: str) -> None:
    """Before the first visit: who stands empty agrees in the chat, and who will agree is afraid of noise."""
    chain = desk.open(link_ending(desk.open(matter), "/chain"))
    said = "#接龙\n加装电梯大家说说\n1. 1-303 同意\n2. 1-301 不同意，怕吵\n3. 李阿姨 再说吧"
    pasted = desk.send(chain.form("/chain"), text=said)
    assert pasted.says("读出来的（2户）")
    assert pasted.says("要人看一看的（1行）")
    assert not Voice.objects.exists(), "a chain is no voice"


def answer_by_phone(owner: Reader, matter: str) -> None:
    question = owner.open(link_ending(owner.open(matter), "/voice"))
    signing = owner.send(question.form("/sign"), choice="yes")
    receipt = owner.send(signing.form("/sign"), typed_name="陈玉兰")
    assert receipt.says("收到了")


def announce(desk: Reader, reviewer: Reader, matter: str) -> str:
    """The clerk makes the result a notice with the words that are proposed, and the reviewer lets it through."""
    proposed = desk.open(link_ending(desk.open(matter), "/announce")).form()
    notice = desk.send(proposed, days="15", contact="社区服务站一楼")
    assert notice.says("等审核")
    (review,) = {link for link in reviewer.open("/reviews").links if link.startswith("/reviews/")}
    assert reviewer.send(reviewer.open(review).form("/approve")).status == 200
    return notice.address


def post(leader: Reader, notice: str) -> None:
    """The building leader says of each door that the paper hangs there; then its days are counted."""
    for _ in range(3):
        page = leader.open(notice)
        leader.send(next(form for form in page.forms if form.action.endswith("/up")))
    page = leader.open(notice)
    assert not [form for form in page.forms if form.action.endswith("/up")]
    assert page.says("48户同意")


def enter_the_rest(desk: Reader, matter: str, collector: cast.Member) -> None:
    """47 slips in one stack, of all but the home on the phone: photos of the first unit before, the others after."""
    stacks = desk.open(link_ending(desk.open(matter), "/stacks"))
    stack = desk.send(stacks.form(), collector=str(collector.person.id), witness="郝素琴")
    shots = [papers.photo(f"{unit}-{room}") for unit, room in papers.OCCUPIED if (unit, room) != BY_PHONE]
    stack = desk.send(stack.form("/photos"), photos=[named(shot, "IMG.jpg") for shot in shots[:16]])
    sheet = next(form for form in stack.forms if "order" in form.values)
    doors = [name for name in sheet.offered if name.startswith("voice-")]
    assert len(doors) == 54
    silent = {*papers.VACANT, BY_PHONE}
    said = {name: "yes" for name, door in zip(doors, papers.DOORS, strict=True) if door not in silent}
    stack = desk.send(sheet, 200, **said)
    assert stack.says("记下了47张表")
    again = desk.send(sheet, 200, **said)
    assert again.says("录了47张表"), "the same form sent twice is one stack of slips"
    stack = desk.send(stack.form("/photos"), photos=[named(shot, "IMG.jpg") for shot in shots[16:]])
    pictures = [link for link in stack.links if "/photos/" in link]
    assert len(pictures) == 47, "each slip shows its own photo"
    assert desk.client.get(pictures[-1])["Content-Type"] == "image/jpeg"


def pass_deadline() -> None:
    """Move the deadline of the one drive into the past, as time would."""
    past = clock.now() - timedelta(minutes=1)
    assert Drive.objects.update(closes_at=past, gathers_until=past + timedelta(days=3)) == 1


def check_result(result: Page) -> None:
    assert result.address.endswith("/result")
    for unit in ("一单元", "二单元", "三单元"):
        assert result.says(f"{unit}16户（共18户）")
    assert result.says("已达到法定比例，48户同意")
    assert result.text.count("16×3=48 ， 18×2=36 已达到") == 3
    assert result.says("天津市既有住宅加装电梯工作指导意见")
    assert result.says("每户12,000.00元")
    assert result.says("伍拾柒万陆仟元整")
