"""The guard of everything that the program calls: never into the network, whatever the name leads to."""

import asyncio
import socket
from ipaddress import ip_address

import pytest

from linli.messaging.channels import Parcel
from linli.messaging.channels.outbound import ClosedAddress, is_open, require_open_url, resolve
from linli.messaging.channels.sms import Sms
from linli.rules.errors import Refused
from tests.messaging.gateways import SECRET, a_gateway

#: From the special-purpose registries of RFC 6890 and its successors; and IPv4 addresses written into IPv6 ones.
CLOSED = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.8.9.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
]  # fmt: skip
OPEN = ["1.1.1.1", "114.114.114.114", "172.32.0.1", "2400:3200::1", "::ffff:1.1.1.1", "64:ff9b::101:101"]


@pytest.mark.parametrize("address", CLOSED)
def test_addresses_inside_are_closed(address):
    assert not is_open(ip_address(address))


@pytest.mark.parametrize("address", OPEN)
def test_addresses_of_the_whole_net_are_open(address):
    assert is_open(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://sms.example/send", "ftp://sms.example/", "file:///etc/passwd", "https://user:pw@sms.example/",
        "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1:8443/x", "https://[::ffff:10.0.0.1]/",
        "https://sms.example/#x", "https://", "//sms.example", "https://sms.example:99999/", "https://a b/", "", "https://[",
    ],
)  # fmt: skip
def test_addresses_that_may_not_be_called_are_refused(url):
    with pytest.raises(Refused) as refused:
        require_open_url(url)
    assert "sms.example" not in str(refused.value)


def test_a_named_host_may_be_inside_and_without_tls(settings):
    settings.OUTBOUND_HOSTS = frozenset({"127.0.0.1"})
    assert require_open_url("http://127.0.0.1:8080/send")
    with pytest.raises(Refused):
        require_open_url("http://127.0.0.2:8080/send")


def answering(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Names are looked up with these answers; what was asked is listed."""
    asked: list[str] = []

    async def look_up(loop, host, port, **more):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("1.1.1.1", "10.0.0.1"), ("169.254.169.254",)])
def test_a_name_that_leads_inside_is_not_followed(monkeypatch, addresses):
    answering(monkeypatch, *addresses)
    with pytest.raises(ClosedAddress):
        asyncio.run(resolve("sms.example", 443))


def test_a_channel_whose_name_leads_inside_is_refused_without_a_connection(monkeypatch):
    """The name looks well when the channel is kept, and leads to this machine when it is called."""
    with a_gateway() as gateway:
        port = gateway.url.split(":")[2].split("/")[0]
        asked = answering(monkeypatch, "127.0.0.1")
        sms = Sms({"url": f"https://sms.example:{port}/send", "key_id": "us", "secret": SECRET})

        async def carry():
            try:
                return await sms.carry([Parcel("k", "13800000000", "t", "b")])
            finally:
                await sms.close()

        (outcome,) = asyncio.run(carry())
    assert (outcome.said, outcome.code) == ("refused", "address-inside")
    assert asked == ["sms.example"]
    assert gateway.requests == []
