"""Items from any `datasets` source: a hub name, or a local file in JSON, JSON Lines, CSV or Parquet.

A mapping (`source`) says which column is used for what, so that users bring their own prompts, a numeric set of the
GSM8K shape (question, worked answer that ends in ``#### 42``) or a multiple-choice set. `loading` reads the rows
once `local_file` has looked at a file, `items` makes an item of each. Cells are read by `cells`, worked answers by
`worked`, multiple choice by `choices`.
"""
