import re
import unicodedata

import pytest
from faker import Faker
from hypothesis import example, given
from hypothesis import strategies as st

from services.kit.masking import BANK_CARD, EMAIL, ID_CARD, LANDLINE, MOBILE, PLATE, find, mask, remaining
from tests.unit.masking_texts import Texts, passes_luhn

PLACEHOLDERS = (ID_CARD, MOBILE, LANDLINE, EMAIL, BANK_CARD, PLATE)
AN_ID_CARD = "11010519491231002X"  # the example in GB 11643-1999


@pytest.mark.parametrize(
    ("written", "public"),
    [
        ("电话：138-1234-5678", "电话：〔手机号〕"),
        ("联系电话13812345678（王女士），微信同号", "联系电话〔手机号〕（王女士），微信同号"),
        ("+86 138 1234 5678", "〔手机号〕"),
        ("(+86)13812345678", "〔手机号〕"),
        ("008613812345678或8613912345678", "〔手机号〕或〔手机号〕"),
        ("１３８－１２３４－５６７８", "〔手机号〕"),
        ("1 3 8 1 2 3 4 5 6 7 8", "〔手机号〕"),
        ("138\u200b1234\u200b5678", "〔手机号〕"),
        ("138—1234—5678", "〔手机号〕"),
        ("①13812345678 ②13912345678", "①〔手机号〕 ②〔手机号〕"),
        ("2021-03-01 13812345678", "2021-03-01 〔手机号〕"),
        ("1.13812345678", "1.〔手机号〕"),
        ("13812345678/13912345678", "〔手机号〕/〔手机号〕"),
        ("138.1234.5678 ١٣٨١٢٣٤٥٦٧٨", "〔手机号〕 〔手机号〕"),
        ("010-12345678", "〔座机号〕"),
        ("0917-4762345转802", "〔座机号〕"),
        ("(0917)4762345", "〔座机号〕"),
        ("（0917） 4762345", "〔座机号〕"),
        ("029 8765 4321", "〔座机号〕"),
        ("09174762345、4762346。", "〔座机号〕。"),
        ("+86-917-4762345", "〔座机号〕"),
        (f"身份证{AN_ID_CARD}，{AN_ID_CARD.lower()}", "身份证〔身份证号〕，〔身份证号〕"),
        ("110105 19491231 002X", "〔身份证号〕"),
        (f"{AN_ID_CARD}13812345678", "〔身份证号〕〔手机号〕"),
        (f"身份证编号：{AN_ID_CARD}", "身份证编号：〔身份证号〕"),
        ("老身份证110105491231002。", "老身份证〔身份证号〕。"),
        ("QQ邮箱123456@qq.com", "QQ邮箱〔邮箱〕"),
        ("邮箱Wang.Er＠163．com，谢谢", "邮箱〔邮箱〕，谢谢"),
        ("13812345678@163.com", "〔邮箱〕"),
        ("卡号4111 1111 1111 1111", "卡号〔银行卡号〕"),
        ("陕C·12345 陕C 12345 陕c12345", "〔车牌号〕 〔车牌号〕 〔车牌号〕"),
        ("车牌陕CD12345和陕C12345F", "车牌〔车牌号〕和〔车牌号〕"),
        ("陕C1234警，粤Z1234港，粤ZA123澳，陕C1234学", "〔车牌号〕，〔车牌号〕，〔车牌号〕，〔车牌号〕"),
        ("WJ陕12345、军A12345、VA·12345、使224578", "〔车牌号〕、〔车牌号〕、〔车牌号〕、〔车牌号〕"),
        ("车牌号VA12345", "车牌号〔车牌号〕"),
    ],
)
def test_personal_data_as_people_write_it_is_replaced(written: str, public: str) -> None:
    assert mask(written) == public


@pytest.mark.parametrize(
    "text",
    [
        "订单号110105491231002未发货，工单：09174762345，运单号 4111111111111111",
        "快递单号4111111111111111，编号：09174762345，工单编号为010-12345678",
        f"工单号2021-13812345678，订单AB13812345678，合同号HT-13812345678，档案号A{AN_ID_CARD}",
        "回执YN20210301-00001234",
        "312国道、G312、S212，108号，2单元1201室",
        "¥ 1234567.89，13800元，02912345678元，￥4111111111111111，4111111111111111.50元",
        "20210301 2021-03-01 08:00 2021-03-01 08:00-09:00 20210301080000",
        "1990-01-01 100户",
        "106.523456,33.912345 和 107.13812345678",
        "85.5%，1234.56平方米，邮编721700",
        "水表号0412345678901，户号03812345678",
        "12345、110、95598、400-820-8820、4008208820、800-810-8888",
        "61033019800101XXXX，138****5678",
        "KFR-35GW/12345678，新Redmi9A，新Mate40Pro，A4纸，大使馆",
        "@所有人 张三@李四 a@b",
        "即使100000元，使用123456度",
        "",
    ],
)
def test_look_alikes_stay_as_they_are(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("written", "public"),
    [
        ("编号13800138000", "编号〔手机号〕"),
        ("请打单号码13800138000", "请打单号码〔手机号〕"),
        ("订单13912345678联系我", "订单〔手机号〕联系我"),
        ("订单号：138-0013-8000，运单号 13800138000", "订单号：〔手机号〕，运单号 〔手机号〕"),
        ("13800138000元", "〔手机号〕元"),
        ("￥13800138000，13800138000.50元", "￥〔手机号〕，〔手机号〕.50元"),
        ("工单号2021-03-01 13800138000", "工单号2021-03-01 〔手机号〕"),
        ("编号1.13800138000", "编号1.〔手机号〕"),
        ("编号-13800138000", "编号-〔手机号〕"),
        (f"订单号{AN_ID_CARD}，{AN_ID_CARD}元", "订单号〔身份证号〕，〔身份证号〕元"),
        (f"编号12.{AN_ID_CARD}", "编号12.〔身份证号〕"),
    ],
)
def test_no_word_before_and_no_unit_after_lets_a_mobile_or_an_id_card_through(
    written: str, public: str
) -> None:
    assert mask(written) == public


@pytest.mark.parametrize("seed", [1, 20210301, 987654321])
def test_of_two_thousand_texts_hardly_anything_is_missed_and_hardly_anything_else_is_masked(
    seed: int,
) -> None:
    texts, found, right, personal = Texts(seed), 0, 0, 0
    for _ in range(2000):
        sample = texts.sample()
        spans = {(match.start, match.end) for match in find(sample.text)}
        found, personal = found + len(spans), personal + len(sample.personal)
        right += len(spans & sample.personal)
        assert remaining(mask(sample.text)) == []
    assert personal > 3000
    assert right / personal >= 0.99
    assert right / found >= 0.95


@pytest.mark.parametrize("seed", range(20))
def test_an_id_card_is_one_only_with_its_check_character(seed: int) -> None:
    faker = Faker("zh_CN")
    faker.seed_instance(seed)
    number = faker.ssn()
    seen = [check for check in "0123456789X" if mask(f"{number[:17]}{check}") == ID_CARD]
    assert seen == [number[17]]


def test_an_id_card_without_a_real_date_of_birth_is_none() -> None:
    assert mask("110105194902310024") == "110105194902310024"


@pytest.mark.parametrize("last", range(10))
def test_a_bank_card_is_one_only_with_its_check_digit(last: int) -> None:
    number = f"622848001234567891{last}"
    assert (mask(number) == BANK_CARD) is passes_luhn(number)


PIECES = st.one_of(
    st.text("0123456789 -.\u200b０１９Xx+()（）", max_size=14),
    st.text("abC@.-_ ", max_size=8),
    st.sampled_from(["陕", "C", "使", "警", "WJ", "元", "¥", "单号", "订单", "转", "、", "电话", "\n", "军"]),
    st.sampled_from(["13812345678", AN_ID_CARD, "4111111111111111", "0917-4762345", "陕C1234D", "a@b.cn"]),
    st.text(max_size=3),
)
ANY_TEXT = st.lists(PIECES, max_size=8).map("".join)


@given(ANY_TEXT)
@example("陕C1234D13812345678")
@example("陕C1A345.13812345678")
@example("138 12345 678.13812345678")
def test_masked_text_holds_nothing_more_to_mask(text: str) -> None:
    public = mask(text)
    assert remaining(public) == []
    assert mask(public) == public


@given(ANY_TEXT)
def test_the_text_around_is_kept(text: str) -> None:
    first, *others = re.split("|".join(PLACEHOLDERS), mask(text))
    assert text.startswith(first)
    rest = text[len(first) :]
    for piece in others:
        assert piece in rest
        rest = rest[rest.index(piece) + len(piece) :]
    assert text.endswith(others[-1] if others else first)


@given(
    st.lists(
        st.sampled_from([*"0123456789", "13", "0917", " ", "  ", "\u200b", "\ufeff", "８", "X", "栋"])
    ).map("".join)
)
def test_a_second_look_without_spaces_and_invisible_characters_finds_nothing(text: str) -> None:
    plain = unicodedata.normalize("NFKC", mask(text))
    assert remaining("".join(char for char in plain if not (char.isspace() or char in "\u200b\ufeff"))) == []


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "1 ",
        "4 ",
        "a",
        "a.a-",
        "a@",
        "b.",
        "陕 C ",
        "1+",
        "(1)",
        "13812345678.",
        "138 12345 678.",
        "+86 ",
    ],
)
def test_long_repetitive_text_is_masked_all_the_same(unit: str) -> None:
    public = mask(unit * (20_000 // len(unit)) + "，电话13812345678")
    assert public.endswith("，电话〔手机号〕")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话4762345", f"电话{LANDLINE}"),
        ("联系电话：4762345或13812345678", f"联系电话：{LANDLINE}或{MOBILE}"),
        ("座机号码47623456。", f"座机号码{LANDLINE}。"),
        ("tel: 476-2345", f"tel: {LANDLINE}"),
        ("拨打12345热线", "拨打12345热线"),
        ("电话费4762345", "电话费4762345"),
        ("电话补贴4762345元", "电话补贴4762345元"),
        ("致电4008001234", "致电4008001234"),
        ("工程量4762345", "工程量4762345"),
    ],
)
def test_a_landline_without_its_area_code_is_one_only_after_a_word_that_says_so(
    text: str, masked: str
) -> None:
    assert mask(text) == masked
