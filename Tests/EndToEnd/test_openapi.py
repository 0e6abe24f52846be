"""The kiosk gateway does what its OpenAPI document says: schemathesis asks it everything, right and wrong, and judges each answer
by all of its checks; then it follows the document's links from answer to request."""
import os
import pathlib
import re
import subprocess
import sys
import unittest

from mall import MallTestCase

SCHEMATHESIS = pathlib.Path(sys.executable).parent / "schemathesis"
# For a longer look: MALLBOTS_EXAMPLES=500.
EXAMPLES = os.environ.get("MALLBOTS_EXAMPLES", "25")


class OpenAPI(MallTestCase):
    def ask(self, phases, fewest, *arguments, seconds=240):
        self.assertTrue(SCHEMATHESIS.exists(), f"{sys.executable} has no schemathesis: run this with the python3 of scripts/python-tools")
        # A stream of events has no end, which no check expects: test_kiosk.py reads them.
        done = subprocess.run(
            [SCHEMATHESIS, "run", f"http://{self.addresses['kiosk']}/openapi.yaml", "--checks", "all", "--phases", phases,
             "--max-examples", EXAMPLES, "--exclude-path-regex", "/events$", "--request-timeout", "20", "--no-color",
             "--seed", "7", "--warnings", "off", *arguments],
            cwd=self.folder, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout[-8000:] + done.stderr[-2000:])
        generated = re.search(r"(\d+) generated", done.stdout)
        self.assertGreater(int(generated.group(1)), fewest, done.stdout[-3000:])

    def test_every_answer_is_as_described(self):
        self.serve()
        self.ask("examples,coverage,fuzzing", 400)

    def test_links_lead_on(self):
        self.serve()
        self.ask("stateful", 50, "--mode", "positive")


if __name__ == "__main__":
    unittest.main()
