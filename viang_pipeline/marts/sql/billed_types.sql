-- What each period billed by type of charge, beside our estimate for the same orders (kpis.md §5.2, §12).
-- An order (a shipment, for freight) is compared once, in the period that first charged it, with every credit that came
-- later. Those whose estimate is not known are left out of both sides and counted. Parameters: client_id.
with cobrancas as (
    select
        periodo, significado, sum(cobranca_mensal) as cobranca_mensal, bool_and(fechado) as fechado
    from dashboard.billing_period
    where client_id = %(client_id)s
    group by periodo, significado
),
tarifas as (
    select
        order_id as unidade,
        min(periodo) filter (where tipo = 'CHARGE') as periodo,
        sum(case when tipo = 'CHARGE' then coalesce(tarifa_liquida, valor) else valor end) as informado
    from dashboard.billing_charge
    where client_id = %(client_id)s and significado = 'tarifa_venda' and order_id <> ''
    group by order_id
),
comissoes as (
    select
        order_id as unidade,
        count(*) as linhas,
        -- a cancelled order owes no fee; a valid line without one, or an order that is neither, is not known
        case
            when bool_and(situacao = 'cancelada' or situacao = 'valida' and comissao is not null)
                then coalesce(sum(comissao) filter (where situacao = 'valida'), 0)
        end as nosso
    from dashboard.fact_order_line
    where client_id = %(client_id)s
    group by order_id
),
fretes as (
    select
        envio as unidade,
        min(periodo) filter (where tipo = 'CHARGE') as periodo,
        sum(valor) as informado
    from dashboard.billing_charge
    where client_id = %(client_id)s and significado = 'frete' and envio is not null
    group by envio
),
custos as (
    select
        envio as unidade,
        count(*) as linhas,
        case when bool_and(frete_vendedor is not null) then sum(frete_vendedor) end as nosso
    from dashboard.fact_order_line
    where client_id = %(client_id)s and envio is not null
      and (situacao = 'valida' or natureza_cancelamento = 'pos_envio')
    group by envio
),
unidades as (
    select 'tarifa_venda' as significado, periodo, informado, nosso, linhas
    from tarifas left join comissoes using (unidade)
    union all
    select 'frete', periodo, informado, nosso, linhas
    from fretes left join custos using (unidade)
),
comparadas as (
    select
        periodo,
        significado,
        sum(nosso) as nosso,
        sum(informado) filter (where nosso is not null) as informado,
        count(nosso) as comparados,
        count(*) filter (where abs(informado - nosso) > %(por_linha)s * linhas) as divergentes,
        count(*) - count(nosso) as sem_estimativa
    from unidades
    where periodo is not null
    group by periodo, significado
)
select
    periodo, significado, cobranca_mensal, fechado, nosso, informado, coalesce(comparados, 0), coalesce(divergentes, 0),
    coalesce(sem_estimativa, 0)
from cobrancas left join comparadas using (periodo, significado)
