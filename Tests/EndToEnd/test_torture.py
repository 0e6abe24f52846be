"""Three quarters of a minute of what `make torture` does for as long as it is told."""
import json
import os
import pathlib
import subprocess
import sys
import unittest


class ShortTorture(unittest.TestCase):
    alone = True

    def test_a_short_torture_breaks_no_promise(self):
        script = pathlib.Path(__file__).with_name("torture.py")
        seconds = float(os.environ.get("TORTURE_SECONDS", "45"))
        ended = subprocess.run(
            [sys.executable, script, "--minutes", str(seconds / 60), "--seed", "7", "--robots", "40", "--fleets", "3",
             "--orders-per-second", "2", "--json"],
            capture_output=True, text=True, timeout=600)
        self.assertEqual(ended.returncode, 0, ended.stderr[-6000:])
        outcome = json.loads(ended.stdout)
        self.assertGreater(sum(outcome["faults"].values()), 5, outcome)
        self.assertGreater(outcome["acknowledged_reports"], 200, outcome)
        self.assertGreater(outcome["orders"], 20, outcome)


if __name__ == "__main__":
    unittest.main()
