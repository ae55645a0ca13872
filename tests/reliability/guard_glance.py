"""The native part of the model, a real Glance and the fake must agree.

``python tests/reliability glance --venv DIR``: each request goes to both, and the model answers,
too. So the model is held against the truth, and the fake's profile ``openstack`` with it.
``tests/conformance/README.md`` says what DIR is.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from guard_model import add_options, holds, report
from ims_machine import Native, Service

from fake_ims import FakeIMS

sys.path.insert(0, str(Path(__file__).parent.parent / "conformance"))


def main(arguments: list[str]) -> bool:
    """The long run; prints its figures."""
    import real_glance

    parser = argparse.ArgumentParser(prog="python tests/reliability glance")
    add_options(parser, examples=100)
    real_glance.add_arguments(parser)
    options = parser.parse_args(arguments)
    with (real_glance.real_glance(options.venv, options.dir, options.port) as glance,
          FakeIMS(profile="openstack", auth="triple") as fake):
        print("Glance", glance.versions()["glance"], flush=True)
        service = Service(glance.url, stays=False, is_real=True)

        def reset() -> None:
            glance.reset()
            fake.reset()

        start = time.perf_counter()
        agree = holds(Native, fake, options.examples, options.steps, also=[service], reset=reset,
                      shrink=not options.no_shrink)
        seconds = time.perf_counter() - start
    print(f"{options.examples} examples of up to {options.steps} steps in {seconds:.0f} s")
    report()
    return agree
