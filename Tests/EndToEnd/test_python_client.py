"""The Python client, installed as a robot vendor installs it, against the real server."""
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
from mall import MallTestCase, Process, free_ports, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLIENT = ROOT / "clients" / "python"
PAGE = ROOT / "docs" / "protocol.md"
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


class PythonTestCase(MallTestCase):
    def python(self, *arguments, seconds=120):
        return subprocess.run(
            [str(python), *map(str, arguments)],
            capture_output=True, text=True, timeout=seconds, cwd=self.folder, stdin=subprocess.DEVNULL,
            env={**os.environ, "MALLBOTS_PROTOCOL_PAGE": str(PAGE)})

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
        done = self.python("-X", "dev", "-W", "error", "-m", "unittest", "discover", "--start-directory", folder / "client" / "tests")
        self.assertEqual(done.returncode, 0, done.stderr[-4000:])
        self.assertRegex(done.stderr, r"Ran [4-9]\d tests")

    def test_its_own_tests_pass_with_the_newest_and_the_oldest_protobuf(self):
        self.run_units()
        pip("install", OLDEST_PROTOBUF)
        try:
            self.run_units()
        finally:
            pip("install", "--upgrade", "protobuf<8")


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
