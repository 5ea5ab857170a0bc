-- The account's own series, for days read completely, beside the sum over the listings observed.
select
    conta.dia,
    (conta.payload ->> 'total')::bigint,
    coalesce(anuncios.visitas, 0),
    coalesce(anuncios.observados, 0)
from raw.mercado_livre_account_visits as conta
join dashboard.source_reads as lido
  on lido.client_id = conta.client_id and lido.dia = conta.dia
 and lido.source = 'mercado_livre' and lido.resource = 'visits' and lido.completo
left join lateral (
    select count(*) as observados, sum((visita.payload ->> 'total')::bigint) as visitas
    from dashboard.visit_readings as leitura
    left join raw.mercado_livre_visits as visita
      on visita.client_id = leitura.client_id and visita.chave = leitura.anuncio || '|' || conta.dia::text
    where leitura.client_id = conta.client_id and conta.dia between leitura.de and leitura.ate
) as anuncios on true
where conta.client_id = %(client_id)s and conta.dia = any(%(dias)s)
