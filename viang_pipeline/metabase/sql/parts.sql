-- Parts that cards share. A card names them in braces; the words in double braces are Metabase's own.

-- part: datas
-- The days asked for: by default the 30 days that end yesterday, in São Paulo. Parameters are cast, columns never.
ate as (select coalesce([[{{fim}}::date,]] (now() at time zone 'America/Sao_Paulo')::date - 1) as fim),
periodo as (select coalesce([[{{inicio}}::date,]] fim - 29) as inicio, fim from ate)

-- part: periodo
{datas},
dias as (
    select base.*
    from dashboard.vw_client_day as base
    where base.dia between (select inicio from periodo) and (select fim from periodo)
        [[and base.client_id in ({{client_id}})]]
)

-- part: skus
{datas},
dias as (
    select base.*
    from dashboard.vw_sku_day as base
    where base.dia between (select inicio from periodo) and (select fim from periodo)
        [[and base.client_id in ({{client_id}})]]
        [[and base.sku in ({{sku}})]]
)

-- part: carteira
carteira as (
    select base.*
    from dashboard.vw_sku_portfolio as base
    where true
        [[and base.client_id in ({{client_id}})]]
        [[and base.sku in ({{sku}})]]
)

-- part: janelas
-- The days asked for and as many just before them (kpis.md §8). Sums of a window are compared only when the orders of
-- every day of both windows were read for every client shown; those of Ads only when no day lacks them.
{datas},
janelas as (
    select false as atual, inicio - (fim - inicio + 1) as de, inicio - 1 as a from periodo
    union all
    select true, inicio, fim from periodo
),
dias as (
    select janelas.atual, base.*
    from janelas
    join dashboard.vw_client_day as base on base.dia between janelas.de and janelas.a
        [[and base.client_id in ({{client_id}})]]
),
lidos as (
    select count(*) = 2 * (select fim - inicio + 1 from periodo) as inteiro
    from (select distinct client_id from dias where atual) as clientes
    left join dashboard.source_reads as leitura on leitura.client_id = clientes.client_id
        and leitura.source = 'mercado_livre' and leitura.resource = 'orders' and leitura.completo
        and leitura.dia between (select min(de) from janelas) and (select fim from periodo)
    group by clientes.client_id
),
comparavel as (select coalesce(bool_and(inteiro), false) as sim from lidos),
somas as (
    select
        janelas.atual,
        janelas.a as dia,
        sum(faturamento) as faturamento,
        sum(pedidos)::bigint as pedidos,
        sum(compras)::bigint as compras,
        sum(unidades)::bigint as unidades,
        sum(faturamento_coberto) filter (where mc is not null) as faturamento_coberto,
        sum(mc) as mc,
        case when bool_and(ads_investimento is not null) then sum(ads_investimento) end as ads_investimento,
        case when bool_and(ads_receita is not null) then sum(ads_receita) end as ads_receita,
        sum(faturamento_coberto) filter (where mc is not null) / nullif(sum(faturamento), 0) as mc_cobertura
    from janelas
    left join dias using (atual)
    group by janelas.atual, janelas.a
),
lado_a_lado as (
    select
        depois.dia, depois.faturamento, depois.pedidos, depois.compras, depois.unidades, depois.faturamento_coberto,
        depois.mc, depois.ads_investimento, depois.ads_receita, depois.mc_cobertura,
        antes.dia as dia_antes, antes.faturamento as faturamento_antes, antes.pedidos as pedidos_antes,
        antes.compras as compras_antes, antes.unidades as unidades_antes,
        antes.faturamento_coberto as faturamento_coberto_antes, antes.mc as mc_antes,
        antes.ads_investimento as ads_investimento_antes, antes.ads_receita as ads_receita_antes,
        antes.mc_cobertura as mc_cobertura_antes,
        comparavel.sim as comparavel,
        comparavel.sim and abs(depois.mc_cobertura - antes.mc_cobertura) <= 0.05 as margem_comparavel
    from (select * from somas where atual) as depois
    cross join (select * from somas where not atual) as antes
    cross join comparavel
)
