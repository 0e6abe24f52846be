"""The Python client, installed as a robot vendor installs it, against the real server."""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest

from certificates import issue
from mall import MallTestCase, Process, free_ports, run, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLIENT = ROOT / "clients" / "python"
PAGE = ROOT / "docs" / "protocol.md"
CASES_PAGE = ROOT / "docs" / "interop.md"
# The newest runtime, and the oldest that pyproject.toml allows.
OLDEST_PROTOBUF = "protobuf==4.21.12"


def setUpModule():
    """Installs the client with pip, from PyPI, into an environment of its own."""
    global folder, python
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mallbots-python-"))
    unittest.addModuleCleanup(shutil.rmtree, folder, ignore_errors=True)
    # pip builds in the source folder: give it a copy.
    shutil.copytree(CLIENT, folder / "client", ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    python = folder / "env" / "bin" / "python"
    made = subprocess.run([sys.executable, "-m", "venv", folder / "env"], capture_output=True, text=True)
    if made.returncode != 0:
        raise AssertionError(f"no virtual environment; scripts/setup --check installs python3-venv: {made.stdout}{made.stderr}")
    pip("install", folder / "client")


def pip(*arguments):
    done = subprocess.run(
        [python, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)], capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise AssertionError(f"pip {arguments[0]} failed; this test needs PyPI: {done.stdout[-1000:]}{done.stderr[-2000:]}")


@contextlib.contextmanager
def oldest_protobuf():
    pip("install", OLDEST_PROTOBUF)
    try:
        yield
    finally:
        pip("install", "--upgrade", "protobuf<8")


class PythonTestCase(MallTestCase):
    def python(self, *arguments, seconds=120):
        return subprocess.run(
            [str(python), *map(str, arguments)],
            capture_output=True, text=True, timeout=seconds, cwd=self.folder, stdin=subprocess.DEVNULL,
            env={**os.environ, "MALLBOTS_PROTOCOL_PAGE": str(PAGE), "MALLBOTS_INTEROP_PAGE": str(CASES_PAGE)})

    def robot(self, name, speed=20):
        """Starts the robot from the README, with its journal in the test's folder."""
        if not (self.folder / f"{name}.pem").exists():
            issue(self.data, name, self.folder)
        robot = PythonProcess(
            self.folder, name, "-u", "-m", "mallbots.robot", "--server", self.addresses["bots"], "--id", name,
            "--ca", self.data / "tls" / "ca.pem", "--cert", self.folder / f"{name}.pem", "--key", self.folder / f"{name}.key",
            "--journal", self.folder / f"{name}.journal", "--speed", speed)
        self.processes.append(robot)
        return robot


class PythonProcess(Process):
    """Like mall.Process, of the environment's Python."""

    def __init__(self, folder, name, *arguments):
        import mall
        before, mall.EXECUTABLE = mall.EXECUTABLE, str(python)
        try:
            super().__init__(folder, name, *arguments)
        finally:
            mall.EXECUTABLE = before

    def said(self, text):
        return text in self.stdout.read_text()


class Units(PythonTestCase):
    def run_units(self):
        done = self.python(
            "-X", "dev", "-W", "error", "-m", "unittest", "discover", "--start-directory", folder / "client" / "tests", seconds=300)
        self.assertEqual(done.returncode, 0, done.stderr[-4000:])
        ran = int(done.stderr.split("Ran ")[1].split()[0])
        self.assertGreaterEqual(ran, 80)

    def test_its_own_tests_pass_with_the_newest_and_the_oldest_protobuf(self):
        self.run_units()
        with oldest_protobuf():
            self.run_units()


# What the Swift cases see otherwise than the Python ones, by planted fault.
SWIFT_DOES_NOT_LOOK = {
    # Fields that it does not know are allowed in any message.
    ("OtherAnswers", "empty_unary"),
    # A unary call that has ended with an error has no answer for the caller, whatever came.
    *(("AnswersBeforeAnError", case) for case in (
        "special_status_message", "every_status_code", "unimplemented_method", "unimplemented_service", "rst_after_header",
        "rst_without_code")),
    # A server's own pings keep the connection.
    ("OnlyPingsItself", "ping"),
    # Which of two answers that come together is seen first is up to the machine.
    ("HoldsTheConnectionUp", "server_pushback"),
}


class Interoperability(PythonTestCase):
    """The cases of docs/interop.md, from the Python client's side."""

    def cases(self, address, *arguments, kind="service", seconds=300):
        """Runs them; the exit status, what was said of each, and how many passed, failed and were skipped."""
        certificate = issue(self.data, "tools", self.folder, kind=kind)
        done = self.python(
            "-W", "error", "-m", "mallbots.interop", "--server", address, "--ca", self.data / "tls" / "ca.pem",
            "--cert", certificate.cert, "--key", certificate.key, "--json", *arguments, seconds=seconds)
        self.assertEqual(done.stderr, "", done.stdout)
        *results, summary = map(json.loads, done.stdout.splitlines())
        return done.returncode, {each["case"]: each for each in results}, summary

    def listed(self, done):
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line)["case"] for line in done.stdout.splitlines()]

    def test_every_case_passes_against_the_real_server_with_the_newest_and_the_oldest_protobuf(self):
        server = self.start("interop", "interop", "serve", "--listen", "127.0.0.1:0", "--data", self.data, "--json")
        address = json.loads(server.first_line())["server"]
        names = self.listed(run("interop", "--list", "--json"))
        self.assertEqual(self.listed(self.python("-m", "mallbots.interop", "--list", "--json")), names)
        for protobuf in contextlib.nullcontext, oldest_protobuf:
            with protobuf():
                status, results, summary = self.cases(address)
            self.assertEqual([each for each in results.values() if each["result"] != "passed"], [])
            self.assertEqual((status, list(results), summary), (0, names, {"passed": len(names), "failed": 0, "skipped": 0}))
        self.assertEqual(server.stop(), 0, server.stderr.read_text())

    def swift_cases(self, files, server, *names):
        """Runs `mallbots interop` against a server in Python: what was said of each case."""
        done = run(
            "interop", "--server", server["address"], "--ca", files["ca"], "--cert", files["cert"], "--key", files["key"], "--json",
            *(each for name in names for each in ("--case", name)), seconds=300)
        self.assertEqual(done.stderr, "", done.stdout)
        return [json.loads(line) for line in done.stdout.splitlines()][:-1]

    def test_the_swift_cases_against_servers_in_python_with_a_fault_and_without(self):
        with subprocess.Popen(
                [str(python), "-m", "faulty"], cwd=folder / "client" / "tests", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            self.addCleanup(process.kill)
            files = json.loads(process.stdout.readline())
            right, *faulty = files["servers"]
            self.assertEqual([each for each in self.swift_cases(files, right, "all") if each["result"] != "passed"], [])

            def unseen(server):
                """The server's faults that the cases do not see."""
                # A case that would only run out of time is not worth the half minute.
                names = [name for name, why in server["fails"].items() if "not over" not in why]
                results = self.swift_cases(files, server, *names) if names else []
                return {(server["name"], each["case"]) for each in results if each["result"] != "failed"}
            with concurrent.futures.ThreadPoolExecutor(3) as threads:
                found = set().union(*threads.map(unseen, faulty))
            self.assertEqual(found - SWIFT_DOES_NOT_LOOK, set())
            process.stdin.close()

    def test_the_robots_gateway_is_wire_too_and_no_server_for_the_cases(self):
        self.serve()
        generic = ["unimplemented_service", "backoff", "tls_name_mismatch"]
        status, results, _ = self.cases(self.addresses["bots"], *(each for name in generic for each in ("--case", name)), kind="bot")
        self.assertEqual((status, {each["result"] for each in results.values()}), (0, {"passed"}), results)
        needy = ["empty_unary", "large_unary", "ping_pong", "unimplemented_method", "cancel_before_start", "goaway"]
        status, results, summary = self.cases(self.addresses["bots"], *(each for name in needy for each in ("--case", name)), kind="bot")
        self.assertEqual((status, summary), (1, {"passed": 0, "failed": len(needy), "skipped": 0}), results)
        for each in results.values():
            self.assertIn("InteropService", each["why"])

    def test_a_server_that_does_not_know_the_client_is_told_apart_from_a_failed_case(self):
        self.serve()
        elsewhere = self.folder / "elsewhere"
        (elsewhere / "tls").mkdir(parents=True)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=other",
             "-keyout", elsewhere / "tls" / "ca.key", "-out", elsewhere / "tls" / "ca.pem"], check=True, capture_output=True)
        stranger = issue(elsewhere, "tools", elsewhere, kind="service")
        for ca, cert in ((self.data / "tls" / "ca.pem", stranger), (elsewhere / "tls" / "ca.pem", stranger)):
            done = self.python(
                "-m", "mallbots.interop", "--server", self.addresses["bots"], "--ca", ca, "--cert", cert.cert, "--key", cert.key)
            self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
            self.assertIn("no connection", done.stderr)
            self.assertIn("--ca", done.stderr)


class Robots(PythonTestCase):
    def test_a_robot_completes_an_order_and_says_goodbye(self):
        self.serve()
        robot = self.robot("py-1")
        identifier = self.place(items=2, quantity=2)["order_id"]
        self.wait_for_state(identifier, "ready")
        self.assertEqual(robot.stop(), 0, robot.stderr.read_text())
        delivered = self.events_of(identifier, "TaskDelivered")
        self.assertEqual(len(delivered), 1)

    def test_the_readmes_robot_works(self):
        self.serve()
        issue(self.data, "robot-1", self.folder)
        shutil.copyfile(self.data / "tls" / "ca.pem", self.folder / "ca.pem")
        text = (CLIENT / "README.md").read_text().split("```python\n")[1].split("```")[0]
        host, port = self.addresses["bots"].rsplit(":", 1)
        for here, there in (('"mall.example", 7443', f'"{host}", {port}'), ("Machine(capacity_units=40)", "Machine(capacity_units=40), speed=30")):
            self.assertIn(here, text)
            text = text.replace(here, there)
        (self.folder / "robot.py").write_text(text)
        before = os.getcwd()
        os.chdir(self.folder)  # the example's files are where it runs
        try:
            robot = PythonProcess(self.folder, "readme", "-u", self.folder / "robot.py")
        finally:
            os.chdir(before)
        self.processes.append(robot)
        identifier = self.place(items=1)["order_id"]
        self.wait_for_state(identifier, "ready")
        self.assertTrue(robot.said("report: task_delivered"))

    def test_a_killed_robot_carries_on_from_its_journal(self):
        self.serve()
        robot = self.robot("py-1", speed=20)
        order = self.place(items=3, quantity=2)
        identifier = order["order_id"]
        # In the middle of each part of the trip: the first units picked, on the way, the last stop.
        kills = 0
        for text in ("item_picked", "stop_done", "item_picked"):
            wait_until(f"the robot to report {text}", lambda: robot.said(text) and robot.popen.poll() is None, 60)
            self.assertEqual(self.order(identifier)["state"], "approved", "too late to kill it")
            robot.kill()
            kills += 1
            robot = self.robot("py-1", speed=20)
        self.wait_for_state(identifier, "ready")
        self.check_nothing_twice(identifier, quantity=2)
        self.assertEqual(kills, 3)
        self.assertEqual(robot.stop(), 0, robot.stderr.read_text())

    def test_a_robot_works_on_while_the_server_is_killed(self):
        ports = free_ports(3)
        server = self.serve(ports=ports)
        robot = self.robot("py-1", speed=20)
        identifier = self.place(items=2, quantity=2)["order_id"]
        wait_until("the first units to be picked", lambda: robot.said("item_picked"))
        server.kill()
        wait_until("the robot to work without a server", lambda: robot.stdout.read_text().count("item_picked") > 1)
        self.serve(ports=ports)
        self.wait_for_state(identifier, "ready")
        self.check_nothing_twice(identifier, quantity=2)
        self.assertEqual(robot.popen.poll(), None, robot.stderr.read_text())

    def test_a_robot_with_another_name_is_told(self):
        self.serve()
        issue(self.data, "py-2", self.folder)
        for suffix in ("pem", "key"):
            shutil.copyfile(self.folder / f"py-2.{suffix}", self.folder / f"py-1.{suffix}")
        robot = self.robot("py-1")
        wait_until("the robot to stop", lambda: robot.popen.poll() is not None)
        self.assertEqual(robot.popen.returncode, 1)
        self.assertIn("refuses this robot", robot.stderr.read_text())

    def test_the_pages_whole_call_is_answered(self):
        """What docs/protocol.md says that a client sends, sent as it stands."""
        self.serve()
        certificate = issue(self.data, "page", self.folder)
        example = PAGE.read_text().split("### A whole call")[1].split("### Other frames")[0]
        sent = b"".join(
            bytes.fromhex("".join(part.split("```")[1].replace("> ", "").split("\n", 2)[2].split()))
            for part in example.split("**Client**")[1:])
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        tls.set_alpn_protocols(["mallbots/1"])
        tls.load_verify_locations(self.data / "tls" / "ca.pem")
        tls.load_cert_chain(certificate.cert, certificate.key)
        host, port = self.addresses["bots"].rsplit(":", 1)
        with socket.create_connection((host, int(port))) as tcp, tls.wrap_socket(tcp, server_hostname=host) as connection:
            connection.settimeout(20)
            connection.sendall(sent)
            got = b""
            while data := connection.recv(65536):
                got += data
        kinds = []
        while got:
            length = int.from_bytes(got[:4], "big")
            # Each begins with the stream's number, or with the kind where that is 0.
            kinds.append(got[6] >> 3 if got[4] == 0x08 else got[4] >> 3)
            got = got[4 + length:]
        self.assertEqual(kinds, [3, 2, 6], "Hello, message, status")

    def events_of(self, identifier, kind):
        return [event for event in self.events("--order", identifier) if event["type"] == kind]

    def check_nothing_twice(self, identifier, quantity):
        """Each unit is in the robots' reports, and in the order, once."""
        order = self.order(identifier)
        for line in order["lines"]:
            self.assertEqual((line["picked"], line["delivered"], line["unavailable"]), (quantity, quantity, 0), order)
        self.assertEqual(len(self.events_of(identifier, "TaskDelivered")), 1)
        self.assertEqual(len(self.events_of(identifier, "TaskAssigned")), 1, "the task was given to a robot again")


if __name__ == "__main__":
    unittest.main()
