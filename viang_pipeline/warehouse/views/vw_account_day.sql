-- Metabase reads this: the account's reputation as photographed. The columns are those of the table.
select * from dashboard.fact_account_day
