"""Sections of the pages that benchmarks write, and what they say of where they ran."""

import os
import platform
import re
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TextIO

DOCS = Path(__file__).resolve().parents[1] / "docs"
BENCHMARKS = DOCS / "benchmarks.md"
AGREEMENT = DOCS / "agreement.md"
_UNITS = ("avx2", "avx512f", "avx512_bf16", "amx_tile")


def write_section(name: str, text: str, page: Path = BENCHMARKS) -> None:
    """Replace one benchmark's section, or add it, and leave the others."""
    start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
    section = f"{start}\n{text.strip()}\n{end}"
    before = page.read_text(encoding="utf-8") if page.is_file() else "# Benchmarks\n"
    pattern = re.compile(re.escape(start) + ".*?" + re.escape(end), re.DOTALL)
    if pattern.search(before):
        after = pattern.sub(lambda _: section, before)
    else:
        after = f"{before.rstrip()}\n\n{section}\n"
    page.write_text(after, encoding="utf-8")


def read_section(name: str, page: Path = BENCHMARKS) -> str:
    """What stands between a section's markers."""
    start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
    text = page.read_text(encoding="utf-8")
    if start not in text or end not in text:
        raise SystemExit(f"{page}: no section {name}, expected {start} and {end}")
    return text.split(start)[1].split(end)[0].strip()


def today() -> str:
    """The date, as pages write it."""
    return f"{datetime.now(UTC):%Y-%m-%d}"


def command(**hidden: str | None) -> str:
    """This very command line; values that only this machine knows stand as the name they are given."""
    names = {value: name for name, value in hidden.items() if value}
    words = [names.get(word, word) for word in sys.argv[1:]]
    return f"`{' '.join(['python', f'benchmarks/{Path(sys.argv[0]).name}', *words])}`"


def load() -> float:
    """Load average over five minutes: take it before the benchmark adds its own."""
    return os.getloadavg()[1]


def processor() -> str:
    """Name of the processor and the vector units that matter."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        text = info.read_text(encoding="utf-8")
        name = re.search(r"model name\s*:\s*(.+)", text)
        units = [unit for unit in _UNITS if re.search(rf"\b{unit}\b", text)]
        if name:
            return f"{name[1].strip()} ({', '.join(units) or 'no vector units named'})"
    return platform.processor() or platform.machine()


def where(before: float, *packages: str, also: str = "") -> str:
    """Machine and versions, as a section ends.

    Args:
        before: Load average before the benchmark.
        packages: Whose versions matter.
        also: Versions of what is installed elsewhere.
    """
    told = [f"Python {platform.python_version()}"]
    told += [f"{name} {version(name)}" for name in (*packages, "lawbound")]
    busy = " (others used it too: wall times are rough)" if before > 0.5 else ""
    return (
        f"Machine: {processor()}, {os.cpu_count()} cores, {platform.system()}; load average before "
        f"the run {before:.1f}{busy}. Versions: {', '.join(told)}{also}."
    )


def say(text: str, *, file: TextIO | None = None) -> None:
    """To stdout, or to this stream, at once."""
    stream = file or sys.stdout
    stream.write(f"{text}\n")
    stream.flush()
