-- One row per client × source × resource: what was read, how much of the history is complete, what the last attempt said.
with leituras as (
    select
        client.client_id,
        client.status,
        coalesce(leitura.source, 'mercado_livre') as source,
        coalesce(leitura.resource, 'orders') as resource,
        max(leitura.completo_em) as lido_em,
        max(leitura.dia) filter (where leitura.completo) as ultimo_dia,
        greatest(%(expected)s::date - client.inicio_historico + 1, 0) as dias_esperados,
        count(*) filter (
            where leitura.completo and leitura.dia between client.inicio_historico and %(expected)s::date
        ) as dias_completos,
        (array_agg(leitura.motivo order by leitura.tentado_em desc, leitura.motivo nulls last))[1] as motivo
    from dashboard.clients as client
    left join dashboard.source_reads as leitura on leitura.client_id = client.client_id
    where client.status <> 'encerrado' and (%(client_id)s::text is null or client.client_id = %(client_id)s)
    group by client.client_id, client.status, leitura.source, leitura.resource, client.inicio_historico
)
select leituras.*, pedidos.lidos, pedidos.anunciados
from leituras
left join lateral (
    select (registro.detail ->> 'lidos')::bigint as lidos, (registro.detail ->> 'anunciados')::bigint as anunciados
    from dashboard.updates_log as registro
    where leituras.resource = 'orders' and registro.client_id = leituras.client_id
      and registro.source = leituras.source and registro.resource = leituras.resource and registro.detail ? 'anunciados'
    order by registro.terminado_em desc
    limit 1
) as pedidos on true
order by client_id, source, resource
