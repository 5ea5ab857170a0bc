"""Asset checks: invariants and lateness."""
