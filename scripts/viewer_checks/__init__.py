"""The parts of scripts/check-viewer."""
