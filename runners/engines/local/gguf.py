"""Converting GGUF files to safetensors once, since reading them through transformers takes half a minute each time."""

from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lawbound.runners.engines.local.cache import HASH_FILE, built_once, cache_root, file_sha256
from lawbound.runners.engines.local.quiet import LOAD_ERRORS, first_line, quiet_transformers
from lawbound.runners.engines.protocol import ModelError

CONVERTED = "float32-1"
"""Part of the folder's name: a new way to convert must not find the old one's files."""


def converted(gguf: Path) -> Path:
    """Folder with the dequantised weights and the tokenizer of a GGUF file, made at first use."""
    if not gguf.is_file():
        raise ModelError(f"{gguf}: no such file, expected a GGUF file")
    digest = file_sha256(gguf)
    return built_once(folder_for(digest), lambda target: convert(gguf, target, digest))


def folder_for(digest: str) -> Path:
    """Folder for the conversion of a GGUF file with this sha256.

    Environments share the cache, and transformers 4 knows no tokenizer that transformers 5 has written.
    """
    major = version("transformers").partition(".")[0]
    return cache_root() / "models" / f"gguf-{digest[:24]}-{CONVERTED}-transformers{major}"


def convert(gguf: Path, target: Path, digest: str) -> None:
    """Dequantise to float32 safetensors with tokenizer, template and hash beside them.

    Raises:
        ModelError: The file cannot be read.
        OSError: The folder cannot be written.
    """
    import torch

    transformers: Any = import_module("transformers")
    with quiet_transformers():
        try:
            where = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
            tokenizer = transformers.AutoTokenizer.from_pretrained(**where)
            model = transformers.AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32)
        except LOAD_ERRORS as error:
            raise ModelError(f"{gguf}: cannot be read as GGUF: {first_line(error)}") from error
        try:
            # save_pretrained refuses weights that still call themselves quantised.
            model.hf_quantizer = None
            model.is_quantized = False
            if hasattr(model.config, "quantization_config"):
                del model.config.quantization_config
            model.config._name_or_path = ""
            model.save_pretrained(target)
            tokenizer.save_pretrained(target)
        except Exception as error:  # each library reports a full disk in its own way
            raise OSError(first_line(error)) from error
    (target / HASH_FILE).write_text(f"gguf-sha256:{digest}\n", encoding="utf-8")
