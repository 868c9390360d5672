"""A transformers model in this process: batches that share their prefixes, texts as if asked one by one.

In reading order: `engine` (what a run sees), `weights` (loading a model; `gguf` for such files, `cache` for
what is kept of both, `quiet` for how both use transformers, `smollm2` for the small model that is fetched),
`chat` (from messages to the model's text), `batch` (generating, many at a time), `choices` (scoring given ones), `plain` (one at a time: the standard for both), `pick` (the next token),
`answer` (from tokens to a sample), `threads`, `estimate` (how long it would take). The passes themselves
are in `prefix`, and how many sequences fit in `memory`, both beside this package. torch and transformers are imported when
a model is opened; what openvino_local and vllm_local use of this package needs no torch.
"""
