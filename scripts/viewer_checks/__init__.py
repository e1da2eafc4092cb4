"""What scripts/check-viewer is made of."""
