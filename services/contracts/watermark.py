"""Watermarks: in every partition of the record, where one business day ends and the next begins."""

from datetime import date
from typing import ClassVar

from services.contracts.envelope import Event


class WatermarkPassed(Event):
    """The business clock passed 00:00 (Asia/Shanghai) of `day`.

    Every fact of its writer that lies before it in this partition was recorded before that
    instant; what lies behind it belongs to `day` or a later one.
    """

    type: ClassVar[str] = "yinuo.watermark.passed.v1"

    day: date
    topic: str
    partition: int

    def subject(self) -> str:
        return f"watermark/{self.topic}/{self.partition}"

    def identity(self) -> str:
        return f"{self.topic}/{self.partition}/{self.day.isoformat()}"
