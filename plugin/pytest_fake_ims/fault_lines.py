"""The lines about faults in the report of a failing test."""

from __future__ import annotations

from fake_ims import FakeIMS, FakeImsError


def fault_lines(fake: FakeIMS) -> list[str]:
    """Return the lines: the seed, if faults fire at random, and the faults that never fired."""
    faults = fake.faults
    lines: list[str] = []
    if faults.chance:
        lines.append(f"faults fire at random with seed {faults.seed} "
                     f"(repeat with --fake-ims-seed={faults.seed})")
    try:
        unused = faults.unused()
    except FakeImsError as error:  # a report must not break the run
        return [*lines, f"cannot read the faults: {error}"]
    return lines + [f"never fired: {fault}" for fault in unused]
