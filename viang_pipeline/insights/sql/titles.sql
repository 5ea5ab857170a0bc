-- The title of the listing that sold most of each SKU in a period. Sellers write titles: they are data, never trusted.
-- Parameters: client_id, de, ate, skus (text[]).
select distinct on (linha.sku) linha.sku, anuncio.payload ->> 'title' as titulo
from dashboard.fact_order_line as linha
join raw.mercado_livre_listings as anuncio on anuncio.client_id = linha.client_id and anuncio.chave = linha.anuncio
where linha.client_id = %(client_id)s and linha.dia between %(de)s and %(ate)s and linha.sku = any(%(skus)s)
  and linha.situacao = 'valida' and anuncio.payload ->> 'title' is not null
group by linha.sku, linha.anuncio, anuncio.payload ->> 'title'
order by linha.sku, sum(linha.valor) desc, linha.anuncio
