drop view dashboard.vw_sku_portfolio;
drop view dashboard.vw_stock_day;
drop view dashboard.vw_stock_client_day;
drop view dashboard.vw_sku_day;
drop view dashboard.vw_client_day;

create view dashboard.vw_sku_portfolio with (security_invoker = true) as
-- Metabase reads this: how each SKU stands now. The columns are those of the table.
select * from dashboard.sku_portfolio;

comment on column dashboard.vw_sku_portfolio.client_id is 'Cliente';
comment on column dashboard.vw_sku_portfolio.sku is 'SKU, ou __SEM_SKU__:anúncio';
comment on column dashboard.vw_sku_portfolio.dia is 'Último dia da janela: o mais novo dia completo do cliente';
comment on column dashboard.vw_sku_portfolio.unidades_30d is 'Unidades válidas dos últimos 30 dias';
comment on column dashboard.vw_sku_portfolio.unidades_60d_antes is 'Unidades válidas dos 60 dias antes desses';
comment on column dashboard.vw_sku_portfolio.faturamento_90d is 'Faturamento dos 90 dias';
comment on column dashboard.vw_sku_portfolio.dias_calculados_30d is 'Dos últimos 30 dias, quantos têm números';
comment on column dashboard.vw_sku_portfolio.dias_calculados_90d is 'Dos 90 dias, quantos têm números';
comment on column dashboard.vw_sku_portfolio.vmd_30 is 'Venda média diária 30 d: unidades dos últimos 30 dias completos ÷ 30.';
comment on column dashboard.vw_sku_portfolio.curva_abc is 'Curva ABC: 90 dias completos, SKUs por faturamento; participação acumulada antes do SKU < 80 % A, < 95 % B, senão C. O SKU que cruza o limite fica na classe de cima.';
comment on column dashboard.vw_sku_portfolio.tendencia is 'Tendência: (unidades 30 dias ÷ 30) ÷ (unidades dos 60 dias antes ÷ 60); crescente ≥ 1,25, decrescente ≤ 0,75. As janelas não se sobrepõem.';
comment on column dashboard.vw_sku_portfolio.estoque_disponivel is 'Estoque disponível na foto mais nova; vazio quando desconhecido';
comment on column dashboard.vw_sku_portfolio.estoque_dia is 'Dia da foto, de no máximo uma semana; vazio sem foto';
comment on column dashboard.vw_sku_portfolio.demanda_30d is 'Unidades que saíram nos últimos 30 dias, também dentro de kits';
comment on column dashboard.vw_sku_portfolio.dias_com_estoque is 'Dos últimos 30 dias, quantos tinham estoque';
comment on column dashboard.vw_sku_portfolio.dias_sem_estoque is 'Dos últimos 30 dias, quantos não tinham; o resto não se sabe';
comment on column dashboard.vw_sku_portfolio.vmd_30_ajustada is 'VMD ajustada por ruptura: unidades dos últimos 30 dias ÷ dias com estoque. Segunda leitura do ritmo: nunca misturar com a VMD.';
comment on column dashboard.vw_sku_portfolio.cobertura_dias is 'Cobertura de estoque: estoque disponível ÷ venda média diária, com o que saiu em kits. Mercadoria devida não cobre nada.';
comment on column dashboard.vw_sku_portfolio.em_ruptura is 'Em ruptura: estoque disponível ≤ 0 e houve venda em 30 dias, ou o anúncio foi pausado por falta de estoque. Anúncio pausado pelo vendedor não é ruptura.';
comment on column dashboard.vw_sku_portfolio.estado_estoque is 'Estado de estoque: RUPTURA sem estoque; pela cobertura: COMPRA_URGENTE até o prazo, COMPRAR_EM_BREVE até prazo + segurança, COBERTURA_BAIXA abaixo disso + alvo, EXCESSO acima do teto, senão ADEQUADA. Sem teto informado, EXCESSO nunca é afirmado.';
comment on column dashboard.vw_sku_portfolio.venda_perdida_est is 'Venda perdida estimada: VMD ajustada × preço médio × dias sem estoque, dos últimos 30 dias. Supõe que os dias sem estoque venderiam como os outros.';
comment on column dashboard.vw_sku_portfolio.faltantes is 'Por que algo não é afirmado: códigos';
comment on column dashboard.vw_sku_portfolio.versao_metrica is 'Versão das definições usadas';
comment on column dashboard.vw_sku_portfolio.run_id is 'Execução que gravou a linha pela última vez';
comment on column dashboard.vw_sku_portfolio.calculado_em is 'Quando a linha mudou pela última vez';

create view dashboard.vw_client_month with (security_invoker = true) as
-- Metabase reads this: calendar months all of whose orders were read, as sums of their days, and what only a month has:
-- fixed expenses, Full's costs and the operating profit (kpis.md §5.2, §5.5). A figure that is never partial on a day is
-- not partial here; the others come with their coverage.
with leituras as (
    select
        client_id,
        date_trunc('month', dia)::date as mes,
        count(*) filter (where source = 'mercado_livre' and resource = 'orders') as dias_pedidos,
        count(*) filter (where source = 'mercado_livre' and resource = 'ads') as dias_ads,
        count(*) filter (where source = 'bling' and resource = 'payables') as dias_contas
    from dashboard.source_reads
    where completo
    group by 1, 2
),
dias as (
    select
        client_id,
        date_trunc('month', dia)::date as mes,
        sum(vendas_brutas) as vendas_brutas,
        sum(faturamento) as faturamento,
        sum(valor_cancelado) as valor_cancelado,
        sum(reembolsos) as reembolsos,
        sum(faturamento_liquido) as faturamento_liquido,
        sum(unidades)::bigint as unidades,
        sum(comissao) as comissao,
        sum(frete_vendedor) as frete_vendedor,
        case when bool_and(custo_envio_proprio is not null) then sum(custo_envio_proprio) end as custo_envio_proprio,
        sum(repasse_estimado) as repasse_estimado,
        case when bool_and(imposto is not null) then sum(imposto) end as imposto,
        sum(cmv) as cmv,
        sum(lucro_bruto) as lucro_bruto,
        case when bool_and(custo_devolucao is not null) then sum(custo_devolucao) end as custo_devolucao,
        sum(outros_variaveis) as outros_variaveis,
        sum(faturamento_coberto) as faturamento_coberto,
        sum(mc_pre_ads) as mc_pre_ads,
        bool_and(ads_na_margem is not null) as ads_lidos,
        sum(ads_investimento) as ads_investimento,
        sum(ads_receita) as ads_receita,
        sum(ads_na_margem) as ads_na_margem,
        sum(mc) as mc,
        sum(faturamento_com_comissao) as faturamento_com_comissao,
        sum(faturamento_com_frete) as faturamento_com_frete,
        sum(faturamento_com_custo) as faturamento_com_custo,
        bool_and(maturidade_vendas = 'final' and maturidade_ads = 'final' and maturidade_devolucoes = 'final') as final
    from dashboard.agg_client_day
    group by 1, 2
),
contas as (
    select
        client_id,
        mes,
        coalesce(sum(valor) filter (where fixa), 0) as fixas,
        bool_or(contas_nao_lidas > 0 and fixa is distinct from false) as nao_lidas,
        bool_or(categoria = '' and contas > contas_nao_lidas) as sem_categoria,
        bool_or(categoria <> '' and fixa is null) as nao_informadas
    from dashboard.fact_expense_month
    group by 1, 2
),
faturas as (
    select
        client_id,
        periodo as mes,
        coalesce(sum(cobranca_mensal) filter (where custo_do_vendedor and significado like 'full\_%'), 0) as custos_full,
        bool_and(fechado) as fechado
    from dashboard.billing_period
    group by 1, 2
),
meses as (
    select
        dias.*,
        dias.ads_lidos and leituras.dias_ads = calendario.dias as com_ads,
        case
            when leituras.dias_contas < calendario.dias then 'contas_a_pagar_nao_lidas'
            when contas.mes is null then 'sem_contas_a_pagar'
            when contas.nao_lidas then 'contas_sem_competencia'
            when contas.sem_categoria then 'contas_sem_categoria'
            when contas.nao_informadas then 'categorias_nao_informadas'
        end as falta_de_despesas,
        contas.fixas,
        faturas.custos_full,
        coalesce(dias.final and faturas.fechado, false) as fechado
    from dias
    join leituras using (client_id, mes)
    cross join lateral (select extract(day from dias.mes + interval '1 month - 1 day') as dias) as calendario
    left join contas using (client_id, mes)
    left join faturas using (client_id, mes)
    where leituras.dias_pedidos = calendario.dias
),
completos as (
    select
        meses.*,
        case when falta_de_despesas is null then fixas end as despesas_fixas,
        array_remove(array[
            case when not com_ads then 'ads_nao_lidos' end,
            case when faturamento_coberto >= 0.95 * faturamento and faturamento > 0 then null else 'cobertura_insuficiente' end,
            falta_de_despesas,
            case when custos_full is null then 'faturas_nao_lidas' end
        ], null) as faltantes
    from meses
)
select
    client_id,
    mes,
    vendas_brutas,
    faturamento,
    valor_cancelado,
    reembolsos,
    faturamento_liquido,
    unidades,
    comissao,
    round(faturamento_com_comissao / nullif(faturamento, 0), 6) as comissao_cobertura,
    round(comissao / nullif(faturamento_com_comissao, 0), 6) as comissao_pct,
    frete_vendedor,
    round(faturamento_com_frete / nullif(faturamento, 0), 6) as frete_vendedor_cobertura,
    custo_envio_proprio,
    repasse_estimado,
    imposto,
    cmv,
    round(faturamento_com_custo / nullif(faturamento, 0), 6) as cmv_cobertura,
    lucro_bruto,
    custo_devolucao,
    outros_variaveis,
    faturamento_coberto,
    round(faturamento_coberto / nullif(faturamento, 0), 6) as mc_cobertura,
    mc_pre_ads,
    case when com_ads then ads_investimento end as ads_investimento,
    case when com_ads then ads_na_margem end as ads_na_margem,
    case when com_ads then round(ads_investimento / nullif(ads_receita, 0), 6) end as acos,
    case when com_ads then round(ads_investimento / nullif(faturamento, 0), 6) end as tacos,
    case when com_ads then mc end as mc,
    case when com_ads then round(mc / nullif(faturamento_coberto, 0), 6) end as mc_pct,
    despesas_fixas,
    custos_full,
    case when faltantes = '{}' then mc - despesas_fixas - custos_full end as lucro,
    faltantes,
    case when fechado then 'final' else 'preliminar' end as maturidade
from completos;

comment on column dashboard.vw_client_month.client_id is 'Cliente';
comment on column dashboard.vw_client_month.mes is 'Mês civil completo: seu primeiro dia';
comment on column dashboard.vw_client_month.vendas_brutas is 'Vendas brutas (GMV): Σ preço unitário × quantidade, cancelados incluídos. Nunca é igual ao valor recebido; não inclui frete pago pelo comprador.';
comment on column dashboard.vw_client_month.faturamento is 'Faturamento (bruto válido): Σ preço unitário × quantidade das vendas válidas. Descontos pagos pelo vendedor já estão dentro do preço.';
comment on column dashboard.vw_client_month.valor_cancelado is 'Valor cancelado: Σ preço unitário × quantidade dos pedidos cancelados. Valor pedido, não dinheiro devolvido.';
comment on column dashboard.vw_client_month.reembolsos is 'Reembolsos (por data da venda): Σ valor reembolsado dos pagamentos de pedidos válidos. Não inclui o estorno de pedidos cancelados, que já saíram do faturamento.';
comment on column dashboard.vw_client_month.faturamento_liquido is 'Faturamento líquido de devoluções: faturamento − reembolsos. Líquido de devoluções, não de tarifas nem de impostos.';
comment on column dashboard.vw_client_month.unidades is 'Unidades vendidas: Σ quantidade das vendas válidas. Um kit é 1 unidade do kit.';
comment on column dashboard.vw_client_month.comissao is 'Tarifa de venda (comissão): Σ tarifa unitária × quantidade das vendas válidas.';
comment on column dashboard.vw_client_month.comissao_cobertura is 'Cobertura da comissão: faturamento das linhas com tarifa ÷ faturamento.';
comment on column dashboard.vw_client_month.comissao_pct is 'Comissão sobre faturamento: comissao ÷ faturamento das linhas com tarifa. Faixa plausível: 8 % a 22 %.';
comment on column dashboard.vw_client_month.frete_vendedor is 'Frete pago pelo vendedor: custo do remetente, uma vez por envio, rateado pelas linhas do envio.';
comment on column dashboard.vw_client_month.frete_vendedor_cobertura is 'Cobertura do frete: faturamento das linhas com frete observado ÷ faturamento.';
comment on column dashboard.vw_client_month.custo_envio_proprio is 'Custo Flex / envio próprio: custo informado por envio próprio, uma vez por envio, rateado pelas linhas do envio.';
comment on column dashboard.vw_client_month.repasse_estimado is 'Repasse estimado: faturamento − comissao − frete_vendedor, nas linhas em que os dois são conhecidos. Não desconta parcelamento, impostos, reembolsos posteriores nem Ads.';
comment on column dashboard.vw_client_month.imposto is 'Imposto estimado: Σ base da linha × alíquota em vigor no dia da venda. Base: valor da venda, sem descontar a comissão, mais o frete da nota se o cliente assim informou.';
comment on column dashboard.vw_client_month.cmv is 'Custo da mercadoria vendida: Σ quantidade × custo por unidade em vigor no dia da venda. Kit: a soma dos componentes. Custo zero é desconhecido, se não foi confirmado.';
comment on column dashboard.vw_client_month.cmv_cobertura is 'Cobertura de custo: faturamento das linhas com custo conhecido ÷ faturamento.';
comment on column dashboard.vw_client_month.lucro_bruto is 'Lucro bruto: faturamento das linhas com custo conhecido − CMV. Antes de comissão, frete, imposto e Ads.';
comment on column dashboard.vw_client_month.custo_devolucao is 'Custo de devoluções: frete de devolução cobrado + frete e envio próprio de pedidos cancelados depois do envio. Pela data da venda; não inclui o custo de unidades perdidas.';
comment on column dashboard.vw_client_month.outros_variaveis is 'Embalagem e outros custos variáveis das vendas válidas; o não informado conta como 0';
comment on column dashboard.vw_client_month.faturamento_coberto is 'Faturamento coberto: Σ valor das linhas com tarifa, frete, custo, imposto, envio próprio e devoluções conhecidos.';
comment on column dashboard.vw_client_month.mc_cobertura is 'Cobertura da margem: faturamento coberto ÷ faturamento. Abaixo de 80 %, a margem diz pouco.';
comment on column dashboard.vw_client_month.mc_pre_ads is 'Margem de contribuição antes de Ads (R$): nas linhas cobertas: faturamento − comissão − frete − envio próprio − CMV − imposto − custo de devoluções − outros variáveis. Leia com a cobertura ao lado. Sem vendas válidas, é menos o custo de devoluções.';
comment on column dashboard.vw_client_month.ads_investimento is 'Investimento em Ads: Σ custo dos grupos de anúncios, sem repetições. O gasto de um anúncio com vários SKUs é rateado pelo faturamento de cada um.';
comment on column dashboard.vw_client_month.ads_na_margem is 'Ads atribuído à margem: SKU: investimento × faturamento coberto ÷ faturamento, ou todo ele sem vendas; cliente: Σ SKUs + não alocável.';
comment on column dashboard.vw_client_month.acos is 'ACOS: investimento em Ads ÷ receita de Ads.';
comment on column dashboard.vw_client_month.tacos is 'TACOS: investimento em Ads ÷ faturamento. Sobre todas as vendas válidas, orgânicas incluídas.';
comment on column dashboard.vw_client_month.mc is 'Margem de contribuição (R$): margem antes de Ads − Ads atribuído à margem. Não é lucro: despesas fixas ficam fora.';
comment on column dashboard.vw_client_month.mc_pct is 'Margem de contribuição (%): margem de contribuição ÷ faturamento coberto. Compara-se em pontos percentuais.';
comment on column dashboard.vw_client_month.despesas_fixas is 'Despesas fixas: Σ contas a pagar das categorias fixas, pela competência. Por competência: não é o que venceu nem o que foi pago no mês.';
comment on column dashboard.vw_client_month.custos_full is 'Custos do Full do período de faturamento com a chave do mês, que não é o mês civil; vazio sem fatura';
comment on column dashboard.vw_client_month.lucro is 'Lucro operacional estimado: Σ margem de contribuição − despesas fixas − custos do Full. Só por mês completo; o Full é o do período de faturamento com a chave do mês, que não é o mês civil.';
comment on column dashboard.vw_client_month.faltantes is 'Por que o lucro é vazio: códigos';
comment on column dashboard.vw_client_month.maturidade is 'preliminar, ou final quando vendas, Ads e devoluções de todos os dias e a fatura são finais';

create view dashboard.vw_client_stock with (security_invoker = true) as
-- Metabase reads this: what the stock of a day is worth and how often SKUs that sell were without it (kpis.md §5.8). A SKU
-- is active on a day when it was sold in the 90 days up to it; the rate is over the 30 days up to the day.
with skus as (
    select
        client_id,
        dia,
        estoque_disponivel,
        max(dia) filter (where unidades > 0) over (partition by client_id, sku order by dia) as ultima_venda
    from dashboard.fact_sku_day
),
dias as (
    select
        client_id,
        dia,
        count(*) as skus_ativos,
        count(*) filter (where estoque_disponivel <= 0) as skus_em_ruptura
    from skus
    where estoque_disponivel is not null and ultima_venda > dia - 90
    group by client_id, dia
),
janelas as (
    select
        client_id,
        dia,
        skus_ativos,
        skus_em_ruptura,
        sum(skus_ativos) over ultimos_30 as dias_ativos,
        sum(skus_em_ruptura) over ultimos_30 as dias_em_ruptura
    from dias
    window ultimos_30 as (partition by client_id order by dia range between interval '29 days' preceding and current row)
)
select
    client_id,
    base.dia,
    base.estoque_disponivel,
    base.valor_estoque,
    base.estoque_avaliado,
    base.estoque_presente,
    round(base.estoque_avaliado::numeric / nullif(base.estoque_presente, 0), 6) as valor_estoque_cobertura,
    janelas.skus_ativos,
    janelas.skus_em_ruptura,
    janelas.dias_ativos,
    janelas.dias_em_ruptura,
    round(janelas.dias_em_ruptura / nullif(janelas.dias_ativos, 0), 6) as taxa_ruptura
from dashboard.agg_client_day as base
left join janelas using (client_id, dia)
where base.estoque_disponivel is not null;

comment on column dashboard.vw_client_stock.client_id is 'Cliente';
comment on column dashboard.vw_client_stock.dia is 'Dia cujo fechamento foi fotografado';
comment on column dashboard.vw_client_stock.estoque_disponivel is 'Estoque disponível total: estoque próprio + Full. Fechamento do dia; nunca somar entre dias.';
comment on column dashboard.vw_client_stock.valor_estoque is 'Valor do estoque (custo): Σ estoque disponível × custo por unidade em vigor no dia. Fechamento do dia; nunca somar entre dias. Mercadoria devida não tem valor.';
comment on column dashboard.vw_client_stock.estoque_avaliado is 'Unidades em estoque com custo conhecido: numerador da cobertura do valor';
comment on column dashboard.vw_client_stock.estoque_presente is 'Unidades em estoque, sem descontar as devidas: denominador da cobertura do valor';
comment on column dashboard.vw_client_stock.valor_estoque_cobertura is 'Cobertura do valor do estoque: unidades em estoque com custo conhecido ÷ unidades em estoque.';
comment on column dashboard.vw_client_stock.skus_ativos is 'SKUs vendidos nos 90 dias até o dia cujo estoque é conhecido';
comment on column dashboard.vw_client_stock.skus_em_ruptura is 'Desses, os que estavam sem estoque no dia';
comment on column dashboard.vw_client_stock.dias_ativos is 'Σ SKUs ativos dos 30 dias até o dia: denominador da taxa de ruptura';
comment on column dashboard.vw_client_stock.dias_em_ruptura is 'Σ SKUs ativos sem estoque dos 30 dias até o dia: numerador da taxa de ruptura';
comment on column dashboard.vw_client_stock.taxa_ruptura is 'Taxa de ruptura: dias de SKUs sem estoque ÷ dias de SKUs ativos.';

create view dashboard.vw_stock_day with (security_invoker = true) as
-- Metabase reads this: stock per SKU at the closing of the day, and why what lies in Full cannot be sold (kpis.md §5.8).
select
    client_id, dia, sku, estoque_full, estoque_full_indisponivel, indisponivel_por_motivo, estoque_anunciado, motivo,
    estoque_proprio, estoque_reservado, estoque_transito, estoque_disponivel, motivo_disponivel,
    valor_estoque, motivo_valor, capturado_em
from dashboard.fact_stock_sku_day;

comment on column dashboard.vw_stock_day.client_id is 'Cliente';
comment on column dashboard.vw_stock_day.dia is 'Dia de negócio (America/Sao_Paulo)';
comment on column dashboard.vw_stock_day.sku is 'SKU, ou __SEM_SKU__:anúncio';
comment on column dashboard.vw_stock_day.estoque_full is 'Disponível no Full; vazio sem inventário Full';
comment on column dashboard.vw_stock_day.estoque_full_indisponivel is 'Não disponível no Full';
comment on column dashboard.vw_stock_day.indisponivel_por_motivo is 'Não disponível no Full, por motivo; vazio sem inventário Full';
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

create view dashboard.vw_stock_client_day with (security_invoker = true) as
-- Metabase reads this: the account's stock at the closing of the day; what SKUs share is counted here only once.
select
    client_id, dia, estoque_full, estoque_full_indisponivel, indisponivel_por_motivo, full_lido, estoque_anunciado,
    estoque_proprio, estoque_reservado, estoque_transito, estoque_disponivel, motivo_disponivel,
    valor_estoque, estoque_avaliado, estoque_presente, capturado_em
from dashboard.fact_stock_client_day;

comment on column dashboard.vw_stock_client_day.client_id is 'Cliente';
comment on column dashboard.vw_stock_client_day.dia is 'Dia de negócio (America/Sao_Paulo)';
comment on column dashboard.vw_stock_client_day.estoque_full is 'Disponível no Full, cada inventário uma vez';
comment on column dashboard.vw_stock_client_day.estoque_full_indisponivel is 'Não disponível no Full';
comment on column dashboard.vw_stock_client_day.estoque_anunciado is 'Quantidade anunciada, cada estoque compartilhado uma vez';
comment on column dashboard.vw_stock_client_day.indisponivel_por_motivo is 'Não disponível no Full, por motivo';
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

create view dashboard.vw_sku_day with (security_invoker = true) as
-- Metabase reads this: the table and every ratio, each from sums of the same covered lines (kpis.md R5, R6).
select
    base.*,
    round(base.faturamento / nullif(base.compras, 0), 2) as ticket_medio,
    round(base.faturamento / nullif(base.pedidos, 0), 2) as ticket_medio_pedido,
    round(base.faturamento / nullif(base.unidades, 0), 2) as preco_medio,
    round(base.comissao / nullif(base.faturamento_com_comissao, 0), 6) as comissao_pct,
    round(base.faturamento_com_comissao / nullif(base.faturamento, 0), 6) as comissao_cobertura,
    round(base.faturamento_com_frete / nullif(base.faturamento, 0), 6) as frete_vendedor_cobertura,
    round(base.faturamento_com_repasse / nullif(base.faturamento, 0), 6) as repasse_estimado_cobertura,
    round(base.faturamento_com_tarifa_faturada / nullif(base.faturamento, 0), 6) as comissao_faturada_cobertura,
    round(base.faturamento_com_custo / nullif(base.faturamento, 0), 6) as cmv_cobertura,
    round(base.faturamento_coberto / nullif(base.faturamento, 0), 6) as mc_cobertura,
    round(base.mc / nullif(base.faturamento_coberto, 0), 6) as mc_pct,
    round(base.mc_pre_ads / nullif(base.faturamento_coberto, 0), 6) as acos_equilibrio,
    case when base.mc_pre_ads > 0 then round(base.faturamento_coberto / base.mc_pre_ads, 6) end as roas_equilibrio,
    round(base.pedidos_cancelados::numeric / nullif(base.pedidos_cancelados + base.pedidos, 0), 6) as taxa_cancelamento,
    round(base.pedidos_cancelados_pre::numeric / nullif(base.pedidos_cancelados + base.pedidos, 0), 6)
        as taxa_cancelamento_pre,
    case
        when base.dia < (now() at time zone 'America/Sao_Paulo')::date - 30
            then round(base.devolucoes::numeric / nullif(base.pedidos, 0), 6)
    end as taxa_devolucao,
    round(base.ads_cliques::numeric / nullif(base.ads_impressoes, 0), 6) as ads_ctr,
    round(base.ads_investimento / nullif(base.ads_cliques, 0), 2) as ads_cpc,
    round(base.ads_investimento / nullif(base.ads_receita, 0), 6) as acos,
    round(base.ads_receita / nullif(base.ads_investimento, 0), 6) as roas,
    round(base.ads_investimento / nullif(base.faturamento, 0), 6) as tacos,
    round(base.ads_unidades::numeric / nullif(base.ads_cliques, 0), 6) as ads_cvr,
    round(base.ads_investimento / nullif(base.ads_unidades, 0), 2) as ads_cpa,
    round(base.pedidos_com_visita::numeric / nullif(base.visitas, 0), 6) as conversao
from dashboard.fact_sku_day as base;

comment on column dashboard.vw_sku_day.client_id is 'Cliente';
comment on column dashboard.vw_sku_day.dia is 'Dia de negócio (America/Sao_Paulo)';
comment on column dashboard.vw_sku_day.sku is 'SKU, ou __SEM_SKU__:anúncio';
comment on column dashboard.vw_sku_day.vendas_brutas is 'Vendas brutas (GMV): Σ preço unitário × quantidade, cancelados incluídos. Nunca é igual ao valor recebido; não inclui frete pago pelo comprador.';
comment on column dashboard.vw_sku_day.faturamento is 'Faturamento (bruto válido): Σ preço unitário × quantidade das vendas válidas. Descontos pagos pelo vendedor já estão dentro do preço.';
comment on column dashboard.vw_sku_day.valor_cancelado is 'Valor cancelado: Σ preço unitário × quantidade dos pedidos cancelados. Valor pedido, não dinheiro devolvido.';
comment on column dashboard.vw_sku_day.valor_cancelado_pre is 'Cancelado antes do envio: parte do valor cancelado cujo envio não tinha saído.';
comment on column dashboard.vw_sku_day.valor_devolvido is 'Devolvido (estorno total após envio): parte do valor cancelado cujo envio já tinha saído.';
comment on column dashboard.vw_sku_day.reembolsos is 'Reembolsos (por data da venda): Σ valor reembolsado dos pagamentos de pedidos válidos. Não inclui o estorno de pedidos cancelados, que já saíram do faturamento.';
comment on column dashboard.vw_sku_day.reembolsos_no_dia is 'Reembolsos (por data do reembolso): Σ valor reembolsado no dia, cancelados incluídos. Visão de caixa.';
comment on column dashboard.vw_sku_day.faturamento_liquido is 'Faturamento líquido de devoluções: faturamento − reembolsos. Líquido de devoluções, não de tarifas nem de impostos.';
comment on column dashboard.vw_sku_day.pedidos_brutos is 'Vendas (quantidade, bruta): pedidos distintos, cancelados incluídos.';
comment on column dashboard.vw_sku_day.pedidos is 'Pedidos válidos: pedidos válidos distintos.';
comment on column dashboard.vw_sku_day.pedidos_cancelados is 'Pedidos cancelados: pedidos cancelados distintos.';
comment on column dashboard.vw_sku_day.compras is 'Compras (carrinhos): carrinhos distintos de pedidos válidos. Somar por SKU superestima: um carrinho pode ter vários SKUs.';
comment on column dashboard.vw_sku_day.unidades is 'Unidades vendidas: Σ quantidade das vendas válidas. Um kit é 1 unidade do kit.';
comment on column dashboard.vw_sku_day.unidades_brutas is 'Unidades (brutas): Σ quantidade, cancelados incluídos.';
comment on column dashboard.vw_sku_day.comissao is 'Tarifa de venda (comissão): Σ tarifa unitária × quantidade das vendas válidas.';
comment on column dashboard.vw_sku_day.frete_vendedor is 'Frete pago pelo vendedor: custo do remetente, uma vez por envio, rateado pelas linhas do envio.';
comment on column dashboard.vw_sku_day.custo_envio_proprio is 'Custo Flex / envio próprio: custo informado por envio próprio, uma vez por envio, rateado pelas linhas do envio.';
comment on column dashboard.vw_sku_day.repasse_estimado is 'Repasse estimado: faturamento − comissao − frete_vendedor, nas linhas em que os dois são conhecidos. Não desconta parcelamento, impostos, reembolsos posteriores nem Ads.';
comment on column dashboard.vw_sku_day.imposto is 'Imposto estimado: Σ base da linha × alíquota em vigor no dia da venda. Base: valor da venda, sem descontar a comissão, mais o frete da nota se o cliente assim informou.';
comment on column dashboard.vw_sku_day.cmv is 'Custo da mercadoria vendida: Σ quantidade × custo por unidade em vigor no dia da venda. Kit: a soma dos componentes. Custo zero é desconhecido, se não foi confirmado.';
comment on column dashboard.vw_sku_day.lucro_bruto is 'Lucro bruto: faturamento das linhas com custo conhecido − CMV. Antes de comissão, frete, imposto e Ads.';
comment on column dashboard.vw_sku_day.faturamento_coberto is 'Faturamento coberto: Σ valor das linhas com tarifa, frete, custo, imposto, envio próprio e devoluções conhecidos.';
comment on column dashboard.vw_sku_day.mc_pre_ads is 'Margem de contribuição antes de Ads (R$): nas linhas cobertas: faturamento − comissão − frete − envio próprio − CMV − imposto − custo de devoluções − outros variáveis. Leia com a cobertura ao lado. Sem vendas válidas, é menos o custo de devoluções.';
comment on column dashboard.vw_sku_day.ads_na_margem is 'Ads atribuído à margem: SKU: investimento × faturamento coberto ÷ faturamento, ou todo ele sem vendas; cliente: Σ SKUs + não alocável.';
comment on column dashboard.vw_sku_day.mc is 'Margem de contribuição (R$): margem antes de Ads − Ads atribuído à margem. Não é lucro: despesas fixas ficam fora.';
comment on column dashboard.vw_sku_day.devolucoes is 'Devoluções abertas (por data da venda): reclamações com devolução, pela data da venda. Devolução não é reembolso nem cancelamento.';
comment on column dashboard.vw_sku_day.devolucoes_no_dia is 'Devoluções abertas no dia: reclamações com devolução, pela data de abertura da devolução.';
comment on column dashboard.vw_sku_day.unidades_devolvidas is 'Unidades devolvidas (recebidas): Σ unidades de devoluções recebidas. Pela data da venda.';
comment on column dashboard.vw_sku_day.reclamacoes is 'Reclamações abertas: reclamações pela data de abertura.';
comment on column dashboard.vw_sku_day.mediacoes is 'Mediações: reclamações em disputa, pela data de abertura. Reclamação comum não é mediação.';
comment on column dashboard.vw_sku_day.custo_devolucao is 'Custo de devoluções: frete de devolução cobrado + frete e envio próprio de pedidos cancelados depois do envio. Pela data da venda; não inclui o custo de unidades perdidas.';
comment on column dashboard.vw_sku_day.ads_investimento is 'Investimento em Ads: Σ custo dos grupos de anúncios, sem repetições. O gasto de um anúncio com vários SKUs é rateado pelo faturamento de cada um.';
comment on column dashboard.vw_sku_day.ads_impressoes is 'Impressões: Σ impressões.';
comment on column dashboard.vw_sku_day.ads_cliques is 'Cliques: Σ cliques.';
comment on column dashboard.vw_sku_day.ads_receita_direta is 'Receita direta de Ads: Σ vendas do próprio produto clicado. Atribuição da plataforma: cresce por até 14 dias.';
comment on column dashboard.vw_sku_day.ads_receita_assistida is 'Receita assistida: Σ vendas de outro produto depois do clique. Pertence ao produto clicado, não ao vendido.';
comment on column dashboard.vw_sku_day.ads_receita is 'Receita de Ads: receita direta + receita assistida. Atribuição da plataforma: cresce por até 14 dias.';
comment on column dashboard.vw_sku_day.ads_unidades is 'Unidades por Ads: Σ unidades atribuídas a Ads.';
comment on column dashboard.vw_sku_day.visitas is 'Visitas: visitas únicas por dia: do SKU, Σ dos anúncios só dele; do cliente, a série da conta. A soma dos SKUs não é a visita do cliente.';
comment on column dashboard.vw_sku_day.visitas_dias_observados is 'Dias com visita observada: 1 quando a visita do dia foi observada.';
comment on column dashboard.vw_sku_day.estoque_full is 'Estoque Full disponível: Σ disponível por código de inventário, cada um uma vez. Fechamento do dia; nunca somar entre dias.';
comment on column dashboard.vw_sku_day.estoque_full_indisponivel is 'Full indisponível: Σ não disponível: avariado, perdido, em retirada, em transferência.';
comment on column dashboard.vw_sku_day.estoque_proprio is 'Estoque próprio: Σ disponível nos depósitos que contam, de uma única autoridade por cliente. Saldo negativo é mercadoria devida.';
comment on column dashboard.vw_sku_day.estoque_reservado is 'Estoque reservado: Σ em mãos − disponível. Nunca somado ao disponível.';
comment on column dashboard.vw_sku_day.estoque_transito is 'Estoque em trânsito: Σ a caminho, de compras e de transferências. Só para compras.';
comment on column dashboard.vw_sku_day.estoque_disponivel is 'Estoque disponível total: estoque próprio + Full. Fechamento do dia; nunca somar entre dias.';
comment on column dashboard.vw_sku_day.valor_estoque is 'Valor do estoque (custo): Σ estoque disponível × custo por unidade em vigor no dia. Fechamento do dia; nunca somar entre dias. Mercadoria devida não tem valor.';
comment on column dashboard.vw_sku_day.comissao_faturada is 'Tarifa de venda faturada: Σ tarifa líquida das linhas de fatura dos pedidos, créditos descontados. Chega depois; serve para conferir.';
comment on column dashboard.vw_sku_day.divergencia_comissao is 'Divergência de tarifa: tarifa faturada − comissão, só dos pedidos faturados. Positivo: faturaram mais do que o estimado.';
comment on column dashboard.vw_sku_day.faturamento_com_comissao is 'Faturamento das linhas com tarifa conhecida';
comment on column dashboard.vw_sku_day.faturamento_com_frete is 'Faturamento das linhas com frete observado';
comment on column dashboard.vw_sku_day.faturamento_com_repasse is 'Faturamento das linhas com tarifa e frete conhecidos';
comment on column dashboard.vw_sku_day.faturamento_com_custo is 'Faturamento das linhas com custo conhecido';
comment on column dashboard.vw_sku_day.faturamento_com_imposto is 'Faturamento das linhas com imposto conhecido';
comment on column dashboard.vw_sku_day.faturamento_com_tarifa_faturada is 'Faturamento dos pedidos cuja tarifa já foi faturada; vazio sem leitura das faturas';
comment on column dashboard.vw_sku_day.valor_cancelado_sem_pagamento is 'Parte do valor cancelado de pedidos que nunca foram pagos';
comment on column dashboard.vw_sku_day.pedidos_cancelados_pre is 'Pedidos cancelados antes do envio';
comment on column dashboard.vw_sku_day.outros_variaveis is 'Embalagem e outros custos variáveis das vendas válidas; o não informado conta como 0';
comment on column dashboard.vw_sku_day.pedidos_com_visita is 'Pedidos válidos dos anúncios cuja visita foi observada: numerador da conversão';
comment on column dashboard.vw_sku_day.maturidade_vendas is 'Pedidos: preliminar, ou final a partir de D+7';
comment on column dashboard.vw_sku_day.maturidade_ads is 'Ads: preliminar, quase_final a partir de D+4, final a partir de D+15';
comment on column dashboard.vw_sku_day.maturidade_visitas is 'Visitas: preliminar, ou final a partir de D+3';
comment on column dashboard.vw_sku_day.maturidade_devolucoes is 'Devoluções: preliminar, ou final a partir de D+45';
comment on column dashboard.vw_sku_day.maturidade_cobranca is 'Faturas: preliminar, ou final quando fecham os períodos a que o dia pode pertencer';
comment on column dashboard.vw_sku_day.ads_rateado is 'Se o gasto de Ads veio do rateio de um anúncio com vários SKUs';
comment on column dashboard.vw_sku_day.faltantes is 'O que falta no dia: códigos';
comment on column dashboard.vw_sku_day.hash is 'Resumo das colunas de negócio';
comment on column dashboard.vw_sku_day.versao_metrica is 'Versão das definições usadas';
comment on column dashboard.vw_sku_day.run_id is 'Execução que gravou a linha pela última vez';
comment on column dashboard.vw_sku_day.calculado_em is 'Quando a linha mudou pela última vez';
comment on column dashboard.vw_sku_day.ticket_medio is 'Ticket médio (por compra): faturamento ÷ compras.';
comment on column dashboard.vw_sku_day.ticket_medio_pedido is 'Ticket médio por pedido: faturamento ÷ pedidos.';
comment on column dashboard.vw_sku_day.preco_medio is 'Preço médio praticado: faturamento ÷ unidades.';
comment on column dashboard.vw_sku_day.comissao_pct is 'Comissão sobre faturamento: comissao ÷ faturamento das linhas com tarifa. Faixa plausível: 8 % a 22 %.';
comment on column dashboard.vw_sku_day.comissao_cobertura is 'Cobertura da comissão: faturamento das linhas com tarifa ÷ faturamento.';
comment on column dashboard.vw_sku_day.frete_vendedor_cobertura is 'Cobertura do frete: faturamento das linhas com frete observado ÷ faturamento.';
comment on column dashboard.vw_sku_day.repasse_estimado_cobertura is 'Cobertura do repasse: faturamento das linhas com tarifa e frete ÷ faturamento.';
comment on column dashboard.vw_sku_day.cmv_cobertura is 'Cobertura de custo: faturamento das linhas com custo conhecido ÷ faturamento.';
comment on column dashboard.vw_sku_day.mc_cobertura is 'Cobertura da margem: faturamento coberto ÷ faturamento. Abaixo de 80 %, a margem diz pouco.';
comment on column dashboard.vw_sku_day.mc_pct is 'Margem de contribuição (%): margem de contribuição ÷ faturamento coberto. Compara-se em pontos percentuais.';
comment on column dashboard.vw_sku_day.acos_equilibrio is 'ACOS de equilíbrio: margem antes de Ads ÷ faturamento coberto. Acima dele, o Ads dá prejuízo.';
comment on column dashboard.vw_sku_day.roas_equilibrio is 'ROAS de equilíbrio: faturamento coberto ÷ margem antes de Ads. Abaixo dele, o Ads dá prejuízo.';
comment on column dashboard.vw_sku_day.taxa_cancelamento is 'Taxa de cancelamento: pedidos cancelados ÷ pedidos cancelados + válidos. Não é a taxa da reputação.';
comment on column dashboard.vw_sku_day.taxa_cancelamento_pre is 'Taxa de cancelamento antes do envio: pedidos cancelados antes do envio ÷ pedidos cancelados + válidos.';
comment on column dashboard.vw_sku_day.taxa_devolucao is 'Taxa de devolução: devoluções por data da venda ÷ pedidos válidos.';
comment on column dashboard.vw_sku_day.ads_ctr is 'CTR: cliques ÷ impressões.';
comment on column dashboard.vw_sku_day.ads_cpc is 'CPC: investimento em Ads ÷ cliques.';
comment on column dashboard.vw_sku_day.acos is 'ACOS: investimento em Ads ÷ receita de Ads.';
comment on column dashboard.vw_sku_day.roas is 'ROAS: receita de Ads ÷ investimento em Ads. É venda, não lucro.';
comment on column dashboard.vw_sku_day.tacos is 'TACOS: investimento em Ads ÷ faturamento. Sobre todas as vendas válidas, orgânicas incluídas.';
comment on column dashboard.vw_sku_day.ads_cvr is 'Conversão de Ads: unidades por Ads ÷ cliques. Unidades por clique, não pedidos.';
comment on column dashboard.vw_sku_day.ads_cpa is 'Custo por venda de Ads: investimento em Ads ÷ unidades por Ads.';
comment on column dashboard.vw_sku_day.conversao is 'Taxa de conversão: pedidos válidos ÷ visitas.';
comment on column dashboard.vw_sku_day.comissao_faturada_cobertura is 'Cobertura da tarifa faturada: faturamento dos pedidos já faturados ÷ faturamento.';

create view dashboard.vw_client_day with (security_invoker = true) as
-- Metabase reads this: the table and every ratio, each from sums of the same covered lines (kpis.md R5, R6).
select
    base.*,
    round(base.faturamento / nullif(base.compras, 0), 2) as ticket_medio,
    round(base.faturamento / nullif(base.pedidos, 0), 2) as ticket_medio_pedido,
    round(base.faturamento / nullif(base.unidades, 0), 2) as preco_medio,
    round(base.comissao / nullif(base.faturamento_com_comissao, 0), 6) as comissao_pct,
    round(base.faturamento_com_comissao / nullif(base.faturamento, 0), 6) as comissao_cobertura,
    round(base.faturamento_com_frete / nullif(base.faturamento, 0), 6) as frete_vendedor_cobertura,
    round(base.faturamento_com_repasse / nullif(base.faturamento, 0), 6) as repasse_estimado_cobertura,
    round(base.faturamento_com_tarifa_faturada / nullif(base.faturamento, 0), 6) as comissao_faturada_cobertura,
    round(base.faturamento_com_custo / nullif(base.faturamento, 0), 6) as cmv_cobertura,
    round(base.faturamento_coberto / nullif(base.faturamento, 0), 6) as mc_cobertura,
    round(base.mc / nullif(base.faturamento_coberto, 0), 6) as mc_pct,
    round(base.mc_pre_ads / nullif(base.faturamento_coberto, 0), 6) as acos_equilibrio,
    case when base.mc_pre_ads > 0 then round(base.faturamento_coberto / base.mc_pre_ads, 6) end as roas_equilibrio,
    round(base.faturamento_sem_sku / nullif(base.faturamento, 0), 6) as receita_sem_sku_pct,
    round(base.pedidos_cancelados::numeric / nullif(base.pedidos_cancelados + base.pedidos, 0), 6) as taxa_cancelamento,
    round(base.pedidos_cancelados_pre::numeric / nullif(base.pedidos_cancelados + base.pedidos, 0), 6)
        as taxa_cancelamento_pre,
    case
        when base.dia < (now() at time zone 'America/Sao_Paulo')::date - 30
            then round(base.devolucoes::numeric / nullif(base.pedidos, 0), 6)
    end as taxa_devolucao,
    round(base.ads_cliques::numeric / nullif(base.ads_impressoes, 0), 6) as ads_ctr,
    round(base.ads_investimento / nullif(base.ads_cliques, 0), 2) as ads_cpc,
    round(base.ads_investimento / nullif(base.ads_receita, 0), 6) as acos,
    round(base.ads_receita / nullif(base.ads_investimento, 0), 6) as roas,
    round(base.ads_investimento / nullif(base.faturamento, 0), 6) as tacos,
    round(base.ads_unidades::numeric / nullif(base.ads_cliques, 0), 6) as ads_cvr,
    round(base.ads_investimento / nullif(base.ads_unidades, 0), 2) as ads_cpa,
    round(base.pedidos_com_visita::numeric / nullif(base.visitas, 0), 6) as conversao,
    round(base.pedidos_brutos::numeric / nullif(base.visitas, 0), 6) as conversao_ml,
    round(base.ads_receita / nullif(base.vendas_brutas, 0), 6) as ads_participacao,
    round(base.estoque_avaliado::numeric / nullif(base.estoque_presente, 0), 6) as valor_estoque_cobertura
from dashboard.agg_client_day as base;

comment on column dashboard.vw_client_day.client_id is 'Cliente';
comment on column dashboard.vw_client_day.dia is 'Dia de negócio (America/Sao_Paulo)';
comment on column dashboard.vw_client_day.vendas_brutas is 'Vendas brutas (GMV): Σ preço unitário × quantidade, cancelados incluídos. Nunca é igual ao valor recebido; não inclui frete pago pelo comprador.';
comment on column dashboard.vw_client_day.faturamento is 'Faturamento (bruto válido): Σ preço unitário × quantidade das vendas válidas. Descontos pagos pelo vendedor já estão dentro do preço.';
comment on column dashboard.vw_client_day.valor_cancelado is 'Valor cancelado: Σ preço unitário × quantidade dos pedidos cancelados. Valor pedido, não dinheiro devolvido.';
comment on column dashboard.vw_client_day.valor_cancelado_pre is 'Cancelado antes do envio: parte do valor cancelado cujo envio não tinha saído.';
comment on column dashboard.vw_client_day.valor_devolvido is 'Devolvido (estorno total após envio): parte do valor cancelado cujo envio já tinha saído.';
comment on column dashboard.vw_client_day.reembolsos is 'Reembolsos (por data da venda): Σ valor reembolsado dos pagamentos de pedidos válidos. Não inclui o estorno de pedidos cancelados, que já saíram do faturamento.';
comment on column dashboard.vw_client_day.reembolsos_no_dia is 'Reembolsos (por data do reembolso): Σ valor reembolsado no dia, cancelados incluídos. Visão de caixa.';
comment on column dashboard.vw_client_day.faturamento_liquido is 'Faturamento líquido de devoluções: faturamento − reembolsos. Líquido de devoluções, não de tarifas nem de impostos.';
comment on column dashboard.vw_client_day.pedidos_brutos is 'Vendas (quantidade, bruta): pedidos distintos, cancelados incluídos.';
comment on column dashboard.vw_client_day.pedidos is 'Pedidos válidos: pedidos válidos distintos.';
comment on column dashboard.vw_client_day.pedidos_cancelados is 'Pedidos cancelados: pedidos cancelados distintos.';
comment on column dashboard.vw_client_day.compras is 'Compras (carrinhos): carrinhos distintos de pedidos válidos. Somar por SKU superestima: um carrinho pode ter vários SKUs.';
comment on column dashboard.vw_client_day.unidades is 'Unidades vendidas: Σ quantidade das vendas válidas. Um kit é 1 unidade do kit.';
comment on column dashboard.vw_client_day.unidades_brutas is 'Unidades (brutas): Σ quantidade, cancelados incluídos.';
comment on column dashboard.vw_client_day.compradores is 'Compradores únicos: compradores distintos de pedidos válidos. Nunca somar entre dias.';
comment on column dashboard.vw_client_day.skus_vendidos is 'SKUs distintos vendidos: SKUs distintos com unidades vendidas.';
comment on column dashboard.vw_client_day.pedidos_pendentes is 'Pedidos aguardando pagamento: pedidos ainda não pagos. Explica por que o dia ainda pode crescer.';
comment on column dashboard.vw_client_day.comissao is 'Tarifa de venda (comissão): Σ tarifa unitária × quantidade das vendas válidas.';
comment on column dashboard.vw_client_day.frete_vendedor is 'Frete pago pelo vendedor: custo do remetente, uma vez por envio, rateado pelas linhas do envio.';
comment on column dashboard.vw_client_day.frete_comprador is 'Frete pago pelo comprador: custo do destinatário, uma vez por envio. Informativo.';
comment on column dashboard.vw_client_day.custo_envio_proprio is 'Custo Flex / envio próprio: custo informado por envio próprio, uma vez por envio, rateado pelas linhas do envio.';
comment on column dashboard.vw_client_day.repasse_estimado is 'Repasse estimado: faturamento − comissao − frete_vendedor, nas linhas em que os dois são conhecidos. Não desconta parcelamento, impostos, reembolsos posteriores nem Ads.';
comment on column dashboard.vw_client_day.imposto is 'Imposto estimado: Σ base da linha × alíquota em vigor no dia da venda. Base: valor da venda, sem descontar a comissão, mais o frete da nota se o cliente assim informou.';
comment on column dashboard.vw_client_day.aliquota_efetiva is 'Alíquota efetiva: alíquota em vigor no dia: a informada, ou a do Simples pela receita de 12 meses.';
comment on column dashboard.vw_client_day.cmv is 'Custo da mercadoria vendida: Σ quantidade × custo por unidade em vigor no dia da venda. Kit: a soma dos componentes. Custo zero é desconhecido, se não foi confirmado.';
comment on column dashboard.vw_client_day.lucro_bruto is 'Lucro bruto: faturamento das linhas com custo conhecido − CMV. Antes de comissão, frete, imposto e Ads.';
comment on column dashboard.vw_client_day.faturamento_coberto is 'Faturamento coberto: Σ valor das linhas com tarifa, frete, custo, imposto, envio próprio e devoluções conhecidos.';
comment on column dashboard.vw_client_day.mc_pre_ads is 'Margem de contribuição antes de Ads (R$): nas linhas cobertas: faturamento − comissão − frete − envio próprio − CMV − imposto − custo de devoluções − outros variáveis. Leia com a cobertura ao lado. Sem vendas válidas, é menos o custo de devoluções.';
comment on column dashboard.vw_client_day.ads_na_margem is 'Ads atribuído à margem: SKU: investimento × faturamento coberto ÷ faturamento, ou todo ele sem vendas; cliente: Σ SKUs + não alocável.';
comment on column dashboard.vw_client_day.mc is 'Margem de contribuição (R$): margem antes de Ads − Ads atribuído à margem. Não é lucro: despesas fixas ficam fora.';
comment on column dashboard.vw_client_day.devolucoes is 'Devoluções abertas (por data da venda): reclamações com devolução, pela data da venda. Devolução não é reembolso nem cancelamento.';
comment on column dashboard.vw_client_day.devolucoes_no_dia is 'Devoluções abertas no dia: reclamações com devolução, pela data de abertura da devolução.';
comment on column dashboard.vw_client_day.unidades_devolvidas is 'Unidades devolvidas (recebidas): Σ unidades de devoluções recebidas. Pela data da venda.';
comment on column dashboard.vw_client_day.reclamacoes is 'Reclamações abertas: reclamações pela data de abertura.';
comment on column dashboard.vw_client_day.mediacoes is 'Mediações: reclamações em disputa, pela data de abertura. Reclamação comum não é mediação.';
comment on column dashboard.vw_client_day.custo_devolucao is 'Custo de devoluções: frete de devolução cobrado + frete e envio próprio de pedidos cancelados depois do envio. Pela data da venda; não inclui o custo de unidades perdidas.';
comment on column dashboard.vw_client_day.ads_investimento is 'Investimento em Ads: Σ custo dos grupos de anúncios, sem repetições. O gasto de um anúncio com vários SKUs é rateado pelo faturamento de cada um.';
comment on column dashboard.vw_client_day.ads_impressoes is 'Impressões: Σ impressões.';
comment on column dashboard.vw_client_day.ads_cliques is 'Cliques: Σ cliques.';
comment on column dashboard.vw_client_day.ads_receita_direta is 'Receita direta de Ads: Σ vendas do próprio produto clicado. Atribuição da plataforma: cresce por até 14 dias.';
comment on column dashboard.vw_client_day.ads_receita_assistida is 'Receita assistida: Σ vendas de outro produto depois do clique. Pertence ao produto clicado, não ao vendido.';
comment on column dashboard.vw_client_day.ads_receita is 'Receita de Ads: receita direta + receita assistida. Atribuição da plataforma: cresce por até 14 dias.';
comment on column dashboard.vw_client_day.ads_unidades is 'Unidades por Ads: Σ unidades atribuídas a Ads.';
comment on column dashboard.vw_client_day.ads_nao_alocado is 'Ads não alocável: total diário do anunciante − Σ investimento nos SKUs. Acima de 5 % do total, há algo a conferir.';
comment on column dashboard.vw_client_day.ads_itens_vs_campanha is 'Diferença entre itens e grupos de Ads: Σ custo dos itens − Σ custo dos grupos. Conferência: o valor cobrado é o do grupo.';
comment on column dashboard.vw_client_day.visitas is 'Visitas: visitas únicas por dia: do SKU, Σ dos anúncios só dele; do cliente, a série da conta. A soma dos SKUs não é a visita do cliente.';
comment on column dashboard.vw_client_day.visitas_dias_observados is 'Dias com visita observada: 1 quando a visita do dia foi observada.';
comment on column dashboard.vw_client_day.estoque_full is 'Estoque Full disponível: Σ disponível por código de inventário, cada um uma vez. Fechamento do dia; nunca somar entre dias.';
comment on column dashboard.vw_client_day.estoque_full_indisponivel is 'Full indisponível: Σ não disponível: avariado, perdido, em retirada, em transferência.';
comment on column dashboard.vw_client_day.estoque_proprio is 'Estoque próprio: Σ disponível nos depósitos que contam, de uma única autoridade por cliente. Saldo negativo é mercadoria devida.';
comment on column dashboard.vw_client_day.estoque_reservado is 'Estoque reservado: Σ em mãos − disponível. Nunca somado ao disponível.';
comment on column dashboard.vw_client_day.estoque_transito is 'Estoque em trânsito: Σ a caminho, de compras e de transferências. Só para compras.';
comment on column dashboard.vw_client_day.estoque_disponivel is 'Estoque disponível total: estoque próprio + Full. Fechamento do dia; nunca somar entre dias.';
comment on column dashboard.vw_client_day.valor_estoque is 'Valor do estoque (custo): Σ estoque disponível × custo por unidade em vigor no dia. Fechamento do dia; nunca somar entre dias. Mercadoria devida não tem valor.';
comment on column dashboard.vw_client_day.comissao_faturada is 'Tarifa de venda faturada: Σ tarifa líquida das linhas de fatura dos pedidos, créditos descontados. Chega depois; serve para conferir.';
comment on column dashboard.vw_client_day.divergencia_comissao is 'Divergência de tarifa: tarifa faturada − comissão, só dos pedidos faturados. Positivo: faturaram mais do que o estimado.';
comment on column dashboard.vw_client_day.faturamento_com_comissao is 'Faturamento das linhas com tarifa conhecida';
comment on column dashboard.vw_client_day.faturamento_com_frete is 'Faturamento das linhas com frete observado';
comment on column dashboard.vw_client_day.faturamento_com_repasse is 'Faturamento das linhas com tarifa e frete conhecidos';
comment on column dashboard.vw_client_day.faturamento_com_custo is 'Faturamento das linhas com custo conhecido';
comment on column dashboard.vw_client_day.faturamento_com_imposto is 'Faturamento das linhas com imposto conhecido';
comment on column dashboard.vw_client_day.faturamento_com_tarifa_faturada is 'Faturamento dos pedidos cuja tarifa já foi faturada; vazio sem leitura das faturas';
comment on column dashboard.vw_client_day.valor_cancelado_sem_pagamento is 'Parte do valor cancelado de pedidos que nunca foram pagos';
comment on column dashboard.vw_client_day.pedidos_cancelados_pre is 'Pedidos cancelados antes do envio';
comment on column dashboard.vw_client_day.outros_variaveis is 'Embalagem e outros custos variáveis das vendas válidas; o não informado conta como 0';
comment on column dashboard.vw_client_day.pedidos_com_visita is 'Pedidos válidos dos anúncios cuja visita foi observada: numerador da conversão';
comment on column dashboard.vw_client_day.maturidade_vendas is 'Pedidos: preliminar, ou final a partir de D+7';
comment on column dashboard.vw_client_day.maturidade_ads is 'Ads: preliminar, quase_final a partir de D+4, final a partir de D+15';
comment on column dashboard.vw_client_day.maturidade_visitas is 'Visitas: preliminar, ou final a partir de D+3';
comment on column dashboard.vw_client_day.maturidade_devolucoes is 'Devoluções: preliminar, ou final a partir de D+45';
comment on column dashboard.vw_client_day.maturidade_cobranca is 'Faturas: preliminar, ou final quando fecham os períodos a que o dia pode pertencer';
comment on column dashboard.vw_client_day.faturamento_sem_sku is 'Faturamento de itens sem SKU identificado';
comment on column dashboard.vw_client_day.estoque_avaliado is 'Unidades em estoque com custo conhecido: numerador da cobertura do valor';
comment on column dashboard.vw_client_day.estoque_presente is 'Unidades em estoque, sem descontar as devidas: denominador da cobertura do valor';
comment on column dashboard.vw_client_day.faltantes is 'O que falta no dia: códigos';
comment on column dashboard.vw_client_day.hash is 'Resumo das colunas de negócio';
comment on column dashboard.vw_client_day.versao_metrica is 'Versão das definições usadas';
comment on column dashboard.vw_client_day.run_id is 'Execução que gravou a linha pela última vez';
comment on column dashboard.vw_client_day.calculado_em is 'Quando a linha mudou pela última vez';
comment on column dashboard.vw_client_day.ticket_medio is 'Ticket médio (por compra): faturamento ÷ compras.';
comment on column dashboard.vw_client_day.ticket_medio_pedido is 'Ticket médio por pedido: faturamento ÷ pedidos.';
comment on column dashboard.vw_client_day.preco_medio is 'Preço médio praticado: faturamento ÷ unidades.';
comment on column dashboard.vw_client_day.comissao_pct is 'Comissão sobre faturamento: comissao ÷ faturamento das linhas com tarifa. Faixa plausível: 8 % a 22 %.';
comment on column dashboard.vw_client_day.comissao_cobertura is 'Cobertura da comissão: faturamento das linhas com tarifa ÷ faturamento.';
comment on column dashboard.vw_client_day.frete_vendedor_cobertura is 'Cobertura do frete: faturamento das linhas com frete observado ÷ faturamento.';
comment on column dashboard.vw_client_day.repasse_estimado_cobertura is 'Cobertura do repasse: faturamento das linhas com tarifa e frete ÷ faturamento.';
comment on column dashboard.vw_client_day.receita_sem_sku_pct is 'Receita sem SKU: faturamento dos itens sem SKU ÷ faturamento.';
comment on column dashboard.vw_client_day.cmv_cobertura is 'Cobertura de custo: faturamento das linhas com custo conhecido ÷ faturamento.';
comment on column dashboard.vw_client_day.mc_cobertura is 'Cobertura da margem: faturamento coberto ÷ faturamento. Abaixo de 80 %, a margem diz pouco.';
comment on column dashboard.vw_client_day.mc_pct is 'Margem de contribuição (%): margem de contribuição ÷ faturamento coberto. Compara-se em pontos percentuais.';
comment on column dashboard.vw_client_day.acos_equilibrio is 'ACOS de equilíbrio: margem antes de Ads ÷ faturamento coberto. Acima dele, o Ads dá prejuízo.';
comment on column dashboard.vw_client_day.roas_equilibrio is 'ROAS de equilíbrio: faturamento coberto ÷ margem antes de Ads. Abaixo dele, o Ads dá prejuízo.';
comment on column dashboard.vw_client_day.taxa_cancelamento is 'Taxa de cancelamento: pedidos cancelados ÷ pedidos cancelados + válidos. Não é a taxa da reputação.';
comment on column dashboard.vw_client_day.taxa_cancelamento_pre is 'Taxa de cancelamento antes do envio: pedidos cancelados antes do envio ÷ pedidos cancelados + válidos.';
comment on column dashboard.vw_client_day.taxa_devolucao is 'Taxa de devolução: devoluções por data da venda ÷ pedidos válidos.';
comment on column dashboard.vw_client_day.ads_ctr is 'CTR: cliques ÷ impressões.';
comment on column dashboard.vw_client_day.ads_cpc is 'CPC: investimento em Ads ÷ cliques.';
comment on column dashboard.vw_client_day.acos is 'ACOS: investimento em Ads ÷ receita de Ads.';
comment on column dashboard.vw_client_day.roas is 'ROAS: receita de Ads ÷ investimento em Ads. É venda, não lucro.';
comment on column dashboard.vw_client_day.tacos is 'TACOS: investimento em Ads ÷ faturamento. Sobre todas as vendas válidas, orgânicas incluídas.';
comment on column dashboard.vw_client_day.ads_cvr is 'Conversão de Ads: unidades por Ads ÷ cliques. Unidades por clique, não pedidos.';
comment on column dashboard.vw_client_day.ads_cpa is 'Custo por venda de Ads: investimento em Ads ÷ unidades por Ads.';
comment on column dashboard.vw_client_day.ads_participacao is 'Participação de Ads nas vendas: receita de Ads ÷ vendas brutas.';
comment on column dashboard.vw_client_day.conversao is 'Taxa de conversão: pedidos válidos ÷ visitas.';
comment on column dashboard.vw_client_day.conversao_ml is 'Conversão (igual ao painel): pedidos brutos ÷ visitas.';
comment on column dashboard.vw_client_day.valor_estoque_cobertura is 'Cobertura do valor do estoque: unidades em estoque com custo conhecido ÷ unidades em estoque.';
comment on column dashboard.vw_client_day.comissao_faturada_cobertura is 'Cobertura da tarifa faturada: faturamento dos pedidos já faturados ÷ faturamento.';

-- Views run with the reader's rights, so the reader needs the tables below them as well.
grant select on
  dashboard.vw_sku_portfolio,
  dashboard.vw_client_month,
  dashboard.vw_client_stock,
  dashboard.vw_stock_day,
  dashboard.vw_stock_client_day,
  dashboard.vw_sku_day,
  dashboard.vw_client_day,
  dashboard.fact_expense_month
to viang_reader;
create policy agency on dashboard.fact_expense_month for select to viang_reader using (true);
