"""What we know of Bling (contract Bling): consent, reads, payloads. No Dagster, no SQL."""
