-- Reputation as photographed; a protected seller is shown zeros, the true rates stand beside them.
select
    dia,
    payload #>> '{seller_reputation,level_id}',
    payload #>> '{seller_reputation,real_level}',
    payload #>> '{seller_reputation,power_seller_status}',
    payload #>> '{seller_reputation,metrics,claims,period}',
    (payload #>> '{seller_reputation,metrics,sales,completed}')::bigint,
    (payload #>> '{seller_reputation,metrics,claims,rate}')::numeric,
    (payload #>> '{seller_reputation,metrics,delayed_handling_time,rate}')::numeric,
    (payload #>> '{seller_reputation,metrics,cancellations,rate}')::numeric,
    (payload #>> '{seller_reputation,metrics,claims,excluded,real_rate}')::numeric,
    (payload #>> '{seller_reputation,metrics,delayed_handling_time,excluded,real_rate}')::numeric,
    (payload #>> '{seller_reputation,metrics,cancellations,excluded,real_rate}')::numeric,
    lido_em
from raw.mercado_livre_account
where client_id = %(client_id)s and dia = any(%(dias)s)
