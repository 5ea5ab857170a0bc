-- Sums of a period that the fact sheet does not ask for; a figure that is never partial on a day is not partial here.
-- Parameters: client_id, de, ate.
select
    sum(valor_cancelado_pre) as valor_cancelado_pre,
    sum(valor_devolvido) as valor_devolvido,
    case when bool_and(unidades_devolvidas is not null) then sum(unidades_devolvidas)::numeric end as unidades_devolvidas,
    case when bool_and(reclamacoes is not null) then sum(reclamacoes)::numeric end as reclamacoes,
    case when bool_and(mediacoes is not null) then sum(mediacoes)::numeric end as mediacoes,
    bool_and(maturidade_ads in ('quase_final', 'final')) as ads_quase_finais,
    sum(faturamento) as faturamento,
    sum(faturamento_sem_sku) as faturamento_sem_sku,
    sum(faturamento_com_custo) as faturamento_com_custo,
    sum(faturamento_com_frete) as faturamento_com_frete,
    sum(faturamento_com_imposto) as faturamento_com_imposto
from dashboard.agg_client_day
where client_id = %(client_id)s and dia between %(de)s and %(ate)s
