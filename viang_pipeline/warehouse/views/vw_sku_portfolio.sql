-- Metabase reads this: how each SKU stands now. The columns are those of the table.
select * from dashboard.sku_portfolio
