"""Reading files that users and strangers write, safely, and writing messages and cells that are safe to show.

`safe_files` opens, `yaml_files` reads YAML and tells its faults in the words of `faults`, `csv_cells` writes cells,
`patterns` refuses expressions that could take for ever, `urls` hides secrets, `messages` holds the words of all, and
`errors` what every error of ours is.
"""
