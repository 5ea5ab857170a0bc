drop view dashboard.vw_stock_day;

create view dashboard.vw_stock_day with (security_invoker = true) as
-- Metabase reads this: stock per SKU at the closing of the day, and why what lies in Full cannot be sold (kpis.md §5.8).
-- The reasons are one text: Metabase would turn every key of a jsonb column into a column of its own.
select
    client_id, dia, sku, estoque_full, estoque_full_indisponivel,
    case
        when indisponivel_por_motivo is not null then coalesce((
            select string_agg(causa.key || ': ' || causa.value, ', ' order by causa.key)
            from jsonb_each_text(indisponivel_por_motivo) as causa
        ), 'nenhum')
    end as indisponivel_por_motivo,
    estoque_anunciado, motivo,
    estoque_proprio, estoque_reservado, estoque_transito, estoque_disponivel, motivo_disponivel,
    valor_estoque, motivo_valor, capturado_em
from dashboard.fact_stock_sku_day;

comment on column dashboard.vw_stock_day.client_id is 'Cliente';
comment on column dashboard.vw_stock_day.dia is 'Dia de negócio (America/Sao_Paulo)';
comment on column dashboard.vw_stock_day.sku is 'SKU, ou __SEM_SKU__:anúncio';
comment on column dashboard.vw_stock_day.estoque_full is 'Disponível no Full; vazio sem inventário Full';
comment on column dashboard.vw_stock_day.estoque_full_indisponivel is 'Não disponível no Full';
comment on column dashboard.vw_stock_day.indisponivel_por_motivo is 'Não disponível no Full: motivo e unidades, em texto; vazio sem inventário Full';
comment on column dashboard.vw_stock_day.estoque_anunciado is 'Quantidade anunciada, cada estoque compartilhado uma vez';
comment on column dashboard.vw_stock_day.motivo is 'Por que o estoque Full é vazio';
comment on column dashboard.vw_stock_day.estoque_proprio is 'Disponível do SKU nos depósitos que contam; negativo é devido';
comment on column dashboard.vw_stock_day.estoque_reservado is 'Reservado; nunca somado ao disponível';
comment on column dashboard.vw_stock_day.estoque_transito is 'A caminho; só para compras';
comment on column dashboard.vw_stock_day.estoque_disponivel is 'Próprio + Full; vazio quando uma das partes não foi lida';
comment on column dashboard.vw_stock_day.motivo_disponivel is 'Por que o estoque disponível é vazio';
comment on column dashboard.vw_stock_day.valor_estoque is 'Estoque disponível × custo em vigor no dia; 0 quando não há unidades';
comment on column dashboard.vw_stock_day.motivo_valor is 'Por que o valor é vazio quando o estoque é conhecido';
comment on column dashboard.vw_stock_day.capturado_em is 'Quando a foto foi tirada';

drop view dashboard.vw_stock_client_day;

create view dashboard.vw_stock_client_day with (security_invoker = true) as
-- Metabase reads this: the account's stock at the closing of the day; what SKUs share is counted here only once.
select
    client_id, dia, estoque_full, estoque_full_indisponivel,
    coalesce((
        select string_agg(causa.key || ': ' || causa.value, ', ' order by causa.key)
        from jsonb_each_text(indisponivel_por_motivo) as causa
    ), 'nenhum') as indisponivel_por_motivo,
    full_lido, estoque_anunciado,
    estoque_proprio, estoque_reservado, estoque_transito, estoque_disponivel, motivo_disponivel,
    valor_estoque, estoque_avaliado, estoque_presente, capturado_em
from dashboard.fact_stock_client_day;

comment on column dashboard.vw_stock_client_day.client_id is 'Cliente';
comment on column dashboard.vw_stock_client_day.dia is 'Dia de negócio (America/Sao_Paulo)';
comment on column dashboard.vw_stock_client_day.estoque_full is 'Disponível no Full, cada inventário uma vez';
comment on column dashboard.vw_stock_client_day.estoque_full_indisponivel is 'Não disponível no Full';
comment on column dashboard.vw_stock_client_day.estoque_anunciado is 'Quantidade anunciada, cada estoque compartilhado uma vez';
comment on column dashboard.vw_stock_client_day.indisponivel_por_motivo is 'Não disponível no Full: motivo e unidades, em texto; vazio sem inventário Full';
comment on column dashboard.vw_stock_client_day.full_lido is 'Se o estoque do Mercado Livre foi fotografado';
comment on column dashboard.vw_stock_client_day.estoque_proprio is 'Disponível de todos os produtos nos depósitos que contam; negativo é devido';
comment on column dashboard.vw_stock_client_day.estoque_reservado is 'Reservado; nunca somado ao disponível';
comment on column dashboard.vw_stock_client_day.estoque_transito is 'A caminho; só para compras';
comment on column dashboard.vw_stock_client_day.estoque_disponivel is 'Próprio + Full; vazio quando uma das partes não foi lida';
comment on column dashboard.vw_stock_client_day.motivo_disponivel is 'Por que o estoque disponível é vazio';
comment on column dashboard.vw_stock_client_day.valor_estoque is 'Σ valor dos SKUs com custo conhecido';
comment on column dashboard.vw_stock_client_day.estoque_avaliado is 'Unidades em estoque com custo conhecido: numerador da cobertura do valor';
comment on column dashboard.vw_stock_client_day.estoque_presente is 'Unidades em estoque, sem descontar as devidas: denominador da cobertura do valor';
comment on column dashboard.vw_stock_client_day.capturado_em is 'Quando a foto foi tirada';

grant select on dashboard.vw_stock_day, dashboard.vw_stock_client_day, dashboard._metabase_metadata to viang_reader;
create policy agency on dashboard._metabase_metadata for select to viang_reader using (true);
