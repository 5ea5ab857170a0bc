-- Extends what was observed of each listing and answers the days observed for the first time. A window that does not
-- touch what was observed before replaces it: a gap is not observed, and questions always reach back far enough.
with novas as (
    select * from unnest(%(anuncios)s::text[], %(de)s::date[], %(ate)s::date[], %(movimento)s::date[])
        as n (anuncio, de, ate, movimento)
),
antes as (
    select novas.*, conhecida.de as antes_de, conhecida.ate as antes_ate
    from novas left join dashboard.visit_readings as conhecida
      on conhecida.client_id = %(client_id)s and conhecida.anuncio = novas.anuncio
),
gravadas as (
    insert into dashboard.visit_readings as r (client_id, anuncio, de, ate, movimento_em)
    select %(client_id)s, anuncio, de, ate, movimento from novas
    on conflict (client_id, anuncio) do update set
        de = case when excluded.de <= r.ate + 1 and excluded.ate >= r.de - 1 then least(r.de, excluded.de) else excluded.de end,
        ate = case when excluded.de <= r.ate + 1 and excluded.ate >= r.de - 1 then greatest(r.ate, excluded.ate) else excluded.ate end,
        movimento_em = greatest(r.movimento_em, excluded.movimento_em)
    where (r.de, r.ate, r.movimento_em) is distinct from (
        least(r.de, excluded.de), greatest(r.ate, excluded.ate), greatest(r.movimento_em, excluded.movimento_em)
    )
)
select distinct dia::date
from antes, generate_series(antes.de, antes.ate, interval '1 day') as dia
where antes.antes_de is null or dia::date not between antes.antes_de and antes.antes_ate
