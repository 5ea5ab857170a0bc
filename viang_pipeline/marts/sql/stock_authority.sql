-- Who says what the seller holds himself (D11): told by the client, else Bling when connected, else UpSeller's lists;
-- and the deposits that do not count (D12): flagged in Bling, or left out by the client, by id or name.
-- Parameters: client_id.
select
    coalesce(
        autoridade_estoque,
        case when exists (select from dashboard.api_tokens where client_id = %(client_id)s and platform = 'bling')
            then 'bling' end,
        case when exists (select from raw.upseller_stock where client_id = %(client_id)s) then 'upseller' end
    ),
    array(
        select chave from raw.bling_deposits
        where client_id = %(client_id)s
          and ((payload ->> 'desconsiderarSaldo')::boolean or payload ->> 'descricao' = any(depositos_excluidos))
    ) || depositos_excluidos
from dashboard.clients where client_id = %(client_id)s
