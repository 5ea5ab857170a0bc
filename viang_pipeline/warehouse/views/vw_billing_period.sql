-- What the platform billed in each of its periods (kpis.md §5.2). A period read without a line has no row.
select
    client_id,
    periodo,
    sum(cobranca_mensal) as cobranca_mensal,
    coalesce(sum(cobranca_mensal) filter (where custo_do_vendedor), 0) as custo_do_vendedor,
    coalesce(sum(cobranca_mensal) filter (where custo_do_vendedor and significado <> 'ads'), 0) as custo_sem_ads,
    coalesce(sum(cobranca_mensal) filter (where significado like 'full\_%'), 0) as custos_full,
    case bool_and(confere) when true then 'sim' when false then 'não' end as confere,
    sum(divergencia) as diferenca_resumo,
    case when bool_and(fechado) then 'final' else 'preliminar' end as maturidade
from dashboard.billing_period
group by client_id, periodo
