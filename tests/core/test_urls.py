"""What users may write where an address is asked for, as far as one can tell without asking anybody."""

import pytest

from elenchus.core import addresses, urls
from elenchus.core.settings import EgressSettings
from elenchus.core.urls import ForbiddenAddress, Url

HOSTILE = {
    # another host than it looks like
    "user": "https://good.example@10.0.0.1/",
    "user and password": "https://user:secret@good.example/",
    "empty user": "https://@good.example/",
    "two ats": "https://a@b@good.example/",
    "backslash before at": "https://good.example\\@10.0.0.1/",
    "backslashes": "https:\\\\good.example\\path",
    "backslash in path": "https://good.example/\\10.0.0.1",
    "percent-encoded host": "https://%31%30.0.0.1/",
    "percent-encoded dot": "https://good%2eexample/",
    "percent-encoded at": "https://good.example%40evil.example/",
    "percent-encoded NUL in host": "https://good.example%00.evil.example/",
    "fragment": "https://good.example#@10.0.0.1/",
    "fragment behind the path": "https://good.example/path#part",
    "semicolon in host": "https://good.example;10.0.0.1/",
    "comma in host": "https://good.example,10.0.0.1/",
    "brackets in a name": "https://[good.example]/",
    "bracket behind": "https://good.example]/",
    "something before the bracket": "https://a[::1]/",
    "something behind the bracket": "https://[::1]a/",
    # white space and what cannot be seen
    "leading space": " https://good.example/",
    "trailing space": "https://good.example/ ",
    "space in host": "https://good .example/",
    "space in path": "https://good.example/a b",
    "tab in scheme": "ht\ttps://good.example/",
    "tab in host": "https://good\t.example/",
    "line break in host": "https://good.example\n/",
    "header by line break": "https://good.example/\r\nX-Evil: 1",
    "trailing line break": "https://good.example/\n",
    "NUL": "https://good.example/\x00",
    "delete": "https://good.example/\x7f",
    "soft hyphen": "https://go\u00adod.example/",
    "zero width": "https://good\u200b.example/",
    "right to left": "https://good\u202e.example/",
    "no-break space": "https://good\u00a0.example/",
    "byte order mark": "\ufeffhttps://good.example/",
    "half of a pair": "https://good.example/\ud800",
    "umlaut in path": "https://good.example/ü",
    "half an escape": "https://good.example/%2",
    "no escape": "https://good.example/%zz",
    "angle brackets": "https://good.example/<a>",
    "quotation mark": 'https://good.example/"',
    # numbers that resolvers take for addresses
    "decimal": "https://2130706433/",
    "octal": "https://0177.0.0.1/",
    "octal in one": "https://017700000001/",
    "hexadecimal": "https://0x7f.0.0.1/",
    "hexadecimal in one": "https://0x7f000001/",
    "capital hexadecimal": "https://0X7F000001/",
    "hexadecimal without digits": "https://127.0.0.0x/",
    "three parts": "https://127.0.1/",
    "two parts": "https://127.1/",
    "one part": "https://0/",
    "leading zeros": "https://127.000.000.001/",
    "too large a part": "https://256.0.0.1/",
    "five parts": "https://127.0.0.1.5/",
    "trailing dot": "https://127.0.0.1./",
    "name with a trailing dot": "https://localhost./",
    "mixed": "https://127.0x0.0.1/",
    "full width": "https://１２７.０.０.１/",
    "circled": "https://①②⑦.⓪.⓪.①/",
    "ideographic full stops": "https://127。0。0。1/",
    "ideographic full stop in a name": "https://good。example/",
    "arabic digits": "https://١٢٧.٠.٠.١/",
    "name of letters that fold": "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "full width letters": "https://ｇｏｏｄ.example/",
    "zone": "https://[fe80::1%25eth0]/",
    "bare zone": "https://[fe80::1%eth0]/",
    "IPv6 without brackets": "https://::1/",
    "IPv6 that is none": "https://[::1::2]/",
    "IPv4 in brackets": "https://[127.0.0.1]/",
    "future address": "https://[v1.fe80::a]/",
    "empty brackets": "https://[]/",
    # no name
    "no host": "https:///path",
    "only a port": "https://:443/",
    "empty label": "https://good..example/",
    "leading dot": "https://.good.example/",
    "hyphen first": "https://-good.example/",
    "underscore": "https://good_host.example/",
    "asterisk": "https://*.example/",
    "long label": f"https://{'a' * 64}.example/",
    "long name": f"https://{'.'.join(['a' * 60] * 5)}/",
    "long URL": f"https://good.example/{'a' * 2048}",
    # other ports
    "ssh": "https://good.example:22/",
    "redis": "https://good.example:6379/",
    "plain port by TLS": "https://good.example:80/",
    "port 0": "https://good.example:0/",
    "port too large": "https://good.example:65979/",  # 443 in 16 bits
    "no port": "https://good.example:/x:443",
    "negative port": "https://good.example:-443/",
    "signed port": "https://good.example:+443/",
    "port in other digits": "https://good.example:４４３/",
    "two ports": "https://good.example:443:80/",
    # other schemes
    "http": "http://good.example/",
    "file": "file:///etc/passwd",
    "file on a host": "file://good.example/etc/passwd",
    "gopher": "gopher://good.example/_x",
    "ftp": "ftp://good.example/",
    "data": "data:text/plain,x",
    "javascript": "javascript:alert(1)",
    "unix socket": "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
    "dict": "dict://good.example:11211/",
    "ldap": "ldap://good.example/",
    "websocket": "wss://good.example/",
    "long s": "http\u017f://good.example/",
    "no scheme": "good.example/path",
    "scheme of whoever asks": "//good.example/",
    "one slash": "https:/good.example/",
    "three slashes": "https:////good.example/",
    "path": "/etc/passwd",
    "empty": "",
}  # fmt: skip


def read(text: str, **rules: object) -> Url:
    settings = EgressSettings(_env_file=None, **rules)
    return urls.read(text, allow_http=settings.allow_http, besides=settings.opened)


def test_there_are_many():
    assert len(HOSTILE) >= 60
    assert len(set(HOSTILE.values())) == len(HOSTILE)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_form_is_refused_with_a_sentence(text):
    with pytest.raises(ForbiddenAddress) as refused:
        read(text)
    assert refused.value.detail.endswith(".")
    assert "secret" not in refused.value.detail


@pytest.mark.parametrize("form", ["user", "user and password", "empty user", "two ats"])
def test_of_credentials_it_says_so(form):
    with pytest.raises(ForbiddenAddress, match="no user name and no password"):
        read(HOSTILE[form])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("https://Good.Example", ("https", "good.example", 443, "/")),
        ("HTTPS://good.example/", ("https", "good.example", 443, "/")),
        ("https://good.example:443/a/b?c=d&e=%20", ("https", "good.example", 443, "/a/b?c=d&e=%20")),
        ("https://good.example?x=@y", ("https", "good.example", 443, "/?x=@y")),
        ("https://good.example/a@b:c/../d//e", ("https", "good.example", 443, "/a@b:c/../d//e")),
        ("https://Bücher.example/", ("https", "xn--bcher-kva.example", 443, "/")),
        ("https://faß.example/", ("https", "xn--fa-hia.example", 443, "/")),
        ("https://8.8.8.8/", ("https", "8.8.8.8", 443, "/")),
        ("https://[2001:4860:4860:0:0::8888]/", ("https", "2001:4860:4860::8888", 443, "/")),
        ("https://a1.example/", ("https", "a1.example", 443, "/")),
        ("https://0x7f.example/", ("https", "0x7f.example", 443, "/")),
    ],
)
def test_a_plain_one_is_read(text, parts):
    url = read(text)
    assert (url.scheme, url.host, url.port, url.target) == parts


def test_http_is_allowed_by_its_setting_alone():
    assert read("http://good.example/", allow_http=True).port == 80
    for text in ("http://good.example:443/", "ftp://good.example/"):
        with pytest.raises(ForbiddenAddress):
            read(text, allow_http=True)


def test_another_port_is_allowed_where_one_is_listed():
    assert read("https://hooks.internal:8443/", allow_hosts=["hooks.internal:8443"]).port == 8443
    with pytest.raises(ForbiddenAddress):
        read("https://hooks.internal:8444/", allow_hosts=["hooks.internal:8443"])


@pytest.mark.parametrize(
    ("text", "authority", "origin"),
    [
        ("https://good.example/secret?token=secret", "good.example", "https://good.example"),
        ("https://good.example:8443/secret", "good.example:8443", "https://good.example:8443"),
        ("https://[2001:db8::7]:8443/secret", "[2001:db8::7]:8443", "https://[2001:db8::7]:8443"),
        ("https://[2001:db8::7]/secret", "[2001:db8::7]", "https://[2001:db8::7]"),
    ],
)
def test_what_is_shown_of_it_has_no_path(text, authority, origin):
    url = read(text, allow_hosts=["good.example:8443"])
    assert (url.authority, url.origin) == (authority, origin)


PRIVATE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.255
168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1
192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.1
203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 ::10.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:8.8.8.8 64:ff9b::10.0.0.1 64:ff9b::8.8.8.8
64:ff9b:1::1 100::1 100:0:0:1::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1
2001:db8::1 2002:a00:1::1 2002:808:808::1 2620:4f:8000::1 3fff::1 3fff:fff::1 4000::1 5f00::1 fc00::1 fd00::1
fd00:ec2::254 fd20:ce::254 fe80::1 febf::1 fec0::1 ff02::1 ff0e::1 2a00:1450::5efe:10.0.0.1 2a00:1450::200:5efe:10.0.0.1
""".split()
PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15
169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
223.255.255.255 2001:200::1 2001:4860:4860::8888 2003::1 2606:4700:4700::1111 2a00:1450:4001::1 3ffe:ffff::1
""".split()


@pytest.mark.parametrize("text", PRIVATE)
def test_not_all_the_world_reaches(text):
    assert not addresses.is_public(addresses.ipaddress.ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_all_the_world_reaches(text):
    assert addresses.is_public(addresses.ipaddress.ip_address(text))


def may(address: str, port: int = 443, *listed: str, name: str | None = "hooks.internal") -> bool:
    besides = EgressSettings(_env_file=None, allow_hosts=list(listed)).opened
    return addresses.may_be_called(addresses.ipaddress.ip_address(address), port, name=name, besides=besides)


class TestWhatADeploymentOpens:
    def test_nothing_at_first(self):
        assert may("8.8.8.8")
        assert not may("10.2.3.4")
        assert not may("8.8.8.8", 22)

    def test_a_network_by_whatever_name(self):
        assert may("10.2.3.4", 443, "10.2.0.0/16")
        assert may("10.2.3.4", 443, "10.2.0.0/16", name=None)
        assert not may("10.3.3.4", 443, "10.2.0.0/16")
        assert not may("10.2.3.4", 8443, "10.2.0.0/16")
        assert not may("::ffff:10.2.3.4", 443, "10.2.0.0/16")

    def test_an_address_at_its_port(self):
        assert may("10.2.3.4", 8443, "10.2.3.4:8443")
        assert may("fd12::7", 8443, "[fd12::7]:8443")
        assert may("fd12::7", 443, "fd12::7")
        assert may("fd12::7", 443, "[fd12::7]")
        assert not may("10.2.3.4", 443, "10.2.3.4:8443")
        assert not may("10.2.3.5", 8443, "10.2.3.4:8443")

    def test_a_name_and_no_other(self):
        assert may("10.2.3.4", 443, "Hooks.internal")
        assert may("10.2.3.4", 8443, "hooks.internal:8443")
        assert not may("10.2.3.4", 443, "hooks.internal", name="evil.hooks.internal")
        assert not may("10.2.3.4", 443, "hooks.internal", name=None)
        assert not may("10.2.3.4", 8443, "hooks.internal")
        assert not may("8.8.8.8", 8443, "hooks.internal:8443", name="other.example")

    @pytest.mark.parametrize(
        "address",
        "::ffff:169.254.169.254 64:ff9b::a9fe:a9fe "
        "169.254.169.254 100.100.100.200 168.63.129.16 192.0.0.192 0.0.0.0 224.0.0.1 255.255.255.255 :: fe80::1 "
        "ff02::1 fd00:ec2::254 fd20:ce::254".split(),
    )
    def test_no_name_leads_to_what_a_cloud_tells_its_machines(self, address):
        assert not may(address, 443, "hooks.internal")
        assert may(address, 443, address)

    @pytest.mark.parametrize(
        "entry",
        ["", "*", "*.internal", "https://hooks.internal", "10.2.3.4/16", "a:0", "a:70000", "a b", "[::1", "a@b"],
    )
    def test_what_cannot_be_read_is_refused_at_the_start(self, entry):
        with pytest.raises(ValueError, match="is no host"):
            EgressSettings(_env_file=None, allow_hosts=[entry])
