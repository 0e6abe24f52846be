"""The interoperability cases of Wire (docs/interop.md has them in words), run against a server:

    python -m mallbots.interop --server 127.0.0.1:7460 --ca ca.pem --cert tools.pem --key tools.key --case all
"""
from .cases import CASES
from .runner import Case, Result, run
from .target import Target

__all__ = ["CASES", "Case", "Result", "Target", "run"]
