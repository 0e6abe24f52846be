"""`python -m mallbots.interop`, as it is called."""
import asyncio
import contextlib
import io
import json
import pathlib
import subprocess
import sys
import unittest
from dataclasses import replace
from unittest import mock

from fake import CA, CERT, CLIENT_CERT, CLIENT_KEY, CLIENT_NAME, client_tls
from fake_interop import Interop
from mallbots.interop import CASES, Result, Target
from mallbots.interop import __main__ as command
from mallbots.interop.certificate import uri_names


class CommandTests(unittest.IsolatedAsyncioTestCase):
    FILES = ("--ca", CA, "--cert", CLIENT_CERT, "--key", CLIENT_KEY)

    async def command(self, *arguments):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "mallbots.interop", *map(str, arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = await process.communicate()
        return process.returncode, out.decode(), err.decode()

    async def test_lines_and_status(self):
        async with Interop() as port:
            status, out, err = await self.command("--server", f"127.0.0.1:{port}", *self.FILES, "--case", "client_identity")
        self.assertEqual((status, err), (0, ""))
        self.assertRegex(out, r"\Aclient_identity +passed +\d+ ms\n1 passed, 0 failed, 0 skipped\n\Z")

    async def test_json_and_a_failure(self):
        class Less(Interop):
            def payload(self, size):
                return super().payload(max(0, size - 1))
        async with Less() as port:
            status, out, _ = await self.command("--server", f"127.0.0.1:{port}", *self.FILES, "--case", "server_streaming", "--json")
            lines = [json.loads(line) for line in out.splitlines()]
            self.assertEqual(status, 1)
            self.assertIsInstance(lines[0].pop("milliseconds"), int)
            self.assertEqual(lines, [
                {"case": "server_streaming", "result": "failed", "why": "answer 1: 31414 bytes instead of 31415"},
                {"passed": 0, "failed": 1, "skipped": 0}])
            status, out, _ = await self.command("--server", f"127.0.0.1:{port}", *self.FILES, "--case", "server_streaming")
        self.assertEqual(status, 1)
        self.assertRegex(out, r"server_streaming +FAILED +\d+ ms  answer 1: 31414 bytes instead of 31415\n0 passed, 1 failed, 0 skipped\n")

    async def test_the_list(self):
        status, out, _ = await self.command("--list")
        self.assertEqual((status, [line.split()[0] for line in out.splitlines()]), (0, list(CASES)))
        status, out, _ = await self.command("--list", "--json")
        self.assertEqual([json.loads(line)["case"] for line in out.splitlines()], list(CASES))
        self.assertTrue(all(case.shows.endswith(".") for case in CASES.values()))

    async def test_nobody_there_says_what_to_check(self):
        async with Interop() as port:
            pass
        status, out, err = await self.command("--server", f"127.0.0.1:{port}", *self.FILES)
        self.assertEqual((status, out), (1, ""))
        self.assertRegex(err, f"no connection.*127.0.0.1:{port}(.|\n)*mallbots interop serve(.|\n)*--ca")

    async def test_a_case_without_a_server_needs_nobody(self):
        async def nothing(_):
            pass
        async with Interop() as port:
            pass
        case = replace(CASES["backoff"], run=nothing)
        with contextlib.redirect_stdout(io.StringIO()) as out:
            self.assertEqual(await command.run_all([case], Target("127.0.0.1", port, client_tls()), as_json=False), 0)
        self.assertIn("1 passed", out.getvalue())
        self.assertEqual([case.name for case in CASES.values() if not case.needs_server], ["backoff"])

    def test_wrong_usage(self):
        here = str(pathlib.Path(__file__))
        for arguments, said in [
            ((), "--server"),
            (("--server", "7460"), "HOST:PORT"), (("--server", "a:b"), "HOST:PORT"), (("--server", "::1:7460"), "HOST:PORT"),
            (("--server", "a:0"), "HOST:PORT"), (("--server", "a:65536"), "HOST:PORT"),
            (("--server", "a:1", "--case", "large_unry"), "did you mean large_unary"),
            (("--server", "a:1", "--case", "rst"), "did you mean rst_after_header or rst_"),
            (("--server", "a:1", "--case", "xyz"), "--list"),
            (("--server", "a:1", "--cert", CLIENT_CERT), "go together"),
            (("--server", "a:1", "--ca", "/nowhere/ca.pem"), "/nowhere/ca.pem: No such file"),
            (("--server", "a:1", "--ca", here), "not PEM"),
            (("--server", "a:1", "--cert", CLIENT_CERT, "--key", CERT), "not PEM files that go together"),
            (("--server", "a:1", "--frob"), "--frob"),
        ]:
            error = io.StringIO()
            with self.subTest(arguments), mock.patch.object(sys, "argv", ["x", *arguments]), contextlib.redirect_stderr(error):
                with self.assertRaises(SystemExit) as ended:
                    command.main()
                self.assertEqual(ended.exception.code, 64)
                self.assertIn(said, error.getvalue())

    def test_what_a_server_says_stays_on_its_line(self):
        self.assertEqual(
            command.text_line(Result("ping", "failed", 7, "it\nsaid \x1b[31m\u263a")).split("ms  ")[1], "it said  [31m\u263a")

    def test_cases_run_in_the_order_asked_for_and_once(self):
        self.assertEqual([each.name for each in command.chosen(["ping", "empty_unary", "ping"])], ["ping", "empty_unary"])
        self.assertEqual([each.name for each in command.chosen(["ping", "all"])], ["ping", *(each for each in CASES if each != "ping")])

    def test_an_address_in_brackets(self):
        self.assertEqual(command.host_and_port("[::1]:7460"), ("::1", 7460))

    def test_the_names_in_a_certificate(self):
        self.assertEqual(uri_names(pathlib.Path(CLIENT_CERT).read_text()), [CLIENT_NAME])
        self.assertEqual(uri_names(pathlib.Path(CERT).read_text()), [])
        with self.assertRaisesRegex(ValueError, "no certificate"):
            uri_names("hello")
        text = pathlib.Path(CLIENT_CERT).read_text()
        for broken in (text[:100], text[:200] + text[-26:]):
            with self.assertRaisesRegex(ValueError, "broken"):
                uri_names(broken)


if __name__ == "__main__":
    unittest.main()
