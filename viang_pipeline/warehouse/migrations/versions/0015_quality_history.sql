-- What the log and the lines tell already, so that nothing has to be read or built again.
insert into dashboard.order_reads
    (client_id, source, lido_em, filtro, janela_inicio, janela_fim, anunciados, guardados)
select
    client_id,
    source,
    min(iniciado_em) over (partition by client_id, run_id),
    detail ->> 'filtro',
    janela_inicio,
    janela_fim,
    (detail ->> 'anunciados')::bigint,
    (detail ->> 'coletados')::bigint - (
        linhas_lidas - linhas_escritas - linhas_inalteradas - (detail ->> 'antes_do_historico')::bigint
    )
from dashboard.updates_log
where source = 'mercado_livre' and resource = 'orders' and status = 'success'
on conflict do nothing;

insert into dashboard.fact_quarantine_day
    (client_id, dia, motivo, registros, valor, versao_metrica, run_id, calculado_em)
select
    client_id, dia, motivo, count(distinct order_id), case when motivo <> 'moeda' then sum(valor) end,
    max(versao_metrica), max(run_id), max(calculado_em)
from dashboard.fact_order_line
where situacao = 'quarentena' or motivo = 'invalido'
group by client_id, dia, motivo;

-- Reasons of the photos taken so far come with the next run: only their days are built again.
update dashboard.day_state as estado set linhas_rev = linhas_rev + 1
where exists (
    select from dashboard.fact_stock_sku_day as foto
    where foto.client_id = estado.client_id and foto.dia = estado.dia and foto.estoque_full is not null
);
