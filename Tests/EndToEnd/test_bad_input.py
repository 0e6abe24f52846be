"""Bad input at every door: a clear error, and nothing else is disturbed."""
import json
import os
import shutil
import socket
import ssl
import subprocess
import unittest

from mall import MallTestCase, run, wait_until


class BotPort(MallTestCase):
    """One server, attacked in many ways, that serves robots all the while."""

    def connect(self):
        host, port = self.addresses["bots"].rsplit(":", 1)
        return socket.create_connection((host, int(port)), timeout=20)

    def ends(self, connection):
        """Whether the server ends the connection by itself."""
        connection.settimeout(20)
        try:
            while connection.recv(4096):
                pass
        except (ConnectionError, ssl.SSLError):
            pass
        return True

    def s_client(self, *arguments):
        return subprocess.run(
            ["openssl", "s_client", "-connect", self.addresses["bots"], *map(str, arguments)],
            input="", capture_output=True, text=True, timeout=20)

    def test_hostile_connections_end_and_robots_go_on(self):
        self.serve()
        tls = self.data / "tls"
        for what, sent in {
            "garbage": os.urandom(4096), "HTTP": b"GET / HTTP/1.1\r\nHost: mall\r\n\r\n",
            "a frame without TLS": (6).to_bytes(4, "big") + b"\x1a\x04\x08\x01\x10\x01",
        }.items():
            with self.subTest(what), self.connect() as connection:
                connection.sendall(sent)
                self.assertTrue(self.ends(connection))
        with self.subTest("TLS 1.2"):
            self.assertNotEqual(self.s_client("-tls1_2").returncode, 0)
        with self.subTest("no certificate"):
            answer = self.s_client("-alpn", "mallbots/1", "-CAfile", tls / "ca.pem", "-ign_eof")
            self.assertIn("certificate required", answer.stderr + answer.stdout)
        with self.subTest("another CA's certificate"):
            key, certificate = self.folder / "other.key", self.folder / "other.pem"
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=bot",
                 "-addext", "subjectAltName=URI:spiffe://mallbots/bot/bot-1", "-keyout", key, "-out", certificate, "-days", "1"],
                check=True, capture_output=True)
            answer = self.s_client("-alpn", "mallbots/1", "-CAfile", tls / "ca.pem", "-cert", certificate, "-key", key, "-ign_eof")
            self.assertRegex(answer.stderr + answer.stdout, "(?i)unknown ca|alert")
        self.bots(3)
        self.wait_for_state(self.place(items=2)["order_id"], "ready")

    def test_a_bot_that_names_itself_other_than_its_certificate(self):
        self.serve()
        self.bots(1, "--duration", 1).popen.wait(30)
        keys = self.data / "tls" / "bots"
        for kind in ("pem", "key"):
            shutil.copy(keys / f"bot-1.{kind}", keys / f"bot-2.{kind}")
        liar = self.bots(2)

        def refusal():
            rows = [json.loads(line) for line in liar.stdout.read_text().splitlines() if line.endswith("}")]
            return next((row["trouble"] for row in rows if row.get("bot") == "bot-2" and row.get("trouble")), None)
        trouble = wait_until("the liar to be refused", refusal)
        self.assertIn("bot-1", trouble)
        self.assertIn("bot-2", trouble)
        self.assertFalse([event for event in self.events("--type", "SessionOpened", "--bot", "bot-2")])
        self.wait_for_state(self.place(items=1)["order_id"], "ready")

    def bot_connection(self):
        """A TLS connection with a robot's own certificate, ready for frames."""
        run("bots", "--count", 1, "--server", self.addresses["bots"], "--data", self.data, "--duration", 1, "--json")
        certificate = next(path for path in sorted((self.data / "tls" / "bots").glob("*.pem")))
        context = ssl.create_default_context(cafile=self.data / "tls" / "ca.pem")
        context.check_hostname = False
        context.set_alpn_protocols(["mallbots/1"])
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        return context.wrap_socket(self.connect())

    def test_broken_frames_end_their_connection_only(self):
        self.serve()
        for what, sent in {
            "a frame of 4 GiB": b"\xff\xff\xff\xff", "a frame of no bytes": bytes(4),
            "not a frame": (3).to_bytes(4, "big") + b"\xff\xff\xff",
            "no Hello first": (4).to_bytes(4, "big") + b"\x4a\x02\x08\x01",
        }.items():
            with self.subTest(what), self.bot_connection() as connection:
                connection.sendall(sent)
                self.assertTrue(self.ends(connection))
        self.bots(3)
        self.wait_for_state(self.place(items=1)["order_id"], "ready")


class CommandLine(MallTestCase):
    def refused(self, answer, *words, status=1):
        self.assertEqual(answer.returncode, status, answer)
        for word in words:
            self.assertIn(word, answer.stderr)
        self.assertNotIn("Fatal error", answer.stderr)

    def test_unknown_flags_and_impossible_values(self):
        self.refused(run("serve", "--unknown"), "--unknown", status=64)
        self.refused(run("serve", "--bots", "nowhere"), "nowhere", "host:port", status=64)
        self.refused(run("serve", "--bots", "127.0.0.1:99999"), "99999", status=64)
        self.refused(run("bots", "--count", "0", "--server", "127.0.0.1:1"), "--count", status=64)
        self.refused(run("bots", "--count=-3", "--server", "127.0.0.1:1"), "-3", status=64)
        self.refused(run("bots", "--count", "2", "--server", "127.0.0.1:1", "--fail-rate", "2"), "--fail-rate", status=64)
        self.refused(run("frobnicate"), "frobnicate", status=64)
        self.refused(run("serve", "--roster", "ajar"), "ajar", "open", "closed", status=64)
        for flag, value, limit in (
            ("--max-sessions", "0", "10000000"), ("--max-hellos", "-1", "65536"), ("--max-handshakes", "0", "1000000"),
            ("--max-message", "100", "1024"), ("--message-rate", "-1", "0.1"), ("--telemetry-interval", "3", "20"),
        ):
            self.refused(run("serve", f"{flag}={value}"), flag, value, limit, status=64)

    def test_a_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            for flag in ("--bots", "--services", "--kiosk", "--staff"):
                others = {"--bots", "--services", "--kiosk", "--staff"} - {flag}
                arguments = [word for other in sorted(others) for word in (other, "127.0.0.1:0")]
                answer = run("serve", "--data", self.data, flag, f"127.0.0.1:{port}", *arguments)
                self.refused(answer, str(port), "in use", flag)

    def test_a_data_directory_in_use(self):
        server = self.serve()
        answer = run("serve", "--data", self.data, "--bots", "127.0.0.1:0", "--services", "127.0.0.1:0", "--kiosk", "127.0.0.1:0", "--staff", "127.0.0.1:0")
        self.refused(answer, str(self.data), str(server.popen.pid))
        self.place(items=1)

    def test_a_data_directory_that_cannot_be(self):
        self.refused(run("serve", "--data", "/proc/nowhere"), "/proc/nowhere")
        file = self.folder / "file"
        file.write_text("not a folder")
        self.refused(run("serve", "--data", file), str(file))

    def test_a_damaged_log_is_refused(self):
        self.serve().stop()
        log = self.data / "orders.log.db"
        log.write_bytes(b"this is not a database" * 100)
        self.refused(run("serve", "--data", self.data, "--bots", "127.0.0.1:0", "--services", "127.0.0.1:0", "--kiosk", "127.0.0.1:0", "--staff", "127.0.0.1:0"), str(log))

    def test_a_mall_file_with_mistakes(self):
        file = self.folder / "mall.yaml"
        file.write_text("name: Broken\nfloors: twelve\n")
        self.refused(run("serve", "--data", self.data, "--mall", file), "floors", "line 2")
        self.refused(run("serve", "--data", self.data, "--mall", self.folder / "none.yaml"), "none.yaml")

    def test_tools_without_a_mall(self):
        self.refused(run("orders", "list", "--data", self.data), str(self.data))


@unittest.skipUnless(os.geteuid() == 0, "needs root to mount a small file system")
class FullDisk(MallTestCase):
    def test_a_full_data_directory_refuses_and_recovers(self):
        self.data.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", self.data], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.data])
        self.serve()
        placed = self.place(items=1)
        ballast = self.data / "ballast"
        with open(ballast, "wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass
        def refused():
            answer = self.http("POST", "/api/v1/baskets", {"kiosk_id": "test"})
            return answer if answer.status != 201 else None
        answer = wait_until("a basket to be refused", refused)
        self.assertIn(answer.status, (429, 503, 507), answer)
        self.assertEqual(answer.headers.get_content_type(), "application/problem+json", answer)
        self.assertEqual(self.order(placed["order_id"])["pickup_code"], placed["pickup_code"])
        ballast.unlink()
        wait_until("baskets to be taken again", lambda: self.http("POST", "/api/v1/baskets", {"kiosk_id": "test"}).status == 201)
        self.bots(2)
        self.wait_for_state(placed["order_id"], "ready")

    def test_a_start_on_a_full_disk_is_refused(self):
        self.data.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", self.data], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.data])
        (self.data / "ballast").write_bytes(bytes(60_000))
        answer = run("serve", "--data", self.data, "--bots", "127.0.0.1:0", "--services", "127.0.0.1:0", "--kiosk", "127.0.0.1:0", "--staff", "127.0.0.1:0")
        self.assertEqual(answer.returncode, 1, answer)
        self.assertIn(str(self.data), answer.stderr)
        self.assertRegex(answer.stderr, "full|space")
        self.assertNotIn("Fatal error", answer.stderr)


class Rest(MallTestCase):
    def problem(self, status, method, path, body=None, **options):
        answer = self.http(method, path, body, **options)
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers.get_content_type(), "application/problem+json", answer)
        problem = answer.json
        self.assertEqual(problem["status"], status)
        self.assertTrue(problem["title"] and problem["detail"], problem)
        return problem

    def test_each_mistake_is_a_problem_document(self):
        self.serve()
        self.problem(404, "GET", "/api/v1/nothing")
        self.problem(405, "PUT", "/api/v1/stores")
        self.problem(404, "GET", "/api/v1/orders/none")
        self.problem(404, "GET", "/api/v1/stores/none/products")
        basket = self.expect(201, "POST", "/api/v1/baskets", {"kiosk_id": "test"})["order_id"]
        items = f"/api/v1/baskets/{basket}/items"
        self.assertIn("quantity", json.dumps(self.problem(422, "POST", items, {"product_id": "x", "quantity": "two"})))
        self.assertIn("product_id", json.dumps(self.problem(422, "POST", items, {"quantity": 2})))
        self.problem(400, "POST", items, raw=b'{"product_id": ')
        self.problem(404, "POST", items, {"product_id": "none", "quantity": 1})
        self.problem(422, "POST", items, {"product_id": self.products(1)[0]["product_id"], "quantity": 0})
        self.problem(413, "POST", items, raw=b"{" + b" " * 2_000_000 + b"}")
        self.problem(409, "POST", f"/api/v1/baskets/{basket}/checkout", {})
        self.place(items=1)


if __name__ == "__main__":
    unittest.main()
