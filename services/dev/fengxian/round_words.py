"""What the replay's inspectors find and require, of projects and of units. Invented."""

from collections.abc import Sequence
from typing import Final, NamedTuple


class Opinion(NamedTuple):
    found: str
    required: str


OF_PROJECTS: Final[Sequence[Opinion]] = (
    Opinion(
        "项目现场无施工人员和机械，进度比承诺的时间节点滞后近一个月，台账所记进度与现场不符。",
        "立即组织人员进场，倒排工期，明确每周进度和责任人；如实更正项目台账。",
    ),
    Opinion(
        "现场公示牌上的完成日期与承诺的完成日期不一致，周边群众对工期不了解。",
        "统一公示牌与承诺的完成日期，在公开栏公示，并向群众作出说明。",
    ),
    Opinion(
        "已完工部分未组织验收，验收资料不全，群众反映返修不及时。",
        "尽快组织验收，补齐资料；对群众反映的问题逐处返修到位。",
    ),
)
OF_UNITS: Final[Sequence[Opinion]] = (
    Opinion(
        "便民服务窗口工作日下午无人值守，办事群众须多次往返。",
        "落实首问负责制和A、B岗制度，保证工作时间窗口有人在岗、事项有人受理。",
    ),
    Opinion(
        "部分诉求的答复只写“已转相关股室”，未说明办理结果，也未与群众联系。",
        "对上述诉求逐件重新核实办理，向群众当面答复，并留存办理记录。",
    ),
    Opinion(
        "承诺事项未在本单位公开栏公示，台账最近一次进展停留在上月。",
        "补齐公示内容；指定专人负责台账，于每周五前更新进展。",
    ),
    Opinion(
        "交办的群众诉求有三件临近办理时限仍未联系诉求人，承办人不清楚办理要求。",
        "于两个工作日内联系诉求人并告知办理安排，在时限内办结；对承办人开展一次业务培训。",
    ),
)


def opinion(key: str, *, of_project: bool) -> Opinion:
    """The same for the same key of a finding."""
    said = OF_PROJECTS if of_project else OF_UNITS
    return said[int(key.rpartition("-")[2]) % len(said)]
