"""What `make run` says when it cannot: a sentence, before anything is changed."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import bootstrap, services
from scripts import run as script

ROOT = Path(__file__).resolve().parent.parent


def run(port: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "scripts/run.py"],
        cwd=ROOT,
        env={**os.environ, "PORT": port},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_a_second_portal_is_refused_before_any_other_step(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "VAR", tmp_path)
    monkeypatch.setattr(bootstrap, "prepare", lambda: pytest.fail("something was done before the check"))
    monkeypatch.setattr(signal, "signal", lambda *wanted: None)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(script.our_socket()))
        listener.listen()
        with pytest.raises(SystemExit):
            script.main()
    assert "Cannot go on: the portal already runs from this checkout" in capsys.readouterr().err


def test_the_last_line_says_where_the_data_are() -> None:
    begin = "import scripts.bootstrap, time; scripts.bootstrap.prepare = lambda: (print('begun', flush=True), time.sleep(60)); "
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-c", begin + "import runpy; runpy.run_path('scripts/run.py', run_name='__main__')"],
        cwd=ROOT,
        env={**os.environ, "PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=20)[0]
    assert said.splitlines()[-1] == "Stopped. The data are in var/."


def test_a_port_in_use_is_named_with_the_way_out() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        done = run(str(port))
    assert done.returncode == 1
    assert f"Cannot go on: port {port} is not free" in done.stderr
    assert "make run PORT=8001" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("port", ["eighty", "0", "70000"])
def test_a_port_that_is_none(port: str) -> None:
    done = run(port)
    assert done.returncode == 1
    assert f"PORT is '{port}'" in done.stderr


def test_an_unwritable_var_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_the_way = tmp_path / "var"
    in_the_way.write_text("a file where the folder should be")
    monkeypatch.setattr(bootstrap, "VAR", in_the_way)
    with pytest.raises(SystemExit):
        bootstrap.own_folder()
    assert f"the folder {in_the_way} cannot be written" in capsys.readouterr().err


def test_a_failed_step_shows_the_end_of_its_output(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "LOG", ROOT / "var" / f"{tmp_path.name}.log")
    try:
        with pytest.raises(SystemExit):
            bootstrap.run(
                [sys.executable, "-c", "import sys; sys.exit('no such index')"], "the packages could not be installed."
            )
    finally:
        bootstrap.LOG.unlink()
    said = capsys.readouterr().err
    assert "no such index" in said
    assert "Cannot go on: the packages could not be installed." in said


def test_settings_are_written_once_and_the_socket_follows_the_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("DEMO", "SECRET_KEY", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VAR", tmp_path / "var")
    first = bootstrap.settings_file()
    assert first["DEMO"] == "true"
    assert len(first["SECRET_KEY"]) >= 50
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0
    assert bootstrap.settings_file() == first

    monkeypatch.setattr(bootstrap, "VAR", tmp_path / "moved")
    moved = bootstrap.settings_file()
    assert moved["SECRET_KEY"] == first["SECRET_KEY"]
    assert moved["REDIS_URL"] != first["REDIS_URL"]
    assert moved["REDIS_URL"].startswith("unix://")

    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:6379")
    assert bootstrap.settings_file()["REDIS_URL"] == "redis://127.0.0.1:6379"


def test_a_socket_path_stays_short(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bootstrap, "VAR", tmp_path / ("deep/" * 30) / "var")
    assert len(str(bootstrap.socket_folder() / "valkey.sock")) < 108


def test_valkey_answers_and_is_gone_afterwards() -> None:
    with services.valkey() as url:
        address = url.removeprefix("unix://")
        assert services.answers(address)
    assert not Path(address).exists()


def test_a_service_that_cannot_be_had_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.setattr(services, "postgres_folders", list)
    with pytest.raises(services.MissingError, match="PostgreSQL: no server"), services.postgresql():
        pass
    monkeypatch.setattr(services, "packaged", lambda *parts: tmp_path / "nothing")
    with pytest.raises(services.MissingError, match="Set REDIS_URL"), services.valkey():
        pass
