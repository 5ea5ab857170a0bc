-- Days that sold some SKUs between two dates, or kits they are in, and how many lines; and, without any, days on which
-- they lay in stock, whose value follows the cost. A kit is what the client told or an ERP says, whatever day it holds
-- from; SKUs are compared as they are normalised everywhere: trimmed, inner spaces collapsed, upper case.
-- Parameters: client_id; sku (text[]), de, ate (date[], exclusive, null = open) side by side.
with recursive codigos as (
    select distinct on (produto) split_part(chave, '|', 1) as produto, payload ->> 'codigo' as codigo
    from raw.bling_cost_photos where client_id = %(client_id)s
    order by produto, dia desc
),
partes as (
    select sku_kit as kit, sku_componente as parte from dashboard.kits where client_id = %(client_id)s
    union all
    select payload ->> 'kit', payload ->> 'component' from raw.upseller_kits where client_id = %(client_id)s
    union all
    select kit.codigo, parte.codigo
    from raw.bling_structures as estrutura
    cross join lateral jsonb_array_elements(coalesce(estrutura.payload -> 'componentes', '[]')) as componente
    join codigos as kit on kit.produto = estrutura.chave
    join codigos as parte on parte.produto = componente #>> '{produto,id}'
    where estrutura.client_id = %(client_id)s
),
composicoes as (
    select
        upper(regexp_replace(btrim(kit, E' \t\n\r'), '\s+', ' ', 'g')) collate "C" as kit,
        upper(regexp_replace(btrim(parte, E' \t\n\r'), '\s+', ' ', 'g')) collate "C" as parte
    from partes
),
told as (
    select t.sku collate "C" as sku, t.de, t.ate
    from unnest(%(sku)s::text[], %(de)s::date[], %(ate)s::date[]) as t (sku, de, ate)
    union
    select composicoes.kit, told.de, told.ate from told join composicoes on composicoes.parte = told.sku
)
select alcancada.dia, sum(alcancada.linhas)::bigint
from (
    select sku, dia, 1 as linhas from dashboard.fact_order_line where client_id = %(client_id)s
    union all
    select sku, dia, 0 from dashboard.fact_stock_sku_day where client_id = %(client_id)s and estoque_disponivel > 0
) as alcancada
where exists (
    select from told
    where told.sku = alcancada.sku and alcancada.dia >= told.de and (told.ate is null or alcancada.dia < told.ate)
)
group by alcancada.dia
