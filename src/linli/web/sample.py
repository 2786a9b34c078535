"""Sample words for the page that shows every part (``/design``): invented, in both languages, outside the catalogue.

Numbers are those of the story (54 homes, 48 lived in); names and amounts are examples.
"""

from fractions import Fraction
from typing import Any, cast

from django import forms
from django.utils.translation import get_language

from linli.rules.money import yuan
from linli.web import parts
from linli.web.papers import paper
from linli.web.shell import Place


def _pick(chinese: str, english: str) -> str:
    return english if (get_language() or "").startswith("en") else chinese


def _bars() -> dict[str, list[parts.UnitBar]]:
    one, two, three = (_pick(f"{zh}单元", f"Unit {n}") for n, zh in enumerate("一二三", 1))
    bar = parts.UnitBar
    return {
        "bars_running": [bar.running(one, have=9, of=18, need=12), bar.gathering(two), bar.reached(three, have=15)],
        "bars_decided": [
            bar.decided(one, have=16, of=18, need=12, passed=True),
            bar.decided(two, have=12, of=18, need=12, passed=True),
            bar.decided(three, have=11, of=18, need=12, passed=False),
        ],
    }


def _verdict() -> dict[str, object]:
    ratio = Fraction(2, 3)
    homes = _pick("户数", "Homes")
    return {
        "tests": [
            parts.Test(
                homes,
                "passed",
                _pick("已达到", "reached"),
                _pick(
                    "一个单元一个单元地算，空户也算在分母里。",
                    "Each unit passes on its own; vacant homes count in the base.",
                ),
            ),
            parts.Test(
                _pick("面积", "Floor area"),
                "unverifiable",
                _pick("缺资料", "papers missing"),
                _pick(
                    "缺9户的房本面积。周文静在补，7月15日前。",
                    "Nine title-deed areas are missing. Zhou Wenjing collects them by 15 July.",
                ),
            ),
            parts.Test(
                _pick("明确反对", "Explicit objections"),
                "passed",
                _pick("没有", "none"),
                _pick("不说话不算同意，也不算反对。", "Silence is neither consent nor objection."),
            ),
        ],
        "working": [
            parts.Working(_pick("一单元", "Unit 1"), 16, 18, ratio),
            parts.Working(_pick("二单元", "Unit 2"), 12, 18, ratio),
            parts.Working(_pick("三单元", "Unit 3"), 11, 18, ratio),
            parts.Working(
                _pick("面积", "Floor area"), 120960, 154050, ratio, shown_have="1,209.60", shown_of="1,540.50"
            ),
        ],
        "law_source": _pick(
            "天津市既有住宅加装电梯工作指导意见（据人民日报2024年6月12日11版转述）",
            "Tianjin guidance on lifts for existing homes (as reported, People’s Daily, 12 June 2024, p. 11)",
        ),
        "law_note": _pick(
            "“以上”包含本数（民法典第1259条）。", "“Or more” includes the number itself (Civil Code, article 1259)."
        ),
    }


def _shares() -> list[parts.Share]:
    cost = 57_600_000
    steps = []
    for joined in range(36, 55):
        fen, after = -(-cost // joined), -(-cost // (joined + 1))
        less = yuan(fen - after)
        more = _pick(
            f"{joined}户一起出时。再多1户，每户少出{less}元。",
            f"If {joined} homes share. One more home: {less} yuan less for each.",
        )
        last = _pick("54户全都出时，最少。", "All 54 homes share: the least it can be.")
        steps.append(parts.Share(joined, fen, more if joined < 54 else last))
    return steps


def _face() -> dict[str, object]:
    words: dict[parts.Window, str] = {
        "agreed": _pick("同意", "agreed"),
        "no": _pick("不同意", "disagreed"),
        "abstain": _pick("暂不表态", "no view yet"),
        "ask": _pick("有顾虑", "has a concern"),
        "unsure": _pick("对不上", "papers do not match"),
        "open": _pick("还没见到", "not met yet"),
        "empty": _pick("空户", "vacant"),
    }
    rare: dict[str, parts.Window] = {
        "803": "ask",
        "1502": "open",
        "2503": "unsure",
        "3703": "open",
        "3601": "empty",
        "2301": "no",
        "1302": "empty",
        "3402": "abstain",
    }
    floors = []
    for floor in range(8, 2, -1):
        landings = []
        for unit in (1, 2, 3):
            flats = []
            for door in (1, 2, 3):
                number = f"{floor}0{door}"
                what = rare.get(f"{unit}{number}", "agreed")
                flats.append(parts.Flat(number, what, words[what], go=what in ("open", "unsure")))
            landings.append(parts.Landing(flats, url=f"#unit-{unit}-{floor}"))
        floors.append((str(floor), landings))
    units = [(_pick(f"{zh}单元", f"Unit {n}"), _pick("18户", "18 homes")) for n, zh in enumerate("一二三", 1)]
    keys = [parts.Key(name, word) for name, word in words.items()]
    return {"face": parts.Face(units, floors), "keys": [*keys, parts.Key("open", _pick("今晚去", "tonight"), go=True)]}


class _Form(forms.Form):
    """A form with one box of each kind."""

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["room"] = forms.CharField(
            label=_pick("您家门牌号", "Your door number"),
            help_text=_pick("门上写的号码，例如 601", "As on the door, for example 601"),
            error_messages={"required": _pick("请写门牌号，例如 601", "Write the door number, for example 601")},
        )
        self.fields["cost"] = forms.DecimalField(label=_pick("估算多少钱", "Estimated cost"), required=False)
        self.fields["rule"] = forms.ChoiceField(
            label=_pick("按哪一条办", "Which rule applies"),
            widget=forms.RadioSelect,
            choices=[
                (
                    "lift",
                    parts.Option(
                        _pick("加装电梯", "A lift for the building"),
                        _pick("本单元三分之二以上业主同意", "Two-thirds of the unit’s owners agree"),
                    ),
                ),
                (
                    "fund",
                    parts.Option(
                        _pick("用维修资金", "Use of the repair fund"),
                        _pick("参与的过半数同意", "More than half of those taking part agree"),
                    ),
                ),
                (
                    "help",
                    parts.Option(
                        _pick("申请补贴", "Apply for the subsidy"),
                        _pick(
                            "这栋楼原有电梯，不在补贴范围",
                            "The building already has a lift, so it is outside the scheme",
                        ),
                        off=True,
                    ),
                ),
            ],
            error_messages={"required": _pick("请选一条", "Choose a rule")},
        )
        self.fields["sides"] = forms.MultipleChoiceField(
            label=_pick("哪几个单元", "Which units"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=[(n, _pick(f"{zh}单元", f"Unit {n}")) for n, zh in enumerate("一二三", 1)],
        )
        self.fields["why"] = forms.CharField(
            label=_pick("您担心什么", "What worries you"), required=False, widget=forms.Textarea
        )
        self.fields["sheet"] = forms.FileField(
            label=_pick("花名册", "The register"),
            required=False,
            help_text=_pick("xlsx 或 csv，第一行是列名", ".xlsx or .csv, column names in the first line"),
        )
        self.fields["seen"] = forms.BooleanField(
            label=_pick("我核对过这份名单", "I have checked this list"), required=False
        )


def _lists() -> dict[str, object]:
    return {
        "steps": [
            parts.Step(
                _pick("动员会，到会的都同意办", "Mobilisation meeting: all present agree"),
                "done",
                _pick("6月8日", "8 June"),
            ),
            parts.Step(_pick("答复采光的担心", "Answer the concern about light"), "late", _pick("7月11日", "11 July")),
            parts.Step(
                _pick("挨家挨户听意见、签字", "Door to door: concerns and signatures"), "now", _pick("现在", "Now")
            ),
            parts.Step(_pick("签协议，公示", "Agreement and public notice")),
        ],
        "days": [
            parts.Day("7/21" if n == 21 else "8/1" if n == 32 else str(n if n < 32 else n - 31), when)
            for n in range(21, 36)
            for when in (("past" if n < 26 else "today" if n == 26 else "ahead"),)
        ],
        "next": [
            parts.Next(
                _pick("7户还没说定，今晚派人上门", "Seven homes are not settled: send someone tonight"),
                _pick("派入户任务", "Assign"),
                "#1",
                _pick("加电梯，3户有顾虑", "Lift, 3 concerns"),
                "now",
                _pick("今晚7点前", "before 7 pm"),
            ),
            parts.Next(
                _pick("补9户的房屋面积", "Get nine missing floor areas"),
                _pick("看是哪9户", "Which homes"),
                "#2",
                state="open",
                word=_pick("7月15日前", "by 15 July"),
            ),
        ],
        "rows": [
            parts.Row(
                _pick("一单元502", "Unit 1, 502"),
                _pick("赵建国去", "Zhao Jianguo goes"),
                "#502",
                mark="502",
                state="open",
                word=_pick("家中无人", "nobody home"),
            ),
            parts.Row(
                _pick("面积资料", "Floor areas"),
                _pick("周文静在补", "Zhou Wenjing collects"),
                "#areas",
                icon="ledger",
                state="late",
                word=_pick("晚了1天", "1 day late"),
            ),
            parts.Row(
                _pick("更换门禁的公示", "A notice with its number"),
                parts.numbered(_pick("广顺园-2023-0001", "Guangshunyuan-2023-0001"), _pick("聚鑫园", "Juxinyuan")),
                "#notice",
                icon="notice",
            ),
            parts.Row(_pick("没有链接的一行", "A line without a link"), _pick("说明", "a remark")),
        ],
        "doors": [
            parts.Door(_pick("看通知", "Notices"), "notice", "#n"),
            parts.Door(_pick("我要说", "I have something to say"), "say", "#s"),
            parts.Door(_pick("我家的事", "My home’s affairs"), "neighbours", "#h"),
            parts.Door(_pick("打电话找楼长", "Call the leader"), "phone", "#t"),
        ],
        "numbers": [
            parts.Figure("54", _pick("总户数", "homes"), ""),
            parts.Figure("48", _pick("住了人的", "lived in"), "/54"),
            parts.Figure("31", _pick("按时回应", "answered in time"), "/34"),
        ],
        "pairs": [
            (
                _pick("几户同意", "Homes that agree"),
                _pick(
                    "一单元16户，二单元17户，三单元15户，均已达到法定比例",
                    "Unit 1: 16, unit 2: 17, unit 3: 15; every unit has reached the ratio",
                ),
            ),
            (_pick("每户出多少", "Each home pays"), _pick("12,000.00元", "12,000.00 yuan")),
        ],
        "columns": [
            parts.Column(_pick("门", "Door")),
            parts.Column(_pick("业主", "Owner")),
            parts.Column(_pick("面积，平方米", "Area, m²"), money=True),
        ],
        "lines": [
            parts.Line([_pick("第2行　1-301", "Line 2: 1-301"), _pick("陈玉兰", "Chen Yulan"), "85.20"]),
            parts.Line(
                [_pick("第3行　1-302", "Line 3: 1-302"), _pick("李桂珍", "Li Guizhen"), "-85.20"],
                fault=_pick("面积要大于0，请改第3行的面积", "The area must be above 0: mend it in line 3"),
            ),
        ],
        "total": [_pick("合计", "Total"), "", "170.40"],
        "slips": [
            parts.Slip("a", _pick("一单元301", "Unit 1, 301"), value="yes"),
            parts.Slip("b", _pick("一单元302", "Unit 1, 302"), _pick("陈玉兰", "Chen Yulan")),
            parts.Slip(
                "c",
                _pick("一单元303", "Unit 1, 303"),
                fault=_pick("这一户刚有人记过，请核对纸表", "Someone has just entered this home: check the paper slip"),
            ),
        ],
    }


def _words() -> dict[str, str]:
    return {
        "title": _pick("纸，墨，一盏灯", "Paper, ink, one lamp"),
        "lead": _pick("每个部件，每种状态。", "Every part, in every state."),
        "back": _pick("议事厅", "Matters"),
        "running": _pick("您这个单元还差3户。", "Your unit lacks 3 homes."),
        "unsure": _pick("三个单元的户数都够了，共41户同意。", "Every unit has homes enough: 41 homes agree."),
        "failed": _pick("三单元没到线，这次不能办。", "Unit 3 is below the line: it cannot go ahead this time."),
        "passed": _pick("已达到法定比例，48户同意。", "The legal ratio is reached: 48 homes agree."),
        "at": _pick("7月12日9:40计算", "Computed 12 July, 9:40"),
        "line": _pick(
            "红线：每个单元18户的三分之二，12户。空户也算在分母里。",
            "Red line: two-thirds of each unit’s 18 homes, 12. Vacant homes count in the base.",
        ),
        "how": _pick("怎么算的", "The working"),
        "which": _pick("依据哪一条", "Which rule is this"),
        "note": _pick(
            "这里只写每个单元几户。哪一家怎么答的，只有上门的人看得到，用完收回。",
            "This page gives counts per unit. How a home answered is seen only by those who knock there.",
        ),
        "late": _pick("只给上门的人看，用完收回。", "For those who knock only; taken back when they are done."),
        "info": _pick("现在没有信号，先存在这部手机上。", "No signal now: kept on this phone."),
        "done": _pick("48张表都记好了。", "All 48 slips are entered."),
        "answer": _pick("您家的答复", "Your home’s answer"),
        "agreed": _pick("已同意", "Agreed"),
        "change": _pick("改答复", "Change it"),
        "see": _pick("看签字件", "See the paper"),
        "sign": _pick("签字同意", "Sign"),
        "go": _pick("看清楚，再答复", "Look closely, then answer"),
        "wait": _pick("公示后才能签", "After the notice"),
        "print": _pick("印一张", "Print"),
        "q": _pick("会不会挡住通风", "Will it block the air"),
        "a": _pick("电梯井只到3层，离最近的窗4.2米。", "The shaft ends at floor 3, 4.2 m from the nearest window."),
        "answered": _pick("顾虑已解答", "answered"),
        "stands": _pick("仍保留意见", "reservation stands"),
        "share": _pick("每户大约出多少", "What each home would pay"),
        "days": _pick("公示15天：7月21日至8月4日", "Posted for 15 days: 21 July to 4 August"),
        "timeline": _pick("走到哪一步了", "Where it stands"),
        "face": _pick("走到哪儿了", "How far the walk is"),
        "units": _pick("每个单元", "Unit by unit"),
        "lists": _pick("列表", "Lists"),
        "taking": _pick("写了38户，一共54户", "38 of 54 homes written"),
        "queueing": _pick("在排队，马上开始", "Waiting its turn"),
        "first": _pick("今天先办这2件", "Two things first"),
        "form": _pick("填写", "Forms"),
        "slips": _pick("录表", "Slips"),
        "save": _pick("保存这一摞", "Save this stack"),
        "signing": _pick("签字", "Signing"),
        "copied": _pick("发到群里的文字", "The text for the group"),
        "chain": _pick(
            "#接龙\n给聚鑫园加装电梯\n例 1-301 王 同意\n说明：接龙只是意向，不是签字。",
            "#chain\nA lift for Juxinyuan\ne.g. 1-301 Wang agrees\nA chain is an intention, not a signature.",
        ),
        "quoted": _pick("3. 李阿姨 再说吧", "3. Auntie Li: we shall see"),
        "told": _pick("公开的话，遮住的地方", "A public text, and what of it is covered"),
        "told_before": _pick("有事找社区服务站，电话", "Ask the service station, telephone "),
        "told_after": _pick("。", "."),
        "paper": _pick("纸上的部件", "What stands on a paper"),
        "signer": _pick("陈玉兰", "Chen Yulan"),
        "send": _pick("提交", "Send"),
        "table": _pick("花名册预览", "Preview of the register"),
        "states": _pick("状态", "States"),
        "buttons": _pick("按钮", "Buttons"),
        "empty": _pick("都办完了", "All done"),
        "issuer": _pick("天津市河西区桃园街道广顺园社区", "Guangshunyuan Community, Taoyuan Street, Hexi, Tianjin"),
        "doc_no": _pick("广顺园结果〔2023〕7号", "Guangshunyuan result 2023, no. 7"),
        "date": _pick("2023年7月20日", "20 July 2023"),
        "result": _pick("聚鑫园加装电梯表态结果", "A lift for Juxinyuan: the result"),
        "para": _pick(
            "聚鑫园1栋3个单元共54户，实际入住48户。按单元分别计票，空户也算在分母里。现将结果公布，请各位业主、居民查看。",
            "Juxinyuan has one building, three units and 54 homes, 48 of them lived in. Each unit was counted on its "
            "own, with vacant homes in the base. The result is given here for owners and residents.",
        ),
        "signed": _pick("广顺园社区居民委员会", "Guangshunyuan Residents’ Committee"),
        "proof": _pick("核验码 7f3a 91c2 e05d 44b8，示例", "Check code 7f3a 91c2 e05d 44b8, an example"),
    }


def _paper() -> list[paper.Block]:
    """Every block of a paper once."""
    verdict = cast(dict[str, Any], _verdict())
    return [
        paper.Heading(_pick("征求意见表", "Question to the owners")),
        paper.Text(_pick("请在一个方格里打勾，签上名字。", "Tick one box and sign.")),
        paper.Choices(_pick("您家的意见", "Your answer"), [_pick("同意", "yes"), _pick("不同意", "no")]),
        paper.Blanks([_pick("签名", "signed"), _pick("日期", "date"), _pick("见证", "witness")]),
        paper.Facts([(_pick("谁牵头", "convened by"), _pick("广顺园社区党委", "Guangshunyuan party committee"))]),
        paper.Table(
            [_pick("单元", "Unit"), _pick("同意", "Yes")], [["1", "15"], ["2", "17"]], [_pick("共", "all"), "32"]
        ),
        paper.Workings(verdict["working"]),
        paper.Conditions(verdict["tests"]),
        paper.Law(
            _pick("增设电梯需本单元房屋总人数2/3以上的业主同意", "two thirds of the owners of the unit"),
            verdict["law_source"],
            unconfirmed=True,
        ),
        paper.Days(["7/21", "22", "23"], _pick("公示3天：7月21日至23日", "Posted for 3 days: 21 to 23 July")),
        paper.Small(_pick("一户一张，收表的人带回。", "One for each home; the collector takes it back.")),
    ]


def everything() -> dict[str, object]:
    """The context of the design pages: values for every tag, and ``w``, the words around them."""
    places = [
        Place(_pick("家门口", "Home"), "home", "#home", count=2),
        Place(_pick("公示栏", "Notices"), "notice", "#notices"),
        Place(_pick("议事厅", "Matters"), "talk", "#matters", current=True),
        Place(_pick("我家", "My home"), "person", "#mine"),
    ]
    stations = ("done", "now", "open", "late", "unsure", "no", "ask", "abstain", "info")
    words = _pick(
        "已办|办理中|待办|晚了1天|对不上|不同意|有顾虑|暂不表态|在这部手机上",
        "done|under way|to do|1 day late|do not match|disagreed|concern|no view|on this phone",
    )
    return {
        "w": _words(),
        "community_name": _pick("聚鑫园", "Juxinyuan"),
        "places": places,
        "back_url": "#back",
        "back_label": _pick("议事厅", "Matters"),
        "stations": list(zip(stations, words.split("|"), strict=True)),
        "shares": _shares(),
        "form": _Form({"rule": "lift", "sides": ["1"]}),
        **_bars(),
        **_verdict(),
        **_face(),
        **_lists(),
        "blocks": _paper(),
    }
