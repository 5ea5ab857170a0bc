-- Our figures against the platform's, item by item, and whether everything compared agrees (kpis.md §12).
select
    client_id,
    fonte,
    periodo,
    case bool_and(confere) over (partition by client_id, fonte, periodo) when true then 'sim' when false then 'não' end
        as confere_periodo,
    item,
    inicio,
    fim,
    cobranca_mensal,
    nosso,
    informado,
    diferenca,
    diferenca_pct,
    tolerancia,
    case confere when true then 'sim' when false then 'não' end as confere,
    comparados,
    divergentes,
    motivo,
    case when final then 'final' else 'preliminar' end as maturidade,
    versao_metrica,
    calculado_em
from dashboard.reconciliation
