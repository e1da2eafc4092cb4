"""Scenarios of `scripts/http-hostile`. Each module has `run(server)`, which returns the failures."""
