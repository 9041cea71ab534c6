"""Ports, secrets and the supervisor's configuration."""

import configparser
import json
import socket
import stat
from pathlib import Path

import pytest

from services.console.settings import read_settings
from services.contracts.vocabulary import SERVICES
from services.dev import credentials, ports
from services.dev.console import KEYS, console_environment
from services.dev.folder import LONGEST_SOCKET_PATH, DataFolder
from services.dev.problem import Problem
from services.dev.program import Program, configuration


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    found = DataFolder.at(tmp_path / "data")
    found.create()
    return found


def test_without_a_word_the_default_ports_are_used_and_nothing_is_remembered(folder: DataFolder) -> None:
    assert ports.choose_ports(folder, {}, free=False) == ports.DEFAULTS
    assert not folder.ports.exists()


def test_free_ports_are_remembered_and_a_variable_goes_before_them(folder: DataFolder) -> None:
    chosen = ports.choose_ports(folder, {}, free=True)
    again = ports.choose_ports(folder, {"YINUO_KAFKA_CONTROLLER_PORT": "1234"}, free=False)
    assert len(set(chosen.values())) == len(ports.DEFAULTS)
    assert again == chosen | {"kafka_controller": 1234}


def test_a_port_that_is_no_number_is_refused_by_its_variable(folder: DataFolder) -> None:
    with pytest.raises(Problem, match="YINUO_INTAKE_PORT=many"):
        ports.choose_ports(folder, {"YINUO_INTAKE_PORT": "many"}, free=False)


def test_a_taken_port_is_named_with_its_variable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        with pytest.raises(Problem, match=rf"port {taken} for kafka is taken.*YINUO_KAFKA_PORT"):
            ports.refuse_taken({"kafka": taken}, ["kafka"])


def test_secrets_are_made_once_and_only_their_owner_reads_them(folder: DataFolder) -> None:
    first = credentials.ensure_secrets(folder)
    assert credentials.ensure_secrets(folder) == first
    assert stat.S_IMODE(folder.secrets.stat().st_mode) == 0o600


def test_a_secret_that_an_older_folder_lacks_is_added_and_the_others_stay(folder: DataFolder) -> None:
    first = credentials.ensure_secrets(folder)
    kept = {name: value for name, value in first.items() if name != "YINUO_AUDIT_PASSWORD"}
    folder.secrets.write_text("".join(f"{name}={value}\n" for name, value in kept.items()))
    assert credentials.ensure_secrets(folder).items() >= kept.items()
    assert credentials.read_secrets(folder.secrets)["YINUO_AUDIT_PASSWORD"]


def test_a_service_sees_its_own_password_and_no_other_secret(folder: DataFolder) -> None:
    secret = credentials.ensure_secrets(folder)
    seen = " ".join(credentials.service_environment("assignment", secret, ports.DEFAULTS).values())
    known = {name for name, value in secret.items() if value in seen}
    own = {"YINUO_ASSIGNMENT_APP_PASSWORD", "YINUO_PROMISE_SIGNING_KEY"}
    assert known == own | {"YINUO_TOKEN_PUBLIC_KEY"}


def test_each_key_is_given_to_its_services_alone(folder: DataFolder) -> None:
    secret = credentials.ensure_secrets(folder)
    seen = {
        service: set(credentials.service_environment(service, secret, ports.DEFAULTS)) for service in SERVICES
    }
    every = set.intersection(*seen.values())
    assert {service: seen[service] - every for service in SERVICES} == {
        service: set(credentials.KEYS[service]) for service in SERVICES
    }


def test_a_mail_server_is_known_to_those_that_send_and_only_if_somebody_wrote_it_down(
    folder: DataFolder,
) -> None:
    secret = credentials.ensure_secrets(folder) | {"YINUO_SMTP_URL": "smtps://mail.fx.cn"}
    knows = [
        service
        for service in SERVICES
        if "YINUO_SMTP_URL" in credentials.service_environment(service, secret, ports.DEFAULTS)
    ]
    assert knows == ["supervision", "reporting"]


def test_the_console_s_process_sees_no_secret(folder: DataFolder) -> None:
    secret = credentials.ensure_secrets(folder)
    seen = console_environment(folder, secret, ports.DEFAULTS)
    assert {name for name, value in secret.items() if value in seen.values()} == {"YINUO_TOKEN_PUBLIC_KEY"}
    assert seen["YINUO_REPORTING_URL"] == "http://127.0.0.1:8104"


def test_the_console_reads_its_keys_from_the_folder_that_the_stack_names(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = console_environment(folder, credentials.ensure_secrets(folder), ports.DEFAULTS)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    keys = Path(environment["YINUO_SECRETS_DIR"]) / KEYS
    keys.parent.mkdir()
    keys.write_text('{"hotline": "yk_hotline_1"}')
    settings = read_settings()
    assert settings.intake_keys["hotline"].get_secret_value() == "yk_hotline_1"
    assert (settings.port, settings.secure) == (8100, False)


def test_migrations_get_passwords_but_no_keys(folder: DataFolder) -> None:
    environ = credentials.migration_environment(credentials.ensure_secrets(folder), ports.DEFAULTS)
    assert set(credentials.password_names()) < set(environ)
    assert not [name for name in environ if name.endswith("_KEY")]


def test_a_long_data_path_puts_the_socket_under_a_short_one(tmp_path: Path) -> None:
    long = DataFolder.at(tmp_path / ("d" * LONGEST_SOCKET_PATH))
    assert len(str(long.socket)) <= LONGEST_SOCKET_PATH
    assert long.digest in str(long.socket)


def test_the_recorded_socket_is_found_again(folder: DataFolder) -> None:
    folder.stack.write_text(json.dumps({"supervisor": "/elsewhere/supervisor.sock"}))
    assert folder.socket == Path("/elsewhere/supervisor.sock")


def test_a_program_survives_blanks_percent_signs_and_never_gives_up(folder: DataFolder) -> None:
    program = Program("kafka", ("/with blank/java", "100%"), folder.kafka, {"A": "b%c"}, user="nobody")
    parsed = configparser.RawConfigParser()
    parsed.read_string(configuration(folder, [program], root=False))
    section = parsed["program:kafka"]
    assert section["command"] == "'/with blank/java' 100%%"
    assert section["environment"] == 'A="b%%c"'
    assert (section["autorestart"], section["user"]) == ("true", "nobody")
    assert int(section["startretries"]) > 100_000
