"""Software-defined assets: wiring only."""
