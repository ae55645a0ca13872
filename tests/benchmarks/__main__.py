"""How fast the fake is, against a bare aiohttp handler: ``python tests/benchmarks``.

Prints a table (docs/performance.md explains its rows). Each pair is measured in turn in the same
run; the ratio is the median of the rounds' ratios, and its spread is shown beside it.
"""

from __future__ import annotations

import argparse

from bench_faults import faults
from bench_load import Load
from bench_pages import pages
from bench_rows import FULL, TINY, life, log_ins, processes, requests
from bench_table import Row, facts, table

PARTS = ("life", "requests", "faults", "log-ins", "pages", "processes")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python tests/benchmarks",
        description="Measure fake_ims against a bare aiohttp handler; takes about two minutes.")
    parser.add_argument("part", nargs="*", metavar="PART",
                        help=f"only some of the table: {', '.join(PARTS)}")
    parser.add_argument("--tiny", action="store_true",
                        help="numbers so small that they show only that the benchmark works")
    asked = parser.parse_args()
    for part in asked.part:
        if part not in PARTS:
            parser.error(f"there is no part {part!r}; there are {', '.join(PARTS)}")
    size = TINY if asked.tiny else FULL
    rows: list[Row] = []
    with Load() as load:
        for part in asked.part or PARTS:
            if part == "life":
                rows += life(size)
            elif part == "requests":
                rows += requests(size, load)
            elif part == "faults":
                rows += faults(size, load)
            elif part == "log-ins":
                rows += log_ins(size, load)
            elif part == "pages":
                rows += pages(size, load)
            else:
                rows += processes(size)
    print(facts())
    print(table(rows))


if __name__ == "__main__":
    main()
