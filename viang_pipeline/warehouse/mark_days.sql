-- A failed attempt never takes back what a complete read established; only its reason and time are noted.
insert into dashboard.source_reads (client_id, source, resource, dia, completo, completo_em, tentado_em, motivo)
select
    %(client_id)s, %(source)s, %(resource)s, wanted.dia, %(motivo)s::text is null,
    case when %(motivo)s::text is null then %(at)s::timestamptz end, %(at)s::timestamptz, %(motivo)s::text
from (select distinct unnest(%(days)s::date[]) as dia order by dia) as wanted
on conflict (client_id, source, resource, dia) do update set
    completo = source_reads.completo or excluded.completo,
    completo_em = greatest(source_reads.completo_em, excluded.completo_em),
    tentado_em = excluded.tentado_em,
    motivo = excluded.motivo
