"""The local engine: a transformers model that computes each shared prefix once for a whole batch.

In float32, greedy text equals plain `generate` token for token, whatever the batch: picks that
rounding could have changed are asked again the plain way. In bfloat16 the text depends on the batch,
so batches are cut at a fixed size that is part of the fingerprint.
"""

import logging
from collections.abc import Generator, Iterator, Sequence
from time import perf_counter
from typing import Any

from lawbound.runners.engines.local_answer import Answers, Prompt
from lawbound.runners.engines.local_chat import BASE_STOP, chat_template, render_chat
from lawbound.runners.engines.local_memory import slots_that_fit
from lawbound.runners.engines.local_threads import Threads, physical_cores
from lawbound.runners.engines.local_weights import (
    Loaded,
    context_length,
    load_weights,
    stop_tokens,
)
from lawbound.runners.engines.protocol import ModelError
from lawbound.runners.sample import Fingerprint, Message, Rendered, Request, Sample

FIXED_BATCH = 128
"""Requests in a batch where the text depends on the batch."""
VERSION = "2"
"""Changes when the same weights and request may get another text."""

_log = logging.getLogger(__name__)


class LocalEngine:
    """Fits `Engine` and `ScoresChoices`; build it with `load`."""

    def __init__(
        self, loaded: Loaded, *, label: str, dtype: str, batch_size: int | None = None
    ) -> None:
        self.model: Any = loaded.model
        self.tokenizer: Any = loaded.tokenizer
        self.device = loaded.device
        self.label = label
        self.dtype = dtype
        self.batch_size = batch_size
        self.fixed_batch: int | None = None if dtype == "float32" else batch_size or FIXED_BATCH
        """Where set, a run cuts its plan into batches of this size: see `run.owed_requests`."""
        self.replayed = 0
        """Requests asked again the plain way because rounding could have changed them."""
        self._revision = loaded.revision
        self._template = chat_template(self.tokenizer)
        self._context = context_length(self.model.config)
        ends = stop_tokens(self.model.generation_config, self.tokenizer)
        self._answers = Answers(self.tokenizer, ends, "local")
        self._choice_tokens: dict[tuple[str, str], tuple[int, ...]] = {}
        self._threads: Threads | None = None
        self._prefix_model = self._shared_prefixes()

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
            label: Name shown to people; the name or path where left out.
            dtype: ``float32`` (text independent of the batch), ``bfloat16`` or ``float16``.
            device: ``auto``, ``cpu``, ``cuda`` or ``cuda:1``.
            batch_size: Most sequences at once; from free memory where left out.
            revision: Branch, tag or commit of a hub model.
            trust_remote_code: Run code that comes with the model.
            gguf_file: A GGUF file, converted once into the user's cache.
            threads: CPU threads; as many as are found free where left out.

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
            # The trial of shared prefixes already gains from it.
            Threads().adjust()
        engine = cls(
            loaded, label=label or gguf_file or name_or_path, dtype=dtype, batch_size=batch_size
        )
        engine.use_threads(threads)
        return engine

    def use_threads(self, threads: int | None) -> None:
        """Use this many CPU threads; none: as many as are found free while it runs."""
        import torch

        self._threads = None
        if threads is not None:
            torch.set_num_threads(threads)
        elif self.device == "cpu" and self._is_exact:
            self._threads = Threads()
        elif self.device == "cpu":
            # In coarser dtypes the number of threads could change the text.
            torch.set_num_threads(physical_cores())

    @property
    def fallback(self) -> str | None:
        """Why prefixes are not shared for this model, or none."""
        return self._why_not

    def render(self, messages: Sequence[Message]) -> Rendered:
        """Apply the model's chat template; see `local_chat` for models without one."""
        return render_chat(self.tokenizer, self._template, messages)

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a rendered text."""
        return len(self._encode([text])[0])

    def fingerprint(self) -> Fingerprint:
        """Hash of the weights; the fixed batch, where there is one, stands beside the dtype."""
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
        """Yield a sample for each request, as each is done."""
        from lawbound.runners.engines.local_plain import plain_tokens

        prompts = yield from self._prepared(requests)
        if self._prefix_model is not None:
            from lawbound.runners.engines.local_batch import Batch

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
        self._steady()
        for prompt in prompts:
            started = perf_counter()
            written = plain_tokens(self.model, prompt, self._answers)
            yield self._answers.sample(prompt, written, perf_counter() - started)

    def loglikelihood(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """Yield a sample for each request, with the log-likelihood of each of its choices."""
        from lawbound.runners.engines.local_plain import plain_logprobs

        prompts = yield from self._prepared(requests)
        if self._prefix_model is not None:
            from lawbound.runners.engines.local_choices import ChoiceBatch

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
        self._steady()
        for prompt in prompts:
            started = perf_counter()
            found = plain_logprobs(self.model, prompt, self._choices_of(prompt))
            yield self._answers.scored(prompt, found, perf_counter() - started)

    def estimate_seconds(self, requests: Sequence[Request]) -> float:
        """Wall time for all requests, from a short measurement on some of them."""
        from lawbound.runners.engines.local_estimate import estimate_seconds

        return estimate_seconds(requests, self.generate, self.count_tokens)

    def forget_prefixes(self) -> None:
        """The next prompts' prefixes are computed again."""
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
        from lawbound.runners.engines.local_plain import plain_tokens

        self._steady()
        return plain_tokens(self.model, prompt, self._answers, tokens)

    def _steady(self) -> None:
        """For the plain way, the same number of threads each time: it decides near-ties."""
        if self._threads is not None:
            self._threads.fix(1 if self._prefix_model is not None else physical_cores())

    def slots_for(self, capacity: int) -> int:
        """Sequences held at once, if each has up to so many tokens of its own."""
        if self.fixed_batch:
            return self.fixed_batch
        return slots_that_fit(self.model, self.device, capacity, self.batch_size)

    def _shared_prefixes(self) -> Any:
        import torch

        from lawbound.runners.engines.prefix_check import disagreement
        from lawbound.runners.engines.prefix_model import PrefixModel

        candidate = PrefixModel(self.model, torch.device(self.device))
        self._why_not = disagreement(candidate)
        if self._why_not is None:
            return candidate
        _log.warning("%s: prefixes are not shared: %s", self.label, self._why_not)
        return None

    def _prepared(self, requests: Sequence[Request]) -> Generator[Sample, None, list[Prompt]]:
        """Tokenise; what does not fit the context is yielded as failed, never cut."""
        stops = () if self._template else (BASE_STOP,)
        prompts: list[Prompt] = []
        for request, tokens in zip(
            requests, self._encode([r.rendered.text for r in requests]), strict=True
        ):
            prompt = Prompt(request, tokens, (*request.settings.stop, *stops))
            trouble = self._trouble(prompt)
            if trouble is None:
                prompts.append(prompt)
            else:
                yield self._answers.failed(prompt, trouble)
        return prompts

    def _trouble(self, prompt: Prompt) -> str | None:
        """Why a request cannot be asked of this model, or none."""
        count, wanted = len(prompt.tokens), prompt.request.settings.max_tokens
        if not count:
            return "the prompt has no tokens, expected at least one"
        if prompt.request.choices:
            lengths = [len(choice) for choice in self._choices_of(prompt)]
            if not min(lengths):
                return "a choice has no tokens, expected at least one"
            wanted = max(lengths)
        if self._context is not None and count + wanted > self._context:
            return (
                f"the prompt has {count} tokens and its answer up to {wanted}, "
                f"expected at most {self._context} together"
            )
        return None

    def _encode(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        if not texts:
            return []
        # A chat template writes its own special tokens.
        encoded = self.tokenizer(list(texts), add_special_tokens=self._template is None)
        return [tuple(tokens) for tokens in encoded["input_ids"]]

    def _choices_of(self, prompt: Prompt) -> list[tuple[int, ...]]:
        return [self._choice(prompt, choice) for choice in prompt.request.choices]

    def _choice(self, prompt: Prompt, choice: str) -> tuple[int, ...]:
        """Tokens of a choice where it follows the prompt; text after the last special token decides."""
        text = prompt.request.rendered.text
        tail = text
        for special in self.tokenizer.all_special_tokens:
            tail = tail.rpartition(special)[2]
        known = self._choice_tokens.get((tail, choice))
        if known is None:
            whole = self._encode([text + choice])[0]
            known = whole[len(prompt.tokens) :]
            if whole[: len(prompt.tokens)] != prompt.tokens or not known:
                known = tuple(self.tokenizer.encode(choice, add_special_tokens=False))
            self._choice_tokens[tail, choice] = known
        return known
