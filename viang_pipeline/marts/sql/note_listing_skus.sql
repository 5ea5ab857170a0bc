-- A new version of each listing whose SKUs or status are not those of its newest version.
insert into dashboard.listing_skus as kept (client_id, anuncio, vigente_de, status, skus)
select %(client_id)s, visto.anuncio, %(since)s, visto.status, visto.skus
from seen_skus as visto
left join lateral (
    select status, skus from dashboard.listing_skus as known
    where known.client_id = %(client_id)s and known.anuncio = visto.anuncio
    order by vigente_de desc
    limit 1
) as ultima on true
where (ultima.status, ultima.skus) is distinct from (visto.status, visto.skus)
on conflict (client_id, anuncio, vigente_de) do update set status = excluded.status, skus = excluded.skus
returning anuncio
