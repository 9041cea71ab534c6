"""What the codes in a project's plan stand for, as anybody reads it."""

import pytest

from services.assignment.project_labels import DirectoryLabels
from tests.unit.directory_samples import county


@pytest.mark.parametrize(
    ("field", "text", "named"),
    [
        ("owner", "magistrate", "县长"),
        ("owner", "water.head", "水利局局长"),
        ("lead_unit", "water", "水利局"),
        ("assisting_units", "water；river_town", "水利局、河口镇"),
        ("category", "road", "道路"),
        ("place", "river", "河口镇"),
        ("lead_unit", "dissolved", "dissolved"),
        ("lead_unit", None, None),
        ("completion", "2021-08-31", None),
        ("tier", "town", None),
    ],
)
def test_a_field_says_its_codes_by_name_and_one_without_codes_nothing(
    field: str, text: str | None, named: str | None
) -> None:
    assert DirectoryLabels.of(county()).of_field(field, text) == named
