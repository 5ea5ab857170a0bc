"""From a Bling account to raw tables, one file per family; each read complete or nothing of it stored."""
