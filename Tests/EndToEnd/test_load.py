"""`mallbots load` against a real mall: what it reports must be what happened, and its exit status what it says."""
import json
import shutil
import signal
import subprocess
import time

from mall import EXECUTABLE, MallTestCase, free_ports, run, wait_until


class Load(MallTestCase):
    alone = True

    def load(self, *arguments, status=0, **options):
        """Runs a short load test and returns its JSON, with what was printed."""
        file = self.folder / "result.json"
        ran = self.tool("load", "--json", file, "--ramp", 0.2, *arguments, **options)
        self.assertEqual(ran.returncode, status, ran.stdout + ran.stderr)
        return json.loads(file.read_text()), ran.stdout

    def reports_in_the_log(self):
        """The numbers of each robot's reports, in the gateway's order."""
        found = {}
        for event in self.events("--service", "gateway", "--type", "ReportReceived"):
            received = event["event"]["reportReceived"]
            found.setdefault(received["botId"], []).append(int(received["report"]["report"]))
        return found

    def test_every_profile_does_what_it_says(self):
        server = self.serve()
        with self.subTest("reports"):
            found, text = self.load("--profile", "reports", "--streams", 6, "--rate", 10, "--duration", 2)
            self.assertEqual((found["reports"]["sent"], found["reports"]["acknowledged"]), (120, 120))
            self.assertEqual((found["reports"]["unanswered"], found["errors_total"], found["errors"]), (0, 0, []))
            self.assertTrue(found["passed"])
            latency = found["latency"]["report"]
            self.assertEqual(latency["count"], 120)
            self.assertLessEqual(latency["min"], latency["p50"])
            self.assertLessEqual(latency["p50"], latency["p99"])
            self.assertLessEqual(latency["p99"], latency["max"])
            # What was due is never answered sooner than what was sent.
            self.assertGreaterEqual(latency["p50"], found["latency"]["report_since_sent"]["p50"])
            self.assertEqual(sum(second["reports_acknowledged"] for second in found["seconds"]), 120)
            # The server was found by its port, and did something.
            self.assertEqual(found["server_process"]["pid"], server.popen.pid)
            self.assertGreater(found["server_process"]["cpu_micros_per_message"], 1)
            self.assertGreater(found["server_process"]["memory_bytes_after"], 1 << 20)
            self.assertEqual(found["connecting"]["full_handshakes"], 6)
            self.assertIn("no errors", text)
            self.assertRegex(text, r"reports acknowledged +120 +60\b")
            self.assertNotIn("\x1b", text)
            # All of it is in the gateway's log, once, in order.
            self.assertEqual(self.reports_in_the_log(), {f"load-{number}": list(range(1, 21)) for number in range(1, 7)})
        with self.subTest("telemetry"):
            found, _ = self.load("--profile", "telemetry", "--streams", 4, "--rate", 5, "--duration", 2)
            self.assertEqual((found["telemetry"]["sent"], found["telemetry"]["left_out"]), (40, 0))
            self.assertIsNone(found["latency"].get("report"))
        with self.subTest("idle"):
            found, _ = self.load("--profile", "idle", "--streams", 4, "--duration", 1)
            self.assertEqual((found["connected"], found["messages_sent"], found["errors_total"]), (4, 0, 0))
        with self.subTest("storm"):
            found, _ = self.load("--profile", "storm", "--streams", 2, "--rate", 4, "--duration", 2)
            sessions = found["sessions"]
            self.assertEqual((sessions["opened"], found["errors_total"]), (16, 0), found["errors"])
            # Every other one has a ticket, but for a robot's first two.
            self.assertEqual((sessions["full_handshakes"], sessions["resumed_handshakes"]), (10, 6))
            self.assertEqual(found["latency"]["session_resumed"]["count"], 6)
        with self.subTest("mixed"):
            found, _ = self.load("--profile", "mixed", "--streams", 10, "--rate", 10, "--duration", 2)
            self.assertEqual(
                (found["reports"]["acknowledged"], found["telemetry"]["sent"], found["sessions"]["opened"], found["errors_total"]),
                (80, 80, 2, 0))
        with self.subTest("relays"):
            found, _ = self.load("--streams", 200, "--connections", 2, "--rate", 0.5, "--duration", 2)
            connecting = found["connecting"]
            self.assertEqual(found["reports"]["acknowledged"], 200)
            self.assertEqual(connecting["full_handshakes"] + connecting["resumed_handshakes"], 2)
        with self.subTest("threads"):
            found, _ = self.load("--streams", 4, "--threads", 2, "--rate", 10, "--duration", 1)
            self.assertEqual(found["reports"]["acknowledged"], 40)

    def test_limits_decide_the_exit_status(self):
        self.serve()
        found, text = self.load("--streams", 2, "--rate", 10, "--duration", 1, "--max-p99", 0.001, status=1)
        self.assertFalse(found["passed"])
        self.assertIn("above --max-p99 0.001", found["violations"][0])
        self.assertIn("FAILED: the p99 from report to acknowledgement was", text)
        found, _ = self.load("--streams", 2, "--rate", 10, "--duration", 1, "--max-p99", 60_000, "--max-errors", 0)
        self.assertTrue(found["passed"])

    def test_a_server_that_dies_is_errors_and_an_exit_status(self):
        server = self.serve()
        file = self.folder / "result.json"
        load = self.start(
            "load", "load", "--data", self.data, "--streams", 3, "--rate", 20, "--duration", 4, "--ramp", 0.1,
            "--json", file, "--max-errors", 2)
        wait_until("reports to come in", lambda: "measuring" in load.stdout.read_text())
        server.kill()
        self.assertEqual(load.popen.wait(60), 1, load.stderr.read_text())
        found = json.loads(file.read_text())
        codes = {error["code"]: error for error in found["errors"]}
        self.assertIn("UNAVAILABLE", codes)
        self.assertIn("CONNECT", codes)
        # What was due while nobody was there is charged.
        self.assertEqual(codes["UNANSWERED"]["count"], found["reports"]["unanswered"])
        self.assertEqual(found["latency"]["report"]["count"], 240)
        self.assertIsNone(found.get("server_process"))
        self.assertEqual(len(found["warnings"]), 1, found["warnings"])
        self.assertIn("ended meanwhile", found["warnings"][0])

    def test_a_restarted_server_gets_everything_once(self):
        ports = free_ports(3)
        server = self.serve(ports=ports)
        file = self.folder / "result.json"
        load = self.start(
            "load", "load", "--data", self.data, "--streams", 3, "--rate", 20, "--duration", 5, "--ramp", 0.1, "--json", file)
        wait_until("reports to come in", lambda: "measuring" in load.stdout.read_text())
        server.kill()
        self.serve(ports=ports)
        self.assertEqual(load.popen.wait(60), 0, load.stderr.read_text())
        found = json.loads(file.read_text())
        self.assertEqual((found["reports"]["acknowledged"], found["reports"]["unanswered"]), (300, 0))
        self.assertEqual(found["reconnects"], 3)
        self.assertGreater(found["latency"]["report"]["max"], 200_000)
        self.assertEqual(self.reports_in_the_log(), {f"load-{number}": list(range(1, 101)) for number in range(1, 4)})

    def test_a_drained_server_loses_nothing_and_robots_are_back_within_their_window(self):
        ports = free_ports(3)
        server = self.serve(ports=ports)
        file = self.folder / "result.json"
        load = self.start(
            "load", "load", "--data", self.data, "--streams", 100, "--rate", 2, "--duration", 12, "--ramp", 1, "--json", file)
        wait_until("reports to come in", lambda: "measuring" in load.stdout.read_text())
        began = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.serve(ports=ports)
        away = time.monotonic() - began
        self.assertEqual(load.popen.wait(60), 0, load.stderr.read_text())
        found = json.loads(file.read_text())
        self.assertEqual((found["reports"]["acknowledged"], found["reports"]["unanswered"]), (2_400, 0))
        self.assertEqual(found["reconnects"], 100)
        # Each is told a moment of the next five seconds to come back at; handshakes and one more try come on top.
        self.assertLess(found["latency"]["report"]["max"] / 1e6, away + 5 + 3)
        self.assertEqual(
            self.reports_in_the_log(), {f"load-{number}": list(range(1, 25)) for number in range(1, 101)})

    def test_ctrl_c_ends_early_with_what_was_measured(self):
        self.serve()
        file = self.folder / "result.json"
        load = self.start(
            "load", "load", "--data", self.data, "--streams", 2, "--rate", 10, "--duration", 600, "--ramp", 0.1, "--json", file)
        wait_until("it to measure", lambda: "measuring" in load.stdout.read_text())
        load.popen.send_signal(signal.SIGINT)
        self.assertEqual(load.popen.wait(30), 0, load.stderr.read_text())
        found = json.loads(file.read_text())
        self.assertTrue(found["cut_short"])
        self.assertLess(found["measured_seconds"], 60)
        self.assertEqual(found["errors_total"], 0)
        self.assertIn("ended early", load.stdout.read_text())

    def test_the_page_stands_alone(self):
        self.serve()
        page = self.folder / "page.html"
        self.load("--streams", 3, "--rate", 10, "--duration", 2, "--html", page)
        text = page.read_text()
        self.assertIn("<title>3 robots, 10 durable reports a second each</title>", text)
        self.assertNotRegex(text, r"(src|href)=|https?:|@import|url\(")
        self.assertGreaterEqual(text.count("<svg"), 5)
        chromium = shutil.which("chromium")
        if chromium:
            shown = subprocess.run(
                [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", f"--user-data-dir={self.folder}/chromium",
                 f"file://{page}"], capture_output=True, text=True, timeout=60)
            # The script ran: it shows the button that it serves.
            self.assertRegex(shown.stdout, r'<button type="button" id="theme">')

    def test_json_on_standard_output_is_alone_there(self):
        self.serve()
        ran = self.tool("load", "--streams", 1, "--rate", 5, "--duration", 1, "--ramp", 0.1, "--json", "-")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(json.loads(ran.stdout)["reports"]["acknowledged"], 5)
        self.assertIn("measuring", ran.stderr)

    def test_bad_flags_are_named(self):
        for arguments, words in {
            ("--streams", "0"): "--streams is from 1",
            ("--streams", "10", "--connections", "11"): "--connections is from 1 to 10",
            ("--rate", "0"): "--rate is from 0.001",
            ("--duration", "nan"): "--duration",
            ("--profile", "hurricane"): "idle",
            ("--profile", "idle", "--max-p99", "5"): "--max-p99 is about answers",
            ("--profile", "storm", "--streams", "4", "--connections", "2"): "leave out --connections",
            ("--in-flight", "257"): "--in-flight is from 1 to 256",
            ("--threads", "0"): "--threads is from 1",
            ("--json", "x", "--html", "x"): "the same file",
        }.items():
            with self.subTest(arguments):
                ran = run("load", "--data", self.data, *arguments)
                self.assertEqual(ran.returncode, 64, ran.stderr)
                self.assertIn(words, ran.stderr)

    def test_what_cannot_be_is_said_at_once(self):
        ran = run("load", "--data", self.data)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("there is no mall in", ran.stderr)
        server = self.serve()
        with self.subTest("a file that cannot be written"):
            ran = self.tool("load", "--html", self.folder / "missing" / "page.html")
            self.assertEqual(ran.returncode, 1)
            self.assertIn("--html", ran.stderr)
            self.assertIn("No such file or directory", ran.stderr)
        with self.subTest("a process that is none"):
            ran = self.tool("load", "--server-pid", 2**31 - 1)
            self.assertEqual(ran.returncode, 1)
            self.assertIn("there is no such process", ran.stderr)
        with self.subTest("more calls than a connection takes"):
            ran = self.tool("load", "--streams", 4_001, "--connections", 2)
            self.assertEqual(ran.returncode, 1)
            self.assertIn("use --connections 3 or more", ran.stderr)
        with self.subTest("the descriptor limit"):
            ran = subprocess.run(
                ["prlimit", "--nofile=100:100", EXECUTABLE, "load", "--data", self.data, "--streams", "90"],
                capture_output=True, text=True, timeout=60)
            self.assertEqual(ran.returncode, 1, ran.stderr)
            self.assertIn("90 connections need as many open files", ran.stderr)
            self.assertIn("may have 100", ran.stderr)
        with self.subTest("nobody listens"):
            address = self.addresses["bots"]
            server.stop()
            ran = self.tool("load", "--server", address, "--streams", 2)
            self.assertEqual(ran.returncode, 1)
            self.assertIn("no robot could connect", ran.stderr)

    def test_a_soft_limit_of_descriptors_is_raised(self):
        self.serve()
        ran = subprocess.run(
            ["prlimit", "--nofile=40:1024", EXECUTABLE, "load", "--data", self.data, "--streams", "80", "--rate", "1",
             "--duration", "1"], capture_output=True, text=True, timeout=60)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertRegex(ran.stdout, r"robots connected +80 of 80")
