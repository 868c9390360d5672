"""Reading files that users and strangers write, safely, and writing messages and cells that are safe to show.

`safe_files` opens, `yaml_files` reads YAML and reports its faults in the words of `faults`,
`csv_cells` writes cells, `patterns` refuses expressions that could take for ever, `urls` hides
secrets, `messages` holds wording that all share, and `errors` the base class of all our errors.
"""
