# SPDX-License-Identifier: Apache-2.0
"""The file of the proxy: new TLS only, strong suites only, and nobody's word about who asks is passed on.

The suites it names are tried with this machine's OpenSSL over real connections, and against nginx itself where it is
installed.
"""

import contextlib
import json
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from web.guard import MOST_BYTES

FILE = Path("deploy/nginx/approval.conf")
PUBLIC = "approval.example.gov.cn"
NGINX = shutil.which("nginx")
DEBIAN = "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;\nssl_prefer_server_ciphers on;\n"  # its nginx.conf
WEAK = ("AES128-SHA", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA", "AES256-GCM-SHA384")


def said(name: str) -> list[str]:
    """Every value of the directive."""
    text = re.sub(r"(?m)^\s*#.*$|\s#.*$", "", FILE.read_text("utf-8"))
    return re.findall(rf"(?m)^\s*{name}\s+([^;]+);", text)


def test_only_tls_of_today_is_spoken_and_every_suite_keeps_the_past_secret() -> None:
    assert said("ssl_protocols") == ["TLSv1.2 TLSv1.3"] * 2  # of the site, and of the default server that decides
    suites, others = said("ssl_ciphers")
    assert suites == others
    for suite in suites.split(":"):
        assert re.fullmatch(r"ECDHE-(ECDSA|RSA)-(AES(128|256)-GCM-SHA(256|384)|CHACHA20-POLY1305)", suite)
    assert said("ssl_session_tickets") == ["off"] * 2
    assert said("ssl_prefer_server_ciphers") == ["on"] * 2


def test_who_asks_is_said_by_the_proxy_and_by_nobody_else() -> None:
    assert "$proxy_add_x_forwarded_for" not in FILE.read_text("utf-8")
    told = dict(one.split(None, 1) for one in said("proxy_set_header"))
    assert told["X-Forwarded-For"] == "$remote_addr"
    assert told["X-Forwarded-Proto"] == "$scheme"
    assert told["Forwarded"] == '""'
    assert said("proxy_pass") == ["http://127.0.0.1:8000"]


def test_as_much_comes_in_as_the_service_takes_and_no_measures_go_out() -> None:
    (most,) = said("client_max_body_size")
    assert int(most.removesuffix("m")) * 2**20 == MOST_BYTES
    assert "location = /metrics { return 404; }" in FILE.read_text("utf-8")
    assert "location /api/ { return 403; }" in FILE.read_text("utf-8")


def test_a_line_of_its_journal_holds_no_address_of_a_person_and_no_path() -> None:
    text = FILE.read_text("utf-8")
    wanted = re.search(r"log_format approval([^;]+);", text)
    assert wanted is not None
    assert not re.search(r"\$(remote_addr|request_uri|uri|args|http_|request\b|document_uri)", wanted[1])


@pytest.fixture(scope="module")
def at_the_proxy(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """What a server with the protocols and suites of the file speaks, under a certificate of this test."""
    folder = tmp_path_factory.mktemp("tls")
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime(2026, 1, 1, tzinfo=UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "approval.test")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now).not_valid_after(now + timedelta(days=3650))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("approval.test")]), critical=False)
    certificate = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "both.pem").write_bytes(certificate + plain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    oldest, *_, newest = said("ssl_protocols")[0].split()
    context.minimum_version = ssl.TLSVersion[oldest.replace(".", "_")]
    context.maximum_version = ssl.TLSVersion[newest.replace(".", "_")]
    context.set_ciphers(said("ssl_ciphers")[0])
    context.load_cert_chain(folder / "both.pem")
    return context, folder / "both.pem"


def met(proxy: tuple[ssl.SSLContext, Path], client: ssl.SSLContext) -> tuple[str | None, str]:
    """Protocol and suite on which both agree. Raises ssl.SSLError."""
    here, there = socket.socketpair()
    here.settimeout(5)
    there.settimeout(5)

    def answer() -> None:
        try:
            proxy[0].wrap_socket(there, server_side=True).close()
        except OSError:
            there.close()

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        with client.wrap_socket(here, server_hostname="approval.test") as spoken:
            cipher = spoken.cipher()
            assert cipher is not None
            return spoken.version(), cipher[0]
    finally:
        here.close()
        thread.join()


def a_client(proxy: tuple[ssl.SSLContext, Path], newest: str = "TLSv1_3") -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=proxy[1])
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion[newest]
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def test_new_clients_are_served_and_old_ones_are_not(at_the_proxy: tuple[ssl.SSLContext, Path]) -> None:
    assert met(at_the_proxy, a_client(at_the_proxy))[0] == "TLSv1.3"
    protocol, suite = met(at_the_proxy, a_client(at_the_proxy, "TLSv1_2"))
    assert protocol == "TLSv1.2"
    assert suite == "ECDHE-ECDSA-AES256-GCM-SHA384"
    for old in ("TLSv1_1", "TLSv1"):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            met(at_the_proxy, a_client(at_the_proxy, old))


@pytest.mark.parametrize("suite", WEAK)
def test_a_weak_suite_is_not_agreed_on(at_the_proxy: tuple[ssl.SSLContext, Path], suite: str) -> None:
    client = a_client(at_the_proxy, "TLSv1_2")
    client.set_ciphers(f"{suite}:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        met(at_the_proxy, client)


# The proxy itself, where it is installed.


class Echo(BaseHTTPRequestHandler):
    """The service behind the proxy: says what it was told."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({name.lower(): value for name, value in self.headers.items()}).encode())

    def log_message(self, format: str, *args: object) -> None:
        return None


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def nginx(
    tmp_path_factory: pytest.TempPathFactory, at_the_proxy: tuple[ssl.SSLContext, Path]
) -> Iterator[tuple[int, int]]:
    """Ports of http and https of a running nginx with the file, before a service that says what it was told."""
    if NGINX is None:
        pytest.skip("nginx is not installed")
    folder = tmp_path_factory.mktemp("nginx")
    behind = HTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=behind.serve_forever, args=(0.05,), daemon=True).start()
    plain, sealed = free_port(), free_port()
    text = re.sub(r"(?m)^\s*listen \[::\].*\n", "", FILE.read_text("utf-8"))
    text = text.replace("listen 80", f"listen 127.0.0.1:{plain}").replace("listen 443", f"listen 127.0.0.1:{sealed}")
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{behind.server_port}").replace("/var/log/nginx", str(folder))
    text = re.sub(r"/etc/approval/tls/\w+\.pem", str(at_the_proxy[1]), text).replace(PUBLIC, "approval.test")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    site = folder / "site.conf"
    site.write_text(f"daemon off;\npid {folder}/pid;\nevents {{}}\nhttp {{\n{places}{DEBIAN}{text}\n}}\n", "utf-8")
    running = subprocess.Popen([NGINX, "-c", str(site), "-e", str(folder / "error.log")], stderr=subprocess.PIPE)
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", sealed), 1):
            break
        time.sleep(0.05)
    yield plain, sealed
    running.terminate()
    running.communicate(timeout=10)
    behind.shutdown()
    behind.server_close()


def asked(nginx: tuple[int, int], client: ssl.SSLContext, path: str, **headers: str) -> tuple[int, bytes, str | None]:
    with (
        socket.create_connection(("127.0.0.1", nginx[1]), 5) as raw,
        client.wrap_socket(raw, server_hostname="approval.test") as spoken,
    ):
        version = spoken.version()
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        spoken.sendall(f"GET {path} HTTP/1.0\r\nHost: approval.test\r\n{more}\r\n".encode())
        told = b"".join(iter(lambda: spoken.recv(65536), b""))
    return int(told.split()[1]), told.partition(b"\r\n\r\n")[2], version


def test_nginx_speaks_what_the_file_says_and_nothing_older(
    nginx: tuple[int, int], at_the_proxy: tuple[ssl.SSLContext, Path]
) -> None:
    for newest, spoken in (("TLSv1_3", "TLSv1.3"), ("TLSv1_2", "TLSv1.2")):
        assert asked(nginx, a_client(at_the_proxy, newest), "/")[2] == spoken
    with pytest.raises((ssl.SSLError, ConnectionError)):
        asked(nginx, a_client(at_the_proxy, "TLSv1_1"), "/")
    for suite in WEAK:
        client = a_client(at_the_proxy, "TLSv1_2")
        client.set_ciphers(f"{suite}:@SECLEVEL=0")
        with pytest.raises((ssl.SSLError, ConnectionError)):
            asked(nginx, client, "/")


def test_nginx_says_itself_who_asks_and_keeps_measures_in(
    nginx: tuple[int, int], at_the_proxy: tuple[ssl.SSLContext, Path]
) -> None:
    lie = {"X-Forwarded-For": "10.9.9.9", "Forwarded": "for=10.9.9.9", "X-Forwarded-Proto": "http"}
    status, body, _spoken = asked(nginx, a_client(at_the_proxy), "/", **lie)
    told = json.loads(body)
    assert status == 200
    assert (told["x-forwarded-for"], told["x-forwarded-proto"], told["host"]) == ("127.0.0.1", "https", "approval.test")
    assert "forwarded" not in told
    assert asked(nginx, a_client(at_the_proxy), "/metrics")[0] == 404


def test_nginx_sends_people_to_https_and_refuses_programmes(nginx: tuple[int, int]) -> None:
    def plainly(path: str) -> tuple[int, str | None]:
        connection = HTTPConnection("127.0.0.1", nginx[0], timeout=5)
        connection.request("GET", path, headers={"host": "approval.test"})
        answer = connection.getresponse()
        connection.close()
        return answer.status, answer.getheader("location")

    assert plainly("/apply?item=a") == (308, "https://approval.test/apply?item=a")
    assert plainly("/api/v1/items")[0] == 403
