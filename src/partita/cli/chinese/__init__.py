"""Chinese pages of `--help` by area; `manual_chinese` puts them together."""
