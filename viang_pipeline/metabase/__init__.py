"""What we put into Metabase and keep fresh there: cards and dashboards as data, provisioning, and the nightly refresh.

One file per dashboard (its cards' SQL stands in ``sql/`` under the same name). Knows the warehouse and the API client,
not Dagster.
"""
