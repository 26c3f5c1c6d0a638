"""Addresses that a stranger names: public ones by https alone, and pinned."""

import pytest

from storage.wire.guard import AddressRefusedError, check_url, is_public

PRIVATE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
    *("255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.0.8", "198.18.0.1", "192.88.99.1", "203.0.113.5"),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "ff0e::1", "2001:db8::1", "100::1"),
    *("::ffff:8.8.8.8", "::ffff:127.0.0.1", "::8.8.8.8", "64:ff9b::808:808", "64:ff9b:1::1", "2002:808:808::1"),
    *("2001::1", "3fff::1", "5f00::1", "not an address"),
]


def at(*addresses):
    return lambda host, port: list(addresses)


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_on_the_open_net_is_refused(address):
    assert not is_public(address)
    with pytest.raises(AddressRefusedError) as refused:
        check_url("https://forge.example/a.git", resolver=at(address))
    assert refused.value.code == "private"


@pytest.mark.parametrize("address", ["8.8.8.8", "140.82.121.4", "2606:4700::1111", "2a00:1450:4007:80c::200e"])
def test_public_addresses_pass_and_are_pinned(address):
    target = check_url("https://forge.example/ada/widget.git", resolver=at(address))
    assert (target.url, target.addresses) == ("https://forge.example/ada/widget.git", (address,))
    assert target.pin == f"forge.example:443:{f'[{address}]' if ':' in address else address}"


def test_one_private_address_among_public_ones_refuses_the_host():
    with pytest.raises(AddressRefusedError, match="open net"):
        check_url("https://forge.example/a", resolver=at("8.8.8.8", "10.0.0.1"))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://forge.example/a", "not-https"),
        ("git://forge.example/a", "not-https"),
        ("ssh://git@forge.example/a", "not-https"),
        ("file:///etc/passwd", "not-https"),
        ("ext::sh -c id", "bad-url"),
        ("ext::id", "not-https"),
        ("https://ada:secret@forge.example/a", "credentials"),
        ("https://ada@forge.example/a", "credentials"),
        ("https://forge.example:22/a", "port"),
        ("https://forge.example:99999/a", "bad-url"),
        ("https://forge.example/a#b", "bad-url"),
        ("https://forge.example/a?b=c", "bad-url"),
        ("https://-oProxyCommand=id/a", "bad-url"),
        ("https://forge.example\\@127.0.0.1/a", "bad-url"),
        ("https://forge.example/a\nb", "bad-url"),
        ("https:///a", "bad-url"),
        ("https://[fe80::1%25eth0]/a", "bad-url"),
        ("--upload-pack=id", "not-https"),
        ("", "bad-url"),
        ("https://forge.example/" + "a" * 2000, "bad-url"),
    ],
)
def test_other_ways_and_tricks_are_refused(url, code):
    with pytest.raises(AddressRefusedError) as refused:
        check_url(url, resolver=at("8.8.8.8"))
    assert refused.value.code == code


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "[::1]", "127.0.0.1"])
def test_every_spelling_of_this_machine_is_refused_by_the_system_s_own_resolver(host):
    with pytest.raises(AddressRefusedError) as refused:
        check_url(f"https://{host}/a")
    assert refused.value.code in {"private", "unknown-host", "bad-url"}


def test_a_host_that_the_administrator_names_may_be_private_and_have_a_port():
    seen = check_url("https://forge.lan:8443/a", allowed=["forge.lan"], resolver=at("192.168.1.7"))
    assert (seen.url, seen.port, seen.pin) == ("https://forge.lan:8443/a", 8443, "forge.lan:8443:192.168.1.7")
    assert check_url("https://forge.lan:8443/a", allowed=["forge.lan:8443"], resolver=at("192.168.1.7"))
    with pytest.raises(AddressRefusedError):
        check_url("https://forge.lan:8444/a", allowed=["forge.lan:8443"], resolver=at("192.168.1.7"))
    with pytest.raises(AddressRefusedError, match="only https"):
        check_url("http://forge.lan/a", allowed=["forge.lan"], resolver=at("192.168.1.7"))


def test_a_name_in_another_script_is_spelled_as_the_net_does():
    seen = check_url("https://Bücher.example/ä.git", resolver=at("8.8.8.8"))
    assert (seen.host, seen.url) == ("xn--bcher-kva.example", "https://xn--bcher-kva.example/%C3%A4.git")
