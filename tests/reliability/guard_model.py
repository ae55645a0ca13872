"""Random requests and an independent model must agree: ``python tests/reliability model``."""

from __future__ import annotations

import argparse
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from ims_machine import SEEN, START, Both, Native, Service

from fake_ims import FakeIMS


def run(
    machine: type[Native],
    fake: FakeIMS,
    examples: int,
    steps: int,
    *,
    also: Sequence[Service] = (),
    reset: Callable[[], None] | None = None,
    derandomize: bool = False,
    shrink: bool = True,
) -> None:
    """Play so many examples of so many steps.

    Args:
        machine: the rules.
        fake: the fake that is driven.
        examples: how many.
        steps: of each, at most.
        also: services that must answer the same.
        reset: begins an example; by default it resets the fake.
        derandomize: play the same examples each time.
        shrink: look for the shortest steps that fail, and print those.

    Raises:
        Exception: the services and the model disagree; its notes are the steps.
    """
    service = Service(fake.url, stays=True)
    clock = [START]
    bound: type[RuleBasedStateMachine] = type(machine.__name__, (machine,), {
        "services": [*also, service], "clock": clock, "fake": fake,
        "reset_services": staticmethod(reset or fake.reset)})
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, derandomize=derandomize, database=None,
        deadline=None, print_blob=not derandomize, report_multiple_bugs=False,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        # An example is 50 steps of a dozen requests each: slow and large by nature.
        suppress_health_check=list(HealthCheck))
    SEEN.clear()
    try:
        # The fake's own clock reads time.time at each call; each step is one second.
        with patch("time.time", lambda: clock[0]):
            run_state_machine_as_test(bound, settings=chosen)
    finally:
        service.close()


def holds(*given: Any, **more: Any) -> bool:
    """``run``, for a command: prints the steps that fail."""
    try:
        run(*given, **more)
    except Exception as error:
        traceback.print_exception(error)
        return False
    return True


def add_options(parser: argparse.ArgumentParser, *, examples: int) -> None:
    """Add the options of a long run."""
    parser.add_argument("--examples", type=int, default=examples)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--no-shrink", action="store_true",
                        help="print the first steps that failed, not the shortest")


def main(arguments: list[str]) -> bool:
    """The long run; prints its figures."""
    parser = argparse.ArgumentParser(prog="python tests/reliability model")
    add_options(parser, examples=2000)
    parser.add_argument("--profile", choices=["otc", "openstack"], help="only this profile")
    options = parser.parse_args(arguments)
    agree = True
    for machine in (Both, Native):
        if options.profile not in (None, machine.profile):
            continue
        examples = options.examples if machine is Both else max(1, options.examples // 4)
        with FakeIMS(profile=machine.profile, auth="triple") as fake:
            start = time.perf_counter()
            agree &= holds(machine, fake, examples, options.steps,
                           shrink=not options.no_shrink)
            seconds = time.perf_counter() - start
        print(f"profile {machine.profile}: {examples} examples of up to {options.steps} steps in "
              f"{seconds:.0f} s")
        report()
    return agree


def report() -> None:
    """How often each operation was asked, and what it was answered."""
    for op in sorted({op for op, _ in SEEN}):
        told = ", ".join(f"{status}: {count}" for (name, status), count in sorted(SEEN.items())
                         if name == op)
        print(f"  {op:28} {told}")
    print(f"  {sum(SEEN.values())} requests, {len(SEEN)} pairs of operation and status")
