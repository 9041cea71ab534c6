"""A fact about a promise as people read it, in Chinese."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from services.contracts.promise import PromiseAired, PromiseChanged, PromiseMade, PromiseSettled

OCCASIONS: Final = {"meeting": "会议承诺", "television": "电视亮诺", "written": "书面承诺"}
STATES: Final = {
    "standing": "进行中",
    "kept": "按期兑现",
    "kept_late": "逾期兑现",
    "broken": "未兑现",
    "withdrawn": "撤回",
}


def sentence(said: Mapping[str, Any], title: Callable[[str], str]) -> str:
    """What a fact (its data as JSON has it, with `type`) says; `title` names the post of a code."""
    return _SENTENCES[said["type"]](said, title)


def _made(said: Mapping[str, Any], _: Callable[[str], str]) -> str:
    where = OCCASIONS[said["occasion"]]
    if said["programme"]:
        where += f"（{said['programme']}，{said['aired_on']}）"
    return f"{said['made_on']} {where}：{said['words']} 期限 {said['due']}"


def _changed(said: Mapping[str, Any], title: Callable[[str], str]) -> str:
    parts = []
    if said["due"] != said["due_before"]:
        parts.append(f"期限 {said['due_before']} → {said['due']}")
    if said["words"] != said["words_before"]:
        parts.append(f"内容“{said['words_before']}” → “{said['words']}”")
    for words, some, others in (
        ("列入", said["projects"], said["projects_before"]),
        ("不再列入", said["projects_before"], said["projects"]),
    ):
        if projects := [project for project in some if project not in others]:
            parts.append(f"{words}项目 {'、'.join(projects)}")
    return f"{'；'.join(parts)}，因为{_ended(said['reason'])}批准：{title(said['approver'])}"


def _aired(said: Mapping[str, Any], _: Callable[[str], str]) -> str:
    clip = f"，素材 {said['clip']}" if said["clip"] else ""
    return f"{said['aired_on']} {OCCASIONS['television']}（{said['programme']}{clip}）"


def _settled(said: Mapping[str, Any], title: Callable[[str], str]) -> str:
    parts = [f"{said['settled_on']} {STATES[said['outcome']]}（期限 {said['due']}）"]
    if said["reason"]:
        parts.append(f"，因为{_ended(said['reason'])}")
    if said["evidence"]:
        parts.append(f"依据：{said['evidence']}")
    if said["approver"]:
        parts.append(f" 批准：{title(said['approver'])}")
    return "".join(parts)


def _ended(reason: str) -> str:
    return reason if reason.endswith(("。", "！", "？")) else f"{reason}。"


_SENTENCES: Final[Mapping[str, Callable[[Mapping[str, Any], Callable[[str], str]], str]]] = {
    PromiseMade.type: _made,
    PromiseChanged.type: _changed,
    PromiseAired.type: _aired,
    PromiseSettled.type: _settled,
}
