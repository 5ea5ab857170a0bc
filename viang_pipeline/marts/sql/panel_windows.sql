-- The windows people read in the seller's panel, each figure beside our sums of the same days. Sums are NULL unless every
-- day was read completely; a day without a row sold nothing. Parameters: client_id.
select
    painel.inicio, painel.fim, painel.metrica, painel.valor,
    case when lidos.todos then coalesce(dias.vendas_brutas, 0) end as vendas_brutas,
    case when lidos.todos then coalesce(dias.faturamento, 0) end as faturamento,
    case when lidos.todos then coalesce(dias.pedidos_brutos, 0) end as pedidos_brutos,
    case when lidos.todos then coalesce(dias.unidades_brutas, 0) end as unidades_brutas,
    case when lidos.todos then coalesce(dias.valor_cancelado_sem_pagamento, 0) end as valor_cancelado_sem_pagamento,
    case when lidos.todos and not coalesce(dias.sem_comissao, false) then coalesce(dias.comissao, 0) end as comissao,
    case when lidos.todos and not coalesce(dias.sem_frete, false) then coalesce(dias.frete_vendedor, 0) end
        as frete_vendedor,
    case when lidos.todos and not coalesce(dias.sem_repasse, false) then coalesce(dias.repasse_estimado, 0) end
        as repasse_estimado,
    visitas.total as visitas
from dashboard.panel_figures as painel
cross join lateral (
    select count(*) = painel.fim - painel.inicio + 1 as todos
    from dashboard.source_reads as leitura
    where leitura.client_id = painel.client_id and leitura.source = 'mercado_livre' and leitura.resource = 'orders'
      and leitura.completo and leitura.dia between painel.inicio and painel.fim
) as lidos
cross join lateral (
    select
        sum(vendas_brutas) as vendas_brutas,
        sum(faturamento) as faturamento,
        sum(pedidos_brutos) as pedidos_brutos,
        sum(unidades_brutas) as unidades_brutas,
        sum(valor_cancelado_sem_pagamento) as valor_cancelado_sem_pagamento,
        sum(comissao) as comissao,
        sum(frete_vendedor) as frete_vendedor,
        sum(repasse_estimado) as repasse_estimado,
        bool_or(comissao is null) as sem_comissao,
        bool_or(frete_vendedor is null) as sem_frete,
        bool_or(repasse_estimado is null) as sem_repasse
    from dashboard.agg_channel_day as dia
    where dia.client_id = painel.client_id and dia.canal = 'mercado_livre' and dia.dia between painel.inicio and painel.fim
) as dias
cross join lateral (
    select case when count(*) = painel.fim - painel.inicio + 1 then sum(visitas) end as total
    from dashboard.fact_visits_client_day as visita
    where visita.client_id = painel.client_id and visita.dia between painel.inicio and painel.fim
) as visitas
where painel.client_id = %(client_id)s
