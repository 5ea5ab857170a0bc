"""Reading a source into raw tables: what to ask, when a read is complete, one transaction per read."""
