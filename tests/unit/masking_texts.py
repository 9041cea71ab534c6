"""Texts as citizens write them, with the places of the personal data in them. Written without the masker."""

import random
from dataclasses import dataclass

from faker import Faker

PERSONAL = (
    "联系电话{mobile}（王女士），请尽快回复。",
    "电话：{mobile}",
    "我的手机号是{mobile},微信同号。",
    "打{mobile}找老李，或者{mobile}找他儿子。",
    "家里座机{landline}，白天有人。",
    "单位办公室电话:{landline}；传真{landline}。",
    "身份证：{id_card}",
    "本人{name}，身份证号码{id_card}，反映养老金停发。",
    "身份证{id_card}，手机{mobile}，麻烦核实",
    "QQ邮箱{email}，把材料发我。",
    "请把结果发到 {email} 谢谢",
    "补贴没到账，卡号{card}，户名{name}。",
    "农商行卡 {card} 从三月起没有入账",
    "车牌{plate}的货车天天超载",
    "一辆白色轿车（{plate}）占用消防通道",
    "{plate}号出租车拒载。",
    "投诉人{name} {mobile} {email}",
    "退款请打到{card}，电话{mobile}，身份证{id_card}。",
)
LOOK_ALIKES = (
    "订单号{digits18}一直没发货。",
    "工单号：{digits16}，上次没有解决。",
    "运单号 {digits15} 显示已签收。",
    "工单编号为{digits11}",
    "受理回执YN20210301-0000{digits4}。",
    "312国道和G312、S212交界处塌方，108号门前积水。",
    "合同写的是¥ 1234567.89，实付13800元。",
    "全县投入13800138000元，超概算{digits4}.5万元。",
    "20210301开工，2021-03-01 08:00停水，2021年3月2日18:30恢复。",
    "1990-01-01 100户搬迁，占地1234.56平方米，完成85.5%。",
    "位置106.523456,33.912345附近。",
    "水表号{digits13}读数不对，电表号：{digits12}。",
    "打12345、110、95598都没用，400-820-8820也不通。",
    "邮编721700，凤县双石铺镇。",
    "热水器型号KFR-35GW/12345678，DB61/T 1234-2019标准。",
    "2单元1201室，3号楼，电梯编号{digits18}。",
    "（2021）陕0330民初1234号判决书至今未执行。",
    "每年2020-2021供暖季，每平米5.8元，共{digits4}.00元。",
    "@所有人 群里说1 2 3号楼都没水",
    "身份证61033019800101XXXX，电话138****5678（保密）。",
    "统一社会信用代码91610330{digits10}的公司欠薪。",
)
FILLERS = (
    "门口的路坏了半年。",
    "希望领导重视！",
    "老人孩子出行不便，",
    "村里没人管。",
    "谢谢。",
    "\n",
    " ",
    "自来水发黄，",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A text and what a reader would call personal in it: (start, end) in characters."""

    text: str
    personal: frozenset[tuple[int, int]]


class Texts:
    """An endless supply of samples, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311
        self._faker = Faker("zh_CN")
        self._faker.seed_instance(seed)

    def sample(self) -> Sample:
        sentences = self._random.choices(PERSONAL, k=self._random.randint(0, 3))
        sentences += self._random.choices(LOOK_ALIKES, k=self._random.randint(0, 3))
        sentences += self._random.choices(FILLERS, k=self._random.randint(0, 4))
        self._random.shuffle(sentences)
        return self._filled(self._one_of("，", "\n", "。", " ").join(sentences))

    def _filled(self, sentence: str) -> Sample:
        text, personal = "", set()
        for piece in sentence.replace("}", "{").split("{"):
            value = self._value(piece)
            if piece in {"mobile", "landline", "id_card", "email", "card", "plate"}:
                personal.add((len(text), len(text) + len(value)))
            text += value
        return Sample(text, frozenset(personal))

    def _value(self, slot: str) -> str:
        if slot.startswith("digits"):
            return "".join(self._random.choices("0123456789", k=int(slot[6:])))
        maker = getattr(self, f"_{slot}", None) if slot.isascii() and slot.isidentifier() else None
        return str(maker()) if maker else slot

    def _name(self) -> str:
        return str(self._faker.name())

    def _mobile(self) -> str:
        number = self._faker.phone_number()
        parts = number[:3], number[3:7], number[7:]
        written = self._one_of(number, number, number, "-".join(parts), " ".join(parts), _full_width(number))
        return self._one_of("", "", "", "", "+86", "+86 ", "86-", "0086") + written

    def _landline(self) -> str:
        area = self._one_of("0917", "029", "010", "0551", "0758")
        local = self._one_of("2", "4", "6", "8") + self._value("digits6" if len(area) == 4 else "digits7")
        whole = self._one_of(
            f"{area}-{local}", f"{area}{local}", f"({area}){local}", f"（{area}）{local}", f"{area} {local}"
        )
        return whole + self._one_of("", "", "转802", "-8021")

    def _id_card(self) -> str:
        number = self._faker.ssn()
        return self._one_of(
            number,
            number,
            number.lower(),
            f"{number[:6]} {number[6:14]} {number[14:]}",
            number[:6] + number[8:17],
        )

    def _email(self) -> str:
        made = self._faker.ascii_free_email(), f"{self._value('digits9')}@qq.com"
        return self._one_of(*made, made[0].upper(), f"{self._faker.phone_number()}@163.com")

    def _card(self) -> str:
        union = self._union_pay(self._one_of("622848", "621799", "625888"), self._random.choice((16, 19)))
        number = self._one_of(union, union, self._faker.credit_card_number())
        return self._one_of(number, " ".join(number[at : at + 4] for at in range(0, len(number), 4)))

    def _union_pay(self, issuer: str, length: int) -> str:
        body = issuer + self._value(f"digits{length - 7}")
        return next(body + check for check in "0123456789" if passes_luhn(body + check))

    def _plate(self) -> str:
        head, serial = self._one_of("陕", "川", "甘", "京", "粤"), self._value("digits5")
        letter = self._one_of(*"ABCDEFGHJK")
        made = (
            f"{letter}{serial}",
            f"{letter}{serial[:2]}A{serial[2:4]}",
            f"{letter}D{serial}",
            f"{letter}{serial[:4]}警",
        )
        plate = head + self._one_of(*made)
        return self._one_of(
            plate, plate, plate.lower(), f"{plate[:2]}·{plate[2:]}", f"{plate[:2]} {plate[2:]}"
        )

    def _one_of(self, *choices: str) -> str:
        return self._random.choice(choices)


def passes_luhn(number: str) -> bool:
    """ISO/IEC 7812-1, annex B, digit by digit from the right."""
    total = 0
    for place, char in enumerate(reversed(number)):
        value = int(char) * (2 if place % 2 else 1)
        total += value // 10 + value % 10
    return total % 10 == 0


def _full_width(number: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) for char in number)
