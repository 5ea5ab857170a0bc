-- Lines of sales with what their returns cost, and whether they are in the margin: covered, and of Mercado Livre only once
-- its claims were read (kpis.md §5.5, D14). Other channels tell of no returns.
reclamacoes_lidas as materialized (
    select dia, true as lido from dashboard.source_reads
    where client_id = %(client_id)s and source = 'mercado_livre' and resource = 'claims' and completo
      and dia = any(%(dias)s)
),
devolucoes_das_linhas as materialized (
    select order_id, line_no, coalesce(sum(custo_devolucao), 0) as custo, bool_or(not custo_lido) as nao_lida
    from dashboard.fact_claim_line
    where client_id = %(client_id)s and dia_venda = any(%(dias)s)
    group by order_id, line_no
),
linhas_com_devolucao as (
    select
        linha.*,
        coalesce(devolucao.custo, 0) as devolucao,
        leitura.devolucao_lida,
        linha.coberta and leitura.devolucao_lida as na_margem
    from linhas as linha
    left join devolucoes_das_linhas as devolucao using (order_id, line_no)
    left join reclamacoes_lidas as lida using (dia)
    cross join lateral (
        select linha.canal <> 'mercado_livre' or lida.lido and not coalesce(devolucao.nao_lida, false) as devolucao_lida
    ) as leitura
    where linha.situacao in ('valida', 'cancelada')
)
