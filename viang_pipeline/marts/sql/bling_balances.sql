-- Balances per product and deposit on the nights the Bling stock was read completely.
-- Virtual kits hold nothing of their own: their balance is computed from what their components hold.
-- A parent with variations holds no stock.
-- Parameters: client_id, dias (date[]).
select
    foto.dia,
    foto.payload #>> '{produto,codigo}' as sku,
    foto.payload #>> '{produto,id}' as produto,
    deposito ->> 'id' as deposito,
    (deposito ->> 'saldoFisico')::numeric as fisico,
    (deposito ->> 'saldoVirtual')::numeric as disponivel,
    null::numeric as transito,
    coalesce(kit.payload ->> 'tipoEstoque' = 'V', false) as virtual,
    foto.lido_em
from raw.bling_stock as foto
cross join lateral jsonb_array_elements(foto.payload -> 'depositos') as deposito
left join raw.bling_structures as kit
    on kit.client_id = foto.client_id and kit.chave = foto.payload #>> '{produto,id}'
left join raw.bling_products as produto
    on produto.client_id = foto.client_id and produto.chave = foto.payload #>> '{produto,id}'
where foto.client_id = %(client_id)s and foto.dia = any(%(dias)s) and deposito ? 'saldoVirtual'
  and produto.payload ->> 'formato' is distinct from 'V'
