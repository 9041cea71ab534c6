"""Which stack a command acts on."""

from pathlib import Path

import pytest

from services.dev.problem import Problem
from services.dev.running import DEPLOYED, Running

DEPLOYMENT = {
    "YINUO_INTAKE_URL": "http://intake:8101/",
    "YINUO_ASSIGNMENT_URL": "http://assignment:8102",
    "YINUO_SUPERVISION_URL": "http://supervision:8103",
    "YINUO_REPORTING_URL": "http://reporting:8104",
    "YINUO_KAFKA": "kafka:9092",
    "YINUO_AUDIT_URL": "postgresql://yinuo_audit:x@postgres/yinuo",
    "YINUO_TOKEN_PRIVATE_KEY": "key",
}


def test_a_deployed_stack_is_described_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in DEPLOYMENT.items():
        monkeypatch.setenv(name, value)
    running = Running.find(Path("nowhere"))
    assert running.service_url("intake") == "http://intake:8101"
    assert running.environment == "production"
    assert running.audit_url.startswith("postgresql://yinuo_audit")


@pytest.mark.parametrize("name", sorted(set(DEPLOYMENT) - {DEPLOYED}))
def test_a_missing_variable_is_named(name: str) -> None:
    environment = {key: value for key, value in DEPLOYMENT.items() if key != name}
    with pytest.raises(Problem, match=name):
        Running.deployed(Path("nowhere"), environment)


def test_a_deployed_stack_does_not_hand_out_its_database() -> None:
    with pytest.raises(Problem, match="database"):
        _ = Running.deployed(Path("nowhere"), DEPLOYMENT).admin_url
