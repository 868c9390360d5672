"""How many sequences fit in memory: batch sizes from free memory, and recognising when memory ran out."""

import contextlib
from importlib import import_module
from pathlib import Path
from typing import Any

SHARE = 0.5
"""Largest share of the free memory for keys and values."""
MOST_CPU = 128
MOST_CUDA = 512


def kv_bytes_per_token(model: Any) -> int:
    """Bytes of one token's keys and values in all layers."""
    config = model.config.get_text_config()
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    size = next(model.parameters()).element_size()
    return int(2 * config.num_hidden_layers * heads * width * size)


def free_bytes(device: str) -> int:
    """Free memory on the device, or what this process's container still allows."""
    import torch

    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info(device)[0])
    psutil: Any = import_module("psutil")

    free = int(psutil.virtual_memory().available)
    with contextlib.suppress(OSError, ValueError):
        group = Path("/sys/fs/cgroup")
        limit = int((group / "memory.max").read_text())
        free = min(free, limit - int((group / "memory.current").read_text()))
    return max(free, 0)


def slots_that_fit(model: Any, device: str, capacity: int, wanted: int | None) -> int:
    """How many sequences of this many own tokens to hold at once."""
    most = MOST_CUDA if device.startswith("cuda") else MOST_CPU
    fit = int(free_bytes(device) * SHARE) // max(kv_bytes_per_token(model) * capacity, 1)
    return max(1, min(wanted or most, fit))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an allocation failed, on either device."""
    import torch

    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and "allocate memory" in str(error)
