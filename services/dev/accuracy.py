"""How good a directory's rules are on labelled messages, and how much they leave to the backstop unit."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.assignment.classify import Classification, Classifier
from services.assignment.directory import OTHER, Directory

Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Of `n` labelled messages `correct` were right; always one label would reach `commonest_share`."""

    n: int
    correct: int
    commonest_share: float

    @property
    def share(self) -> float:
        """0 to 1; 0 where there was no message."""
        return self.correct / self.n if self.n else 0.0

    @property
    def points_above_commonest(self) -> float:
        """Percentage points above always saying the commonest label."""
        return 100 * (self.share - self.commonest_share)


def label_accuracy(directory: Directory, rows: Rows) -> Accuracy:
    """`rows` carry `title`, `body` and `label`, the Chinese name of a widest category.

    Right is a category whose widest ancestor has that name; `other` is wrong.
    """
    classifier = Classifier.build(directory)
    labels: Counter[str] = Counter()
    correct = 0
    for row in rows:
        labels[row["label"]] += 1
        correct += root_name(directory, _classified(classifier, row).category) == row["label"]
    n = labels.total()
    return Accuracy(n, correct, max(labels.values(), default=0) / n if n else 0.0)


def backstop_share(directory: Directory, rows: Rows) -> float:
    """The share, 0 to 1, of messages that no route covers; `rows` carry `title` and `body`."""
    classifier = Classifier.build(directory)
    left = [_classified(classifier, row).backstop for row in rows]
    return sum(left) / len(left) if left else 0.0


def root_name(directory: Directory, category: str) -> str | None:
    """The name of the widest category above `category`; None for `other`."""
    root = directory.categories_by_code.get(directory.root_category(category))
    return root.name if root and root.code != OTHER else None


def _classified(classifier: Classifier, row: Mapping[str, Any]) -> Classification:
    return classifier.classify(row.get("title") or "", row.get("body") or "", row.get("place") or "")
