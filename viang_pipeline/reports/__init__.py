"""The report a client gets: one PDF per client and month or week, from stored numbers only (product.md §3, kpis.md §7).

``read`` fills the data model, ``render`` draws it, ``make`` keeps the file and its row. Same data, same bytes.
"""
