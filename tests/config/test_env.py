"""Settings read the environment through types; a wrong value stops the start, by name."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


def test_a_flag_that_is_neither_true_nor_false_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("PARTAGE_X", "maybe")
    with pytest.raises(ImproperlyConfigured, match="PARTAGE_X: say true or false"):
        env.flag("PARTAGE_X", default=False)


@pytest.mark.parametrize(("said", "meant"), [("1G", 1 << 30), ("512 MiB", 512 << 20), ("10k", 10 << 10), ("7", 7)])
def test_sizes_are_powers_of_1024(monkeypatch, said, meant):
    monkeypatch.setenv("PARTAGE_X", said)
    assert env.size("PARTAGE_X", "1") == meant


@pytest.mark.parametrize("said", ["-1", "1.5G", "big", ""])
def test_a_size_that_is_none_is_refused_by_name(monkeypatch, said):
    monkeypatch.setenv("PARTAGE_X", said)
    with pytest.raises(ImproperlyConfigured, match="PARTAGE_X"):
        env.size("PARTAGE_X", "1G")


def test_a_secret_may_lie_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("from the file\n")
    monkeypatch.setenv("PARTAGE_X_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("PARTAGE_X", "from the environment")
    assert env.text("PARTAGE_X") == "from the file"


def test_a_postgresql_address_becomes_django_settings(monkeypatch):
    monkeypatch.setenv("PARTAGE_X", "postgresql://ada:s%40crit@127.0.0.1:5433/partage?sslmode=require")
    found = env.database("PARTAGE_X", "")
    assert found["PASSWORD"] == "s@crit"
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("127.0.0.1", "5433", "partage")
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_an_unknown_database_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("PARTAGE_X", "mysql://x/y")
    with pytest.raises(ImproperlyConfigured, match="PARTAGE_X"):
        env.database("PARTAGE_X", "")


def test_a_mail_server_is_read_from_one_address(monkeypatch):
    monkeypatch.setenv("PARTAGE_X", "smtp://ada:pw@mail.example.org/?tls=true")
    found = env.email("PARTAGE_X")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == (
        "mail.example.org",
        587,
        True,
    )


@pytest.mark.parametrize("said", ["search:9200", "ftp://search", "https://", "http://a:9200,b"])
def test_an_address_without_scheme_or_host_is_refused_by_name(monkeypatch, said):
    monkeypatch.setenv("PARTAGE_X", said)
    with pytest.raises(ImproperlyConfigured, match="PARTAGE_X"):
        env.addresses("PARTAGE_X")


def test_certificates_that_are_not_there_are_refused_by_name(monkeypatch, tmp_path):
    assert env.certificates("PARTAGE_X") is None
    monkeypatch.setenv("PARTAGE_X", str(tmp_path / "none.pem"))
    with pytest.raises(ImproperlyConfigured, match="PARTAGE_X: there is no file"):
        env.certificates("PARTAGE_X")
