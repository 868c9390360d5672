"""The local engine: a transformers model that computes each shared prefix once for a whole batch.

In float32, greedy text equals plain `generate` token for token, whatever the batch: picks that
rounding could have changed are asked again the plain way. In bfloat16 the text depends on the batch,
so batches are cut at a fixed size that is part of the fingerprint.
"""

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from time import perf_counter
from typing import Any

from lawbound.runners.engines.local.answer import Answers, Prompt
from lawbound.runners.engines.local.chat import ChatTokenizer
from lawbound.runners.engines.local.threads import Threads, physical_cores
from lawbound.runners.engines.local.weights import (
    Loaded,
    context_length,
    load_weights,
    stop_tokens,
)
from lawbound.runners.engines.memory import is_out_of_memory, slots_that_fit
from lawbound.runners.engines.protocol import ModelError, room_fault
from lawbound.runners.sample import Fingerprint, Message, Rendered, Request, Sample

FIXED_BATCH = 128
"""Requests in a batch if the text depends on the batch."""
VERSION = "4"
"""Changes when the same weights and request may get another text."""

_log = logging.getLogger(__name__)


class LocalEngine:
    """Implements `Engine` and `ScoresChoices`; created by `load`."""

    def __init__(
        self, loaded: Loaded, *, label: str, dtype: str, batch_size: int | None = None
    ) -> None:
        import torch

        from lawbound.runners.engines.prefix.check import disagreement
        from lawbound.runners.engines.prefix.model import PrefixModel

        self.model: Any = loaded.model
        self.tokenizer: Any = loaded.tokenizer
        self.device = loaded.device
        self.label = label
        self.dtype = dtype
        self.batch_size = batch_size
        self.fixed_batch: int | None = None if dtype == "float32" else batch_size or FIXED_BATCH
        """If set, a run cuts its plan into batches of this size: see `run.owed_requests`."""
        self.replayed = 0
        """Requests asked again the plain way because rounding could have changed them."""
        self._revision = loaded.revision
        self._chat = ChatTokenizer(self.tokenizer)
        self._context = context_length(self.model.config)
        ends = stop_tokens(self.model.generation_config, self.tokenizer)
        self._answers = Answers(self.tokenizer, ends, "local")
        self._choice_tokens: dict[tuple[str, str], tuple[int, ...]] = {}
        self._threads: Threads | None = None
        candidate = PrefixModel(self.model, torch.device(self.device))
        self.fallback = disagreement(candidate)
        """Why prefixes are not shared for this model, or None."""
        self._prefix_model = None if self.fallback else candidate
        if self.fallback:
            _log.warning("%s: prefixes are not shared: %s", self.label, self.fallback)

    @classmethod
    def load(
        cls,
        name_or_path: str,
        *,
        label: str | None = None,
        dtype: str = "float32",
        device: str = "auto",
        batch_size: int | None = None,
        revision: str | None = None,
        trust_remote_code: bool = False,
        gguf_file: str | None = None,
        threads: int | None = None,
    ) -> "LocalEngine":
        """Load a local folder or a hub name.

        Args:
            name_or_path: Folder or hub name; with `gguf_file`, the folder of that file.
            label: Name shown to people; by default the name or path.
            dtype: ``float32`` (text independent of the batch), ``bfloat16`` or ``float16``.
            device: ``auto``, ``cpu``, ``cuda`` or ``cuda:1``.
            batch_size: Most sequences at once; by default as free memory allows.
            revision: Branch, tag or commit of a hub model.
            trust_remote_code: Run code that comes with the model.
            gguf_file: A GGUF file, converted once into the user's cache.
            threads: CPU threads; by default as many as are found free.

        Raises:
            ModelError: The model cannot be loaded.
        """
        if batch_size is not None and batch_size < 1:
            raise ModelError(f"batch size is {batch_size}, expected at least 1")
        loaded = load_weights(
            name_or_path,
            dtype=dtype,
            device=device,
            revision=revision,
            trust_remote_code=trust_remote_code,
            gguf_file=gguf_file,
        )
        if threads is None and loaded.device == "cpu" and dtype == "float32":
            # The trial of shared prefixes already benefits from it.
            Threads().adjust()
        engine = cls(
            loaded, label=label or gguf_file or name_or_path, dtype=dtype, batch_size=batch_size
        )
        engine.use_threads(threads)
        return engine

    def use_threads(self, threads: int | None) -> None:
        """Use this many CPU threads; None: as many as are found free while it runs."""
        import torch

        self._threads = None
        if threads is not None:
            torch.set_num_threads(threads)
        elif self.device == "cpu" and self._is_exact:
            self._threads = Threads()
        elif self.device == "cpu":
            # In coarser dtypes the number of threads could change the text.
            torch.set_num_threads(physical_cores())

    def render(self, messages: Sequence[Message]) -> Rendered:
        """Apply the model's chat template; see `chat` for models without one."""
        return self._chat.render(messages)

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a rendered text."""
        return len(self._chat.encode(text))

    def fingerprint(self) -> Fingerprint:
        """Hash of the weights; a fixed batch size stands beside the dtype."""
        import transformers

        batch = f", batch {self.fixed_batch}" if self.fixed_batch else ""
        return Fingerprint(
            model=self.label,
            revision=self._revision,
            engine="local",
            version=f"{VERSION} transformers {transformers.__version__}",
            dtype=self.dtype + batch,
        )

    def generate(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """Yield a sample for each request, as soon as it is done."""
        from lawbound.runners.engines.local.plain import plain_tokens

        prompts = yield from self._prepared(requests)
        if self._prefix_model is not None:
            from lawbound.runners.engines.local.batch import Batch

            batch = Batch(
                self._prefix_model,
                self._answers,
                self.slots_for,
                exact=self._is_exact,
                breathe=self._breathe,
                settle=self._settle,
            )
            yield from batch.run(prompts)
            self.replayed += batch.settled + len(batch.unsure)
            prompts = batch.unsure

        def ask(prompt: Prompt) -> Sample:
            started = perf_counter()
            written = plain_tokens(self.model, prompt, self._answers)
            return self._answers.sample(prompt, written, perf_counter() - started)

        yield from self._alone(prompts, ask)

    def loglikelihood(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """Yield a sample for each request, with the log-likelihood of each of its choices."""
        from lawbound.runners.engines.local.plain import plain_logprobs

        prompts = yield from self._prepared(requests)
        if self._prefix_model is not None:
            from lawbound.runners.engines.local.choices import ChoiceBatch

            batch = ChoiceBatch(
                self._prefix_model,
                self._answers,
                self._choices_of,
                exact=self._is_exact,
                breathe=self._breathe,
            )
            yield from batch.run(prompts)
            self.replayed += len(batch.unsure)
            prompts = batch.unsure

        def ask(prompt: Prompt) -> Sample:
            started = perf_counter()
            found = plain_logprobs(self.model, prompt, self._choices_of(prompt))
            return self._answers.scored(prompt, found, perf_counter() - started)

        yield from self._alone(prompts, ask)

    def estimate_seconds(self, requests: Sequence[Request]) -> float:
        """Wall time for all requests, from a short measurement on some of them."""
        from lawbound.runners.engines.local.estimate import estimate_seconds

        return estimate_seconds(requests, self.generate, self.count_tokens)

    def slots_for(self, capacity: int) -> int:
        """Sequences that fit at once if each has up to `capacity` tokens of its own."""
        if self.fixed_batch:
            return self.fixed_batch
        return slots_that_fit(self.model, self.device, capacity, self.batch_size)

    def forget_prefixes(self) -> None:
        """Forget prefixes: those of the next prompts are computed again."""
        if self._prefix_model is not None:
            self._prefix_model.keep_prefixes(set(), spare=0)

    def close(self) -> None:
        """Release the weights."""
        self.model = None
        self._prefix_model = None

    @property
    def _is_exact(self) -> bool:
        return self.dtype == "float32"

    def _breathe(self) -> None:
        if self._threads is not None:
            self._threads.adjust()

    def _settle(self, prompt: Prompt, tokens: int) -> list[int]:
        from lawbound.runners.engines.local.plain import plain_tokens

        self._steady()
        return plain_tokens(self.model, prompt, self._answers, tokens)

    def _steady(self) -> None:
        """Use the same number of threads each time for the plain way: it decides near-ties."""
        if self._threads is not None:
            self._threads.fix(1 if self._prefix_model is not None else physical_cores())

    def _alone(
        self, prompts: Sequence[Prompt], ask: Callable[[Prompt], Sample]
    ) -> Iterator[Sample]:
        """The plain way, one by one: a request that memory cannot hold fails alone."""
        self._steady()
        for prompt in prompts:
            try:
                sample = ask(prompt)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                sample = self._answers.failed(prompt, f"out of memory: {error}")
            yield sample

    def _prepared(self, requests: Sequence[Request]) -> Generator[Sample, None, list[Prompt]]:
        """Tokenise; a request that does not fit the context is yielded as failed, never cut."""
        prompts: list[Prompt] = []
        encoded = self._chat.encode_all([request.rendered.text for request in requests])
        for request, tokens in zip(requests, encoded, strict=True):
            prompt = Prompt(request, tokens, (*request.settings.stop, *self._chat.stops))
            if trouble := self._trouble(prompt):
                yield self._answers.failed(prompt, trouble)
            else:
                prompts.append(prompt)
        return prompts

    def _trouble(self, prompt: Prompt) -> str:
        """Why a request cannot be asked of this model; empty if it can."""
        wanted = prompt.request.settings.max_tokens
        if not prompt.tokens:
            return "the prompt has no tokens, expected at least one"
        if prompt.request.choices:
            lengths = [len(choice) for choice in self._choices_of(prompt)]
            if not min(lengths):
                return "a choice has no tokens, expected at least one"
            wanted = max(lengths)
        return room_fault(len(prompt.tokens), wanted, self._context)

    def _choices_of(self, prompt: Prompt) -> list[tuple[int, ...]]:
        return [self._choice(prompt, choice) for choice in prompt.request.choices]

    def _choice(self, prompt: Prompt, choice: str) -> tuple[int, ...]:
        """Tokens of a choice after the prompt; text after the last special token decides."""
        text = prompt.request.rendered.text
        tail = text
        for special in self.tokenizer.all_special_tokens:
            tail = tail.rpartition(special)[2]
        known = self._choice_tokens.get((tail, choice))
        if known is None:
            known = tuple(self._chat.continuation(text, prompt.tokens, choice))
            self._choice_tokens[tail, choice] = known
        return known
