-- Listings the marketplace paused because their stock ended; one its seller paused is none (kpis.md §5.8).
select payload::text
from raw.mercado_livre_listings
where client_id = %(client_id)s and payload ->> 'status' = 'paused' and payload -> 'sub_status' ? 'out_of_stock'
