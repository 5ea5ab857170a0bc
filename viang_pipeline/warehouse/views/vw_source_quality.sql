-- Metabase reads this: how fresh each source is and what was never read of it (kpis.md §5.10).
select
    leitura.client_id,
    leitura.source as fonte,
    leitura.resource as recurso,
    max(leitura.dia) filter (where leitura.completo) as lido_ate,
    max(leitura.completo_em) as ultima_leitura,
    floor(extract(epoch from now() - max(leitura.completo_em)) / 60)::bigint as frescor_min,
    (now() at time zone 'America/Sao_Paulo')::date - inicio.dia
        - count(*) filter (
            where leitura.completo
              and leitura.dia >= inicio.dia and leitura.dia < (now() at time zone 'America/Sao_Paulo')::date
        ) as dias_sem_leitura,
    case
        when max(leitura.tentado_em) filter (where leitura.motivo is not null)
            > coalesce(max(leitura.completo_em), '-infinity')
            then max(leitura.tentado_em) filter (where leitura.motivo is not null)
    end as ultima_falha,
    case
        when max(leitura.tentado_em) filter (where leitura.motivo is not null)
            > coalesce(max(leitura.completo_em), '-infinity')
            then (array_agg(leitura.motivo order by leitura.tentado_em desc) filter (where leitura.motivo is not null))[1]
    end as motivo
from dashboard.source_reads as leitura
join lateral (
    select min(dia) as dia from dashboard.source_reads as pedidos
    where pedidos.client_id = leitura.client_id and pedidos.resource = 'orders' and pedidos.completo
) as inicio on true
group by leitura.client_id, leitura.source, leitura.resource, inicio.dia
