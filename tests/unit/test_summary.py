"""The one-line summary of a demand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assignment.summary import LONGEST, summary


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("关于新建路积水的问题", "新建路积水"),
        ("反映凤州老街路灯不亮的问题！！", "凤州老街路灯不亮"),
        ("咨询养老金认证", "养老金认证"),
        ("求助：河口镇停水三天", "河口镇停水三天"),
        ("关于加装电梯的建议", "加装电梯"),
        ("我要投诉夜间施工扰民", "夜间施工扰民"),
        ("关于公交站点等有关事宜的咨询。", "公交站点"),
        ("有关部门不作为", "有关部门不作为"),
        ("举报人信息被泄露", "举报人信息被泄露"),
        ("路灯不亮", "路灯不亮"),
        ("垃圾  没人\n收拾", "垃圾 没人 收拾"),
    ],
)
def test_the_title_is_taken_without_its_boilerplate(title: str, expected: str) -> None:
    assert summary(title, "正文在此。") == expected


@pytest.mark.parametrize("title", ["", "  ", "咨询", "投诉！", "关于…的问题"])
def test_a_title_that_says_nothing_gives_way_to_the_body(title: str) -> None:
    body = "尊敬的领导：您好！\n我家门前的路坏了三个月。请处理。"
    assert summary(title, body) == "我家门前的路坏了三个月"


def test_a_short_title_stays_where_the_body_says_nothing() -> None:
    assert summary("停电", "") == "停电"
    assert summary("咨询", "您好！") == "咨询"


def test_a_long_title_is_cut_with_a_sign() -> None:
    found = summary("水" * 100, "")
    assert len(found) == LONGEST
    assert found.endswith("…")


@given(st.text(alphabet=st.sampled_from("关于的问题反映咨询求助，。！ \n水路灯")), st.text(max_size=80))
def test_a_summary_is_one_line_within_the_limit_and_empty_only_for_blank_texts(title: str, body: str) -> None:
    found = summary(title, body)
    assert len(found) <= LONGEST
    assert "\n" not in found
    assert bool(found) or not (title.strip() or body.strip())
