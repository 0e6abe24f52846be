"""HTTPS for kiosks: with the mall's own certificate and with another, as browsers, curl and attackers meet it."""
import contextlib
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import time
import unittest

from mall import MallTestCase, run, wait_until


def curl(*arguments):
    return subprocess.run(["curl", "-sS", *map(str, arguments)], capture_output=True, text=True, timeout=60)


class HTTPSTestCase(MallTestCase):
    @property
    def authority(self):
        return self.data / "tls" / "ca.pem"

    @property
    def port(self):
        return int(self.addresses["kiosk"].rsplit(":", 1)[1])

    def context(self, authority=None, alpn=None):
        context = ssl.create_default_context(cafile=str(authority or self.authority))
        if alpn:
            context.set_alpn_protocols(alpn)
        return context

    def connect(self, context, name="127.0.0.1", seconds=30):
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=seconds)
        self.addCleanup(plain.close)
        secure = context.wrap_socket(plain, server_hostname=name)
        self.addCleanup(secure.close)
        return secure

    def get(self, path, context=None, name="127.0.0.1"):
        """An answer's status, headers and body."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=context or self.context())
        # The name in the certificate need not be one that this machine can look up.
        connection.sock = self.connect(context or self.context(), name)
        try:
            connection.request("GET", path, headers={"Host": f"{name}:{self.port}"})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def serial(self, context, name="127.0.0.1"):
        return self.connect(context, name).getpeercert()["serialNumber"]

    def own_certificate(self, name):
        """A certificate that the mall has nothing to do with: its files."""
        certificate, key = self.folder / "own.pem", self.folder / "own.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90",
             "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", certificate],
            check=True, capture_output=True, timeout=30)
        return certificate, key


class OwnAuthority(HTTPSTestCase):
    def test_curl_and_python_trust_it_by_the_malls_authority(self):
        self.serve("--https", "--https-name", "mall.test")
        self.assertTrue(self.addresses["https"])
        answer = curl("--cacert", self.authority, f"https://{self.addresses['kiosk']}/api/v1/stores")
        self.assertIn("bakery", answer.stdout, answer.stderr)
        named = curl(
            "--cacert", self.authority, "--resolve", f"mall.test:{self.port}:127.0.0.1", f"https://mall.test:{self.port}/healthz")
        self.assertIn("status", named.stdout, named.stderr)
        # Without it there is no trust, and for another name neither.
        self.assertNotEqual(curl(f"https://{self.addresses['kiosk']}/healthz").returncode, 0)
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.connect(self.context(), "elsewhere.test")

    def test_browsers_are_told_to_keep_to_it_by_a_name_that_is_the_malls_alone(self):
        self.serve("--https", "--https-name", "mall.test")
        for name, expected in (("mall.test", "max-age=31536000"), ("127.0.0.1", None), ("localhost", None)):
            status, headers, _ = self.get("/healthz", name=name)
            self.assertEqual((status, headers["Strict-Transport-Security"]), (200, expected))

    def test_what_is_agreed_on(self):
        self.serve("--https")
        for offered, agreed in ((None, None), (["http/1.1"], "http/1.1"), (["h2", "http/1.1"], "http/1.1")):
            connection = self.connect(self.context(alpn=offered))
            self.assertEqual((connection.version(), connection.selected_alpn_protocol()), ("TLSv1.3", agreed))
        with self.assertRaisesRegex(ssl.SSLError, "(?i)no.application.protocol"):
            self.connect(self.context(alpn=["h2"]))
        old = self.context()
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        with self.assertRaises(ssl.SSLError):
            self.connect(old)

    def test_plain_http_is_told_where_to_go(self):
        self.serve("--https")
        answer = curl(f"http://{self.addresses['kiosk']}/healthz")
        self.assertIn("https://", answer.stdout)
        self.assertNotIn("Strict-Transport", curl("-i", f"http://{self.addresses['kiosk']}/").stdout)

    def test_an_order_and_its_events_go_over_it(self):
        self.serve("--https")
        base = f"https://{self.addresses['kiosk']}/api/v1"
        post = ["--cacert", self.authority, "-X", "POST", "-H", "Content-Type: application/json", "-d"]
        order = json.loads(curl(*post, '{"kiosk_id": "k1"}', f"{base}/baskets").stdout)["order_id"]
        curl(*post, '{"product_id": "bakery-rolls", "quantity": 2}', f"{base}/baskets/{order}/items")
        placed = json.loads(curl(*post, "{}", f"{base}/baskets/{order}/checkout").stdout)
        self.assertIn("pickup_code", placed)
        events = curl("--cacert", self.authority, "--max-time", "3", "-N", f"{base}/orders/{order}/events")
        self.assertIn("event: order", events.stdout)

    def test_a_server_that_stops_lets_go_of_idle_connections(self):
        server = self.serve("--https")
        idle = self.connect(self.context())
        self.assertEqual(server.stop(), 0)
        self.assertEqual(idle.recv(100), b"")


class OtherCertificates(HTTPSTestCase):
    def test_ones_own_certificate_is_served_and_loaded_again(self):
        certificate, key = self.own_certificate("mall.test")
        server = self.serve("--https", "--https-certificate", certificate, "--https-key", key)
        first = self.serial(self.context(certificate), "mall.test")
        # Robots' and tools' listeners go on with the mall's own.
        self.assertEqual(self.tool("orders", "list").returncode, 0)

        self.own_certificate("mall.test")
        server.popen.send_signal(signal.SIGHUP)
        second = wait_until("the new certificate", lambda: self.changed(certificate, first))
        self.assertNotEqual(second, first)

        certificate.write_text("nonsense")
        server.popen.send_signal(signal.SIGHUP)
        wait_until("the error", lambda: "tls.reload.failed" in server.stderr.read_text())
        self.assertIn("own.pem", server.stderr.read_text())
        self.assertEqual(self.get_status_insecurely(), 200)

    def changed(self, certificate, first):
        with contextlib.suppress(ssl.SSLError):
            serial = self.serial(self.context(certificate), "mall.test")
            return serial if serial != first else None

    def get_status_insecurely(self):
        context = ssl._create_unverified_context()
        status, _, _ = self.get("/healthz", context)
        return status


class Refusals(HTTPSTestCase):
    def refused(self, *arguments, words, status=1):
        answer = run("serve", "--data", self.data, "--bots", "127.0.0.1:0", "--services", "127.0.0.1:0", *arguments, seconds=30)
        self.assertEqual(answer.returncode, status, answer)
        for word in words:
            self.assertIn(word, answer.stderr)

    def test_plain_http_beyond_this_machine(self):
        self.refused("--kiosk", "0.0.0.0:0", words=["--kiosk 0.0.0.0:0", "loopback only", "--https"])

    def test_a_certificate_without_the_names_that_browsers_use(self):
        self.refused("--kiosk", "0.0.0.0:0", "--https", words=["--https-name"])

    def test_options_that_do_not_go_together(self):
        kiosk = ("--kiosk", "127.0.0.1:0")
        self.refused(*kiosk, "--https-name", "a.test", words=["--https"], status=64)
        self.refused(*kiosk, "--https", "--https-key", "k", words=["go together"], status=64)
        self.refused(
            *kiosk, "--https", "--https-name", "a", "--https-key", "k", "--https-certificate", "c", words=["--https-name"], status=64)

    def test_files_that_will_not_do(self):
        certificate, key = self.own_certificate("mall.test")
        kiosk = ("--kiosk", "127.0.0.1:0", "--https")
        self.refused(*kiosk, "--https-certificate", self.folder / "none.pem", "--https-key", key, words=["none.pem"])
        other = self.folder / "other.key"
        subprocess.run(
            ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", other], check=True,
            capture_output=True)
        self.refused(*kiosk, "--https-certificate", certificate, "--https-key", other, words=["other.key"])


class Hostile(HTTPSTestCase):
    alone = True

    def healthy(self, seconds=5):
        began = time.monotonic()
        status, _, _ = self.get("/healthz")
        self.assertEqual(status, 200)
        self.assertLess(time.monotonic() - began, seconds)

    def test_handshakes_that_never_end_keep_nobody_out(self):
        self.serve("--https")
        silent = []
        for _ in range(1_500):
            try:
                client = socket.create_connection(("127.0.0.1", self.port), timeout=5)
            except OSError:
                continue
            silent.append(client)
            self.addCleanup(client.close)
            with contextlib.suppress(OSError):
                # The beginning of a hello.
                client.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")

        def comes_in():
            with contextlib.suppress(OSError):
                self.healthy()
                return True
        wait_until("someone honest to come in", comes_in, 15)

    def test_more_connections_than_descriptors(self):
        server = self.serve("--https")
        subprocess.run(["prlimit", "--pid", str(server.popen.pid), "--nofile=160:160"], check=True)
        crowd = []
        for _ in range(200):
            with contextlib.suppress(OSError):
                crowd.append(socket.create_connection(("127.0.0.1", self.port), timeout=2))
        wait_until("the listener to run out", lambda: "web.accept.failed" in server.stderr.read_text(), 20)
        for client in crowd:
            client.close()

        def comes_in():
            with contextlib.suppress(OSError):
                self.healthy()
                return True
        wait_until("the listener to go on", comes_in, 20)

    def test_garbage_ends_that_connection_only(self):
        self.serve("--https")
        for garbage in (os.urandom(1000), b"\x16\x03\x01\xff\xff" + os.urandom(1000), b"\0" * 5000):
            with contextlib.suppress(OSError):
                client = socket.create_connection(("127.0.0.1", self.port), timeout=10)
                client.sendall(garbage)
                while client.recv(1000):
                    pass
                client.close()
        self.healthy()


if __name__ == "__main__":
    unittest.main()
