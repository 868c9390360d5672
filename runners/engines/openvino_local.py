"""openvino-genai as an engine: ``openvino:FOLDER``, a model exported to OpenVINO's format, on CPU cores.

Text depends on what else is in the batch, and nothing tells how near the second-best token was, so
near-ties cannot be settled as the local engine settles them: batches are cut from the whole plan, and no
other engine stands back for this one. It writes; choices become generated answers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from lawbound.runners.engines.extras import install
from lawbound.runners.engines.home import expanded
from lawbound.runners.engines.local.answer import Answers, Prompt
from lawbound.runners.engines.local.cache import weights_hash
from lawbound.runners.engines.local.chat import ChatTokenizer
from lawbound.runners.engines.local.quiet import LOAD_ERRORS, first_line, quiet_transformers
from lawbound.runners.engines.local.threads import physical_cores
from lawbound.runners.engines.local.weights import context_length, stop_tokens
from lawbound.runners.engines.prefix.plan import share_prefixes
from lawbound.runners.engines.protocol import ModelError, room_fault
from lawbound.runners.sample import Fingerprint, Message, Rendered, Request, Sample
from lawbound.runners.seeds import sampling_seed

BATCH = 128
VERSION = "1"
MODEL_FILE = "openvino_model.xml"
PRECISIONS: Mapping[str, str] = {"float32": "f32", "bfloat16": "bf16"}


@dataclass(slots=True)
class _Running:
    prompt: Prompt
    handle: Any
    seconds: float = 0.0
    written: list[int] = field(default_factory=list)


class OpenVinoEngine:
    """Implements `Engine`; created by `load`."""

    fixed_batch: int | None = BATCH
    """See `run.owed_requests`."""

    def __init__(self, folder: Path, dtype: str, pipeline: Any, tokenizer: Any) -> None:
        """Build it with `load`."""
        transformers: Any = import_module("transformers")
        self._genai: Any = import_module("openvino_genai")
        self._openvino: Any = import_module("openvino")
        self._folder = folder
        self._dtype = dtype
        self._pipeline = pipeline
        self._chat = ChatTokenizer(tokenizer)
        config = transformers.AutoConfig.from_pretrained(folder, local_files_only=True)
        self._context = context_length(config)
        defaults = transformers.GenerationConfig.from_model_config(config)
        if (folder / "generation_config.json").is_file():
            defaults = transformers.GenerationConfig.from_pretrained(folder, local_files_only=True)
        self._answers = Answers(tokenizer, stop_tokens(defaults, tokenizer), "openvino")
        self._asked = 0

    @classmethod
    def load(cls, path: str, *, dtype: str = "float32", device: str = "auto") -> "OpenVinoEngine":
        """Load a folder that ``optimum-cli export openvino --task text-generation-with-past`` wrote.

        Args:
            path: The folder, with the tokenizer's files beside the model.
            dtype: ``float32`` or ``bfloat16``: the type of the computation, however the weights are
                stored.
            device: ``auto`` or ``cpu``.

        Raises:
            ModelError: openvino-genai is not installed, or the model cannot be loaded.
        """
        where, folder = f"model 'openvino:{path}'", expanded(path)
        if dtype not in PRECISIONS:
            raise ModelError(f"{where}: dtype is {dtype!r}, expected {' or '.join(PRECISIONS)}")
        if device not in ("auto", "cpu"):
            raise ModelError(f"{where}: device is {device!r}, expected cpu")
        if not (folder / MODEL_FILE).is_file():
            raise ModelError(
                f"{where}: found no {MODEL_FILE}, expected a model exported to OpenVINO"
            )
        try:
            genai: Any = import_module("openvino_genai")
            transformers: Any = import_module("transformers")
        except ImportError as error:
            raise ModelError(
                f"{where}: openvino-genai cannot be imported ({error}), expected it to be installed: "
                f"{install('openvino')}"
            ) from error
        properties = {
            "INFERENCE_PRECISION_HINT": PRECISIONS[dtype],
            "KV_CACHE_PRECISION": PRECISIONS[dtype],
            # Left to itself it may take one core of two; and another number may change the text.
            "INFERENCE_NUM_THREADS": physical_cores(),
        }
        scheduler = genai.SchedulerConfig()
        scheduler.enable_prefix_caching = True
        scheduler.max_num_seqs = BATCH
        try:
            with quiet_transformers():
                tokenizer = transformers.AutoTokenizer.from_pretrained(
                    folder, local_files_only=True
                )
                pipeline = genai.ContinuousBatchingPipeline(folder, scheduler, "CPU", properties)
                return cls(folder, dtype, pipeline, tokenizer)
        except LOAD_ERRORS as error:
            raise ModelError(f"{where}: cannot be loaded: {first_line(error)}") from error

    def render(self, messages: Sequence[Message]) -> Rendered:
        """Apply the model's chat template; see `local.chat` for models without one."""
        return self._chat.render(messages)

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a rendered text."""
        return len(self._chat.encode(text))

    def fingerprint(self) -> Fingerprint:
        """Hash of the exported files; threads and batch stand beside the dtype, for both decide."""
        files = [*self._folder.glob("openvino_model.*")]
        version = self._genai.__version__
        return Fingerprint(
            model=str(self._folder),
            revision=f"sha256:{weights_hash(files)}",
            engine="openvino",
            version=f"{VERSION} openvino-genai {version}",
            dtype=f"{self._dtype}, batch {BATCH}, threads {physical_cores()}",
        )

    def generate(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """Yield a sample for each request, as each is done."""
        for start in range(0, len(requests), BATCH):
            prompts = []
            for request in requests[start : start + BATCH]:
                prompt = self._prompt(request)
                if trouble := self._trouble(prompt):
                    yield self._answers.failed(prompt, trouble)
                else:
                    prompts.append(prompt)
            yield from self._batch(prompts)

    def close(self) -> None:
        """Release the model."""
        self._pipeline = None

    def _batch(self, prompts: Sequence[Prompt]) -> Iterator[Sample]:
        """Only earlier computation is shared, so one of each group with a common beginning goes
        ahead."""
        groups = share_prefixes([prompt.tokens for prompt in prompts])
        running = [self._start(prompts[group.members[0]]) for group in groups]
        waiting = [prompts[i] for group in groups for i in group.members[1:]]
        while running or waiting:
            if waiting and all(one.written for one in running):
                running += [self._start(prompt) for prompt in waiting]
                waiting = []
            started = perf_counter()
            self._pipeline.step()
            share = (perf_counter() - started) / len(running)
            for one in list(running):
                one.seconds += share
                if self._is_finished(one):
                    running.remove(one)
                    yield self._sample(one)

    def _sample(self, one: _Running) -> Sample:
        """The sample; a failed one if nothing was written, since even an empty answer has the token
        that ends it."""
        if not one.written:
            state = str(one.handle.get_status()).rpartition(".")[2].lower()
            return self._answers.failed(one.prompt, f"openvino-genai wrote nothing ({state})")
        return self._answers.sample(one.prompt, one.written, one.seconds)

    def _start(self, prompt: Prompt) -> _Running:
        tokens = self._openvino.Tensor(np.array([prompt.tokens], dtype=np.int64))
        self._asked += 1
        return _Running(
            prompt, self._pipeline.add_request(self._asked, tokens, self._settings(prompt.request))
        )

    def _settings(self, request: Request) -> Any:
        settings = request.settings
        found = self._genai.GenerationConfig()
        found.max_new_tokens = settings.max_tokens
        found.stop_token_ids = set(self._answers.end_tokens)
        found.do_sample = settings.temperature > 0
        if found.do_sample:
            found.temperature = settings.temperature
            found.top_p = settings.top_p
            found.rng_seed = sampling_seed(request.seed, request.epoch)
        return found

    def _is_finished(self, one: _Running) -> bool:
        """Take what was written since; a text that ends an answer is looked for here."""
        if one.handle.can_read():
            for output in one.handle.read().values():
                for token in output.generated_ids:
                    one.written.append(token)
                    if self._answers.is_finished(one.prompt, one.written):
                        one.handle.stop()
                        return True
        return bool(one.handle.get_status() != self._genai.GenerationStatus.RUNNING)

    def _prompt(self, request: Request) -> Prompt:
        tokens = tuple(self._chat.encode(request.rendered.text))
        return Prompt(request, tokens, (*request.settings.stop, *self._chat.stops))

    def _trouble(self, prompt: Prompt) -> str:
        if not prompt.tokens:
            return "the prompt has no tokens, expected at least one"
        return room_fault(len(prompt.tokens), prompt.request.settings.max_tokens, self._context)
