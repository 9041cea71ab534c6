"""The one-line summary (归纳) of a demand: the bare title, else the body's first real sentence."""

import re

LONGEST = 40
"""Characters of a summary at most; a longer one is cut and ends in `…`."""
SHORTEST = 4
"""Characters below which a title or sentence says nothing (`咨询`, `您好`)."""

_LEADING = re.compile(
    r"^(?:[\s,，。.、:：;；!！?？*#~～\-—【】\[\]]+|关于(?!我们)|对于|有关(?!部门|单位|领导)"
    r"|我?(?:想|要|来)?(?:反映|投诉|举报|咨询|请问|询问|求助|建议|强烈|再次)(?!无门|人|信|电话|热线)(?:一下)?(?:关于)?"
    r"|(?:尊敬的)?(?:领导|书记|市长|县长|区长)们?(?=[,，:：!！])|您好|你好|紧急求助|求问|请教)"
)
_TRAILING = re.compile(
    r"(?:[\s,，。.、:：;；!！?？*#~～\-—…]+"
    r"|等?(?:相关|有关)?的?(?:若干|几个|一些)?(?:问题|事宜|事项|情况)(?:的?(?:反映|咨询|求助|投诉|举报|建议|请示))?"
    r"|的(?:反映|咨询|求助|投诉|举报|建议|请求|诉求|报告|意见))$"
)
_SENTENCE_END = re.compile(r"[。！!？?；;\n\r]+")
_GREETING = re.compile(
    r"^\s*(?:尊敬的|敬爱的|亲爱的)?[^,，。:：]{0,12}?(?:领导|书记|市长|县长|区长|局长)?[,，:：]?\s*(?:您|你)们?好[,，!！:：。]*\s*"
)
_SPACES = re.compile(r"\s+")


def summary(title: str, body: str) -> str:
    """At most `LONGEST` characters on one line; empty only where title and body are both blank."""
    shortened = without_boilerplate(title)
    if len(shortened) >= SHORTEST:
        return cut(shortened)
    return cut(first_sentence(body) or shortened or one_line(title) or one_line(body))


def without_boilerplate(title: str) -> str:
    """The matter alone: `关于某路积水的问题` → `某路积水`. May be empty."""
    text = one_line(title)
    text = _stripped(text, _LEADING)
    return _stripped(text, _TRAILING)


def first_sentence(body: str) -> str:
    """The first sentence that says something once greeting and boilerplate are off; empty where none does."""
    for sentence in _SENTENCE_END.split(_GREETING.sub("", body, count=1)):
        matter = without_boilerplate(sentence)
        if len(matter) >= SHORTEST:
            return matter
    return ""


def one_line(text: str) -> str:
    """`text` with every run of white space as one blank."""
    return _SPACES.sub(" ", text).strip()


def cut(text: str) -> str:
    """At most `LONGEST` characters, with a sign where something is missing."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip("，,、 ") + "…"


def _stripped(text: str, boilerplate: re.Pattern[str]) -> str:
    """Without boilerplate at its end of the text, layer by layer; what would leave nothing stays."""
    while True:
        shorter = boilerplate.sub("", text, count=1).strip()
        if shorter in ("", text):
            return text
        text = shorter
