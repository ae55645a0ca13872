"""What the report of a failing test says of the faults that were set."""

from __future__ import annotations

from fake_ims import FakeIMS, FakeImsError


def fault_lines(fake: FakeIMS) -> list[str]:
    """The seed, if chance had a say, and the faults that never fired."""
    faults = fake.faults
    lines: list[str] = []
    if faults.chance:
        lines.append(f"seed of the faults' chance: {faults.seed} "
                     f"(--fake-ims-seed={faults.seed} gives the same again)")
    try:
        unused = faults.unused()
    except FakeImsError as error:  # a report must not break the run
        return [*lines, f"its faults cannot be read: {error}"]
    return lines + [f"never fired: {fault}" for fault in unused]
