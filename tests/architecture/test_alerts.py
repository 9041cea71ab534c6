"""Alerts, dashboard and runbook: they name metrics that exist, and each alert says what to do."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.cli.__main__ import BY_NAME
from services.contracts.vocabulary import PROCESSES
from services.kit.metrics import exposition

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
GRAFANA = ROOT / "deploy" / "grafana"
METRIC = re.compile(r"\b(?:yinuo|process)_[a-z_]+\b|\bup\b")
LABELS = re.compile(r"\{[^}]*\}")
GROUPING = re.compile(r"\b(?:by|on|without|ignoring) \([^)]*\)")


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    return dict(json.loads((GRAFANA / "dashboards" / "yinuo.json").read_text(encoding="utf-8")))


def queries() -> list[str]:
    return [target["expr"] for panel in dashboard()["panels"] for target in panel.get("targets", [])]


def exposed() -> set[str]:
    """Every series' name that a service exposes, and `up`, which Prometheus adds."""
    text = exposition().decode()
    families = re.findall(r"^# TYPE (\S+) (\w+)$", text, re.MULTILINE)
    return {"up"} | {name for family in families for name in _series(*family)}


def _series(name: str, kind: str) -> Iterator[str]:
    yield from (name + end for end in ("_bucket", "_count", "_sum")) if kind == "histogram" else (name,)


def used(expression: str) -> set[str]:
    """The metrics in an expression: names outside of label matchers and groupings."""
    return set(METRIC.findall(GROUPING.sub("", LABELS.sub("", expression))))


def anchors() -> set[str]:
    """The anchors that a Markdown page gives its headings."""
    text = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def by_name(rule: dict[str, Any]) -> str:
    return str(rule["alert"])


def test_there_are_alerts_and_each_name_is_used_once() -> None:
    names = [rule["alert"] for rule in alerts()]
    assert len(names) == len(set(names)) >= 15


@pytest.mark.parametrize("rule", alerts(), ids=by_name)
def test_an_alert_names_metrics_that_are_declared(rule: dict[str, Any]) -> None:
    assert used(rule["expr"])
    assert used(rule["expr"]) <= exposed()


@pytest.mark.parametrize("rule", alerts(), ids=by_name)
def test_an_alert_says_how_urgent_it_is_and_what_happened_in_both_languages(rule: dict[str, Any]) -> None:
    notes = rule["annotations"]
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert re.search(r"[\u4e00-\u9fff]", notes["summary"])
    assert re.search(r"[a-z]{3}", notes["summary_en"])
    assert not re.search(r"[\u4e00-\u9fff]", notes["summary_en"])


@pytest.mark.parametrize("rule", alerts(), ids=by_name)
def test_an_alert_points_to_its_section_of_the_runbook(rule: dict[str, Any]) -> None:
    page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    assert (page, anchor) == ("docs/runbook.md", rule["alert"].lower())
    assert anchor in anchors()


def test_the_runbook_has_no_section_of_an_alert_that_is_gone() -> None:
    sections = {anchor for anchor in anchors() if anchor.startswith("yinuo")}
    assert sections == {rule["alert"].lower() for rule in alerts()}


def test_the_links_inside_the_runbook_lead_somewhere() -> None:
    text = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    links = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert links
    assert links <= anchors()


def test_the_runbook_names_commands_that_exist() -> None:
    text = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`yinuo ([a-z]+)(?: ([a-z]+))?", text))
    assert len(named) >= 10
    assert {(name, step) for name, step in named if not _exists(name, step)} == set()


def _exists(name: str, step: str) -> bool:
    """Whether `yinuo NAME STEP` is a command; where NAME is no group, STEP is its argument."""
    steps = getattr(BY_NAME[name].load(), "commands", None)
    return not step or steps is None or step in steps


@pytest.mark.parametrize("rule", alerts(), ids=by_name)
def test_an_alert_is_seen_to_fire_in_a_test(rule: dict[str, Any]) -> None:
    tests = "".join(file.read_text(encoding="utf-8") for file in PROMETHEUS.glob("*_test.yml"))
    assert f'{{alertname="{rule["alert"]}"}}' in tests


def test_the_dashboard_asks_for_metrics_that_are_declared() -> None:
    assert len(queries()) >= 20
    assert set().union(*map(used, queries())) <= exposed()


def test_each_panel_is_named_in_chinese_and_stands_alone() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert [p["title"] for p in panels if not re.search(r"[\u4e00-\u9fff]", p["title"])] == []


def test_the_dashboard_finds_its_data_source() -> None:
    file = GRAFANA / "provisioning" / "datasources" / "prometheus.yml"
    known = {source["uid"] for source in yaml.safe_load(file.read_text(encoding="utf-8"))["datasources"]}
    asked = {p["datasource"]["uid"] for p in dashboard()["panels"] if "datasource" in p}
    assert asked == known


def test_prometheus_scrapes_each_service_on_its_port() -> None:
    jobs = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
    targets = {t["labels"]["process"]: t["targets"] for t in jobs[0]["static_configs"]}
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    assert targets == {name: [f"{name}:{compose[name]['environment']['YINUO_PORT']}"] for name in PROCESSES}


@pytest.fixture
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool isn't here: `sh deploy/promtool.sh` installs it where that is possible")
    return found


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", "alerts.yml"),
        ("check", "config", "prometheus.yml"),
        ("test", "rules", "alerts_test.yml"),
        ("test", "rules", "alerts_days_test.yml"),
    ],
    ids=" ".join,
)
def test_promtool_finds_no_fault(promtool: str, arguments: tuple[str, ...]) -> None:
    done = subprocess.run([promtool, *arguments], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
