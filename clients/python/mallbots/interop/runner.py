"""Runs one case to its end, whatever that is."""
from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Awaitable, Callable, Optional

from ..wire import Code, WireError
from .checks import CheckFailed, Skipped, other_end
from .target import Target


@dataclass(frozen=True)
class Case:
    """`run` returns when the case has passed; it raises CheckFailed, Skipped, or WireError for a call that did not end well."""

    name: str
    run: Callable[[Target], Awaitable[None]]
    #: How long it may take; then it has failed.
    seconds: float = 30.0
    needs_server: bool = True

    @property
    def shows(self) -> str:
        """In a sentence."""
        return (self.run.__doc__ or "").strip()


@dataclass(frozen=True)
class Result:
    case: str
    #: "passed", "failed" or "skipped"; the last two have a reason.
    result: str
    milliseconds: int
    why: Optional[str] = None


async def run(case: Case, target: Target) -> Result:
    """Never raises for what a server does."""
    began = time.monotonic()

    def result(result: str, why: Optional[str] = None) -> Result:
        return Result(case.name, result, round((time.monotonic() - began) * 1000), why)

    try:
        await asyncio.wait_for(case.run(target), case.seconds)
    except Skipped as reason:
        return result("skipped", str(reason))
    except CheckFailed as reason:
        return result("failed", str(reason))
    except WireError as error:
        return result("failed", other_end(error.status, Code.OK))
    except asyncio.TimeoutError:
        return result("failed", f"not over after {case.seconds:g} s")
    except Exception as error:  # a fault of this program, which must not hide the other cases
        return result("failed", f"{type(error).__name__}: {error}")
    return result("passed")
