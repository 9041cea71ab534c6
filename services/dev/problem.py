"""What the person at the terminal can do something about."""


class Problem(Exception):
    """An error told in one line, what is wrong and the remedy. The command line exits 1, no traceback."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what, remedy)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}: {self.remedy}" if self.remedy else self.what
