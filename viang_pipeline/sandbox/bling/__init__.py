"""Bling as the sandbox speaks it, written from Bling's contract alone (§ in docstrings are its sections).

A BlingBook is what happens in the ERP of each seller; the routes show it at the clock's now under ``/Api/v3``.
"""
