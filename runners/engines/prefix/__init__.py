"""Running a prefix that many prompts share through a transformers model only once.

In reading order: `plan` (which prompts share which prefix; plain Python), `model` (passes over prefixes and
many sequences), `attention` (in two parts, over the prefix and over the rest), `parts` (how one is computed and
two are merged), `own` (the second part), `joint` (both at once, on a CPU), `linear` (linear layers on a CPU),
`check` (a model is tried before it is trusted). All but `plan` import torch.
"""
