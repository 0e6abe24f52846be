"""The interoperability cases: the command line's client against the command line's servers."""
import json
import os
import unittest

from certificates import issue
from mall import MallTestCase, run


class Interop(MallTestCase):
    def interop_server(self, *arguments, listen="127.0.0.1:0"):
        server = self.start("interop", "interop", "serve", "--listen", listen, "--data", self.data, "--json", *arguments)
        line = json.loads(server.first_line())
        self.assertEqual(line["data"], str(self.data.resolve()))
        self.address = line["server"]
        return server

    def cases(self, *arguments, seconds=180, status=0):
        """Runs cases and returns (result lines by case, summary)."""
        answer = run("interop", "--server", self.address, "--json", *arguments, seconds=seconds)
        self.assertEqual(answer.returncode, status, answer)
        *lines, summary = map(json.loads, answer.stdout.splitlines())
        results = {line["case"]: line for line in lines}
        self.assertEqual(len(results), len(lines), "a case was run twice")
        counts = {result: sum(line["result"] == result for line in lines) for result in ("passed", "failed", "skipped")}
        self.assertEqual(summary, counts)
        return results, summary

    def test_every_case_passes_against_the_interop_server(self):
        server = self.interop_server()
        results, summary = self.cases("--case", "all", "--data", self.data)
        self.assertEqual(summary, {"passed": len(results), "failed": 0, "skipped": 0}, results)
        listed = [json.loads(line) for line in run("interop", "--list", "--json").stdout.splitlines()]
        self.assertEqual([line["case"] for line in listed], list(results))
        self.assertEqual(server.stop(), 0)

    def test_the_documentation_has_every_case_and_no_other(self):
        page = (os.path.join(os.path.dirname(__file__), "..", "..", "docs", "interop.md"))
        with open(page, encoding="utf-8") as file:
            rows = [line.split("|")[1].strip(" `") for line in file.read().split("## The cases")[1].splitlines() if line.startswith("| `")]
        listed = run("interop", "--list").stdout.splitlines()
        self.assertEqual(sorted(rows), sorted(line.split()[0] for line in listed))

    def test_text_for_people(self):
        self.interop_server()
        answer = run("interop", "--server", self.address, "--case", "empty_unary", "--case", "ping_pong", "--data", self.data)
        self.assertEqual(answer.returncode, 0, answer)
        first, second, summary = answer.stdout.splitlines()
        self.assertRegex(first, r"^empty_unary +passed +\d+ ms$")
        self.assertRegex(second, r"^ping_pong +passed +\d+ ms$")
        self.assertEqual(summary, "2 passed, 0 failed, 0 skipped")
        self.assertNotIn("\x1b", answer.stdout)

    def test_any_certificate_by_its_files(self):
        self.interop_server()
        tls = self.data / "tls"
        card = issue(self.data, "b-7", self.folder)
        os.chmod(card.key, 0o600)
        files = ["--ca", tls / "ca.pem", "--cert", card.cert, "--key", card.key]
        results, _ = self.cases("--case", "client_identity", "--case", "tls_name_mismatch", *files)
        self.assertEqual([line["result"] for line in results.values()], ["passed", "passed"], results)

    def test_a_server_that_is_none_of_the_cases(self):
        """What is not there is reported as such, and nothing else suffers."""
        self.serve()
        self.address = self.addresses["services"]
        results, summary = self.cases("--case", "all", "--data", self.data, status=1)
        without = {"unimplemented_service", "backoff", "tls_name_mismatch"}
        self.assertEqual({name for name, line in results.items() if line["result"] == "passed"}, without, results)
        for name in results.keys() - without:
            self.assertIn("there is no service mallbots.interop.v1.InteropService here", results[name]["why"])
        # Nor do robots find it at their door.
        card = issue(self.data, "b-7", self.folder)
        os.chmod(card.key, 0o600)
        self.address = self.addresses["bots"]
        results, _ = self.cases(
            "--case", "empty_unary", "--ca", self.data / "tls" / "ca.pem", "--cert", card.cert, "--key", card.key, status=1)
        self.assertIn("there is no service mallbots.interop.v1.InteropService here", results["empty_unary"]["why"])
        self.assertTrue(self.place(items=1))

    def test_a_mall_may_run_in_the_same_folder(self):
        self.serve()
        self.interop_server()
        self.cases("--case", "client_identity", "--data", self.data)


class CommandLine(MallTestCase):
    def refused(self, answer, *words, status=1):
        self.assertEqual(answer.returncode, status, answer)
        for word in words:
            self.assertIn(word, answer.stderr)
        self.assertNotIn("Fatal error", answer.stderr)

    def test_wrong_usage(self):
        address = ["--server", "127.0.0.1:1"]
        self.refused(run("interop"), "--server", status=64)
        self.refused(run("interop", "--case", "empty_unary"), "--server", status=64)
        self.refused(run("interop", *address, "--case", "empty_unari"), "empty_unari", "empty_unary", "--list", status=64)
        self.refused(run("interop", *address, "--case", "streaming"), "client_streaming", "server_streaming", status=64)
        self.refused(run("interop", *address, "--case", "frobnicate"), "frobnicate", "--list", status=64)
        self.refused(run("interop", "--server", "nowhere"), "nowhere", "host:port", status=64)
        self.refused(run("interop", "--server", "127.0.0.1:0"), "--server", status=64)
        self.refused(run("interop", *address, "--ca", "a", "--data", "b"), "--data", "--ca", status=64)
        self.refused(run("interop", *address, "--cert", "a", "--key", "b"), "--cert", "--ca", status=64)
        self.refused(run("interop", *address, "--ca", "a", "--cert", "b"), "--cert", "--key", status=64)
        self.refused(run("interop", *address, "--frobnicate"), "--frobnicate", status=64)
        self.refused(run("interop", "serve", "--listen", "nowhere"), "nowhere", "host:port", status=64)

    def test_files_that_are_not_there_or_not_what_they_should_be(self):
        address = ["--server", "127.0.0.1:1"]
        self.refused(run("interop", *address, "--data", self.data), str(self.data), "--data")
        self.refused(run("interop", *address, "--ca", self.folder / "none.pem"), "--ca", "none.pem")
        nonsense = self.folder / "nonsense.pem"
        nonsense.write_text("nonsense")
        self.refused(run("interop", *address, "--ca", nonsense), "--ca", str(nonsense))
        self.refused(run("interop", "serve", "--listen", "127.0.0.1:0", "--data", "/proc/nowhere"), "/proc/nowhere")

    def test_a_server_that_is_not_there(self):
        server = self.start("interop", "interop", "serve", "--listen", "127.0.0.1:0", "--data", self.data, "--json")
        address = json.loads(server.first_line())["server"]
        taken = run("interop", "serve", "--listen", address, "--data", self.data)
        self.refused(taken, address, "in use", "--listen")
        self.assertEqual(server.stop(), 0)
        answer = run("interop", "--server", address, "--case", "all", "--data", self.data)
        self.refused(answer, address, "cannot connect")
        self.assertEqual(answer.stdout, "")

    def test_a_server_of_another_mall(self):
        server = self.start("interop", "interop", "serve", "--listen", "127.0.0.1:0", "--data", self.data, "--json")
        address = json.loads(server.first_line())["server"]
        other = self.folder / "other"
        self.start("interop", "interop", "serve", "--listen", "127.0.0.1:0", "--data", other, "--json").first_line()
        self.refused(run("interop", "--server", address, "--data", other), address, "unknown authority")


if __name__ == "__main__":
    unittest.main()
