"""What the parts say and, above all, what they cannot say."""

import re
from fractions import Fraction

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from linli.rules.money import yuan
from linli.web import parts
from linli.web.parts import UnitBar, Working


def drawn(call: str, **values: object) -> str:
    return Template("{% load parts %}" + call).render(Context(values))


@given(st.integers(1, 300), st.data())
def test_running_bar_refuses_from_the_line_on(of, data):
    need = data.draw(st.integers(1, of))
    have = data.draw(st.integers(need, of))
    with pytest.raises(ValueError, match="line"):
        UnitBar.running("一单元", have=have, of=of, need=need)


@given(st.integers(2, 300), st.data())
def test_running_bar_says_what_is_missing(of, data):
    need = data.draw(st.integers(1, of))
    have = data.draw(st.integers(0, need - 1))
    html = drawn("{% units bars %}", bars=[UnitBar.running("一单元", have=have, of=of, need=need)])
    assert f"还差{need - have}户" in html
    assert f"线在{need}户" in html


def test_reached_bar_shows_neither_base_nor_remainder():
    html = drawn("{% units bars line='红线：12户' %}", bars=[UnitBar.reached("一单元", have=15)])
    assert "15" in html
    assert "已达到法定比例" in html
    assert "还差" not in html
    assert "红线" not in html
    picture = re.search(r"<svg class=\"bar\".*?</svg>", html, re.S)
    assert picture
    # The light fills the whole drawing, the line is its end: 15 of 18 and 15 of 16 are the same picture.
    assert 'viewBox="0 0 1 1"' in picture[0]
    assert 'class="lit" width="1"' in picture[0]
    assert "cut" not in picture[0]


def test_picture_of_a_reached_bar_tells_nothing_at_all():
    pictures = {
        re.sub(
            r'aria-label="[^"]*"', "", drawn("{% units bars %}", bars=[UnitBar.reached("一单元", have=have)])
        ).replace(f"<b>{have}</b>", "")
        for have in (12, 15, 47)
    }
    assert len(pictures) == 1


def test_bar_of_others_below_the_line_has_no_number():
    html = drawn("{% units bars line='红线' %}", bars=[UnitBar.gathering("二单元")])
    text = re.sub(r"<svg class=\"shape\".*?</svg>|viewBox=\"[^\"]*\"", "", html)
    assert not re.search(r"\d", text)


@given(st.integers(1, 200), st.integers(1, 12), st.integers(1, 12), st.booleans(), st.data())
def test_working_agrees_with_fractions(of, top, bottom, strict, data):
    have = data.draw(st.integers(0, of))
    ratio = Fraction(top, bottom)
    line = Working("户数", have, of, ratio, strict=strict)
    share = Fraction(have, of)
    assert line.met == (share > ratio if strict else share >= ratio)
    assert line.sign == (">" if share > ratio else "=" if share == ratio else "<")


def test_words_are_escaped():
    evil = "<script>1</script>"
    html = drawn(
        "{% verdict evil state='passed' at=evil figure=1 %}{% endverdict %}{% state 'done' evil %}{% rows rows %}"
        "{% card evil aside=evil %}{% endcard %}{% note %}{{ evil }}{% endnote %}",
        evil=evil,
        rows=[parts.Row(evil, evil, url='"><b>', mark=evil, state="now", word=evil)],
    )
    assert "<script" not in html
    assert 'href="&quot;' in html


def test_verdict_sets_its_number_large_and_only_that():
    html = drawn("{% verdict '三个单元共41户同意，41户' state='pending' figure=41 %}{% endverdict %}")
    assert html.count("<b>41</b>") == 1
    assert "<b>4</b>" not in drawn("{% verdict '41户' state='pending' figure=4 %}{% endverdict %}")


def test_every_state_has_a_shape_and_a_word():
    icons = (__import__("pathlib").Path(parts.__file__).parent / "templates/web/icons.svg").read_text()
    for name, shape in parts.SHAPES.items():
        assert f'id="s-{shape}"' in icons
        assert f'href="#s-{shape}"' in drawn("{% state name '词' %}", name=name)


def test_table_refuses_a_line_of_another_width():
    with pytest.raises(ValueError, match="argument"):
        drawn(
            "{% table columns lines %}", columns=[parts.Column("门"), parts.Column("业主")], lines=[parts.Line(["1"])]
        )


def test_share_offers_only_the_servers_amounts():
    steps = [parts.Share(n, -(-1000 // n), f"{n}户") for n in range(3, 8)]
    html = drawn("{% share steps 4 %}", steps=steps)
    shown = re.findall(r'<tr data-joined="(\d+)".*?class="money">([\d.,]+)<', html, re.S)
    assert shown == [(str(s.joined), yuan(s.fen)) for s in steps]
    assert "<output data-share-amount>2.50<" in html
