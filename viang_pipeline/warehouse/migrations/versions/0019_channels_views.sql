drop view dashboard.vw_sku_day;
drop view dashboard.vw_client_day;

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
    round(base.faturamento_com_tarifa_faturada / nullif(base.faturamento_mercado_livre, 0), 6) as comissao_faturada_cobertura,
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
            then round(base.devolucoes::numeric / nullif(base.pedidos_mercado_livre, 0), 6)
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
comment on column dashboard.vw_sku_day.faturamento_mercado_livre is 'Parte do faturamento vendida no Mercado Livre: base do que só ele informa';
comment on column dashboard.vw_sku_day.pedidos_mercado_livre is 'Pedidos válidos do Mercado Livre: denominador da taxa de devolução';
comment on column dashboard.vw_sku_day.pedidos_brutos_mercado_livre is 'Pedidos brutos do Mercado Livre: numerador da conversão do painel';
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
    round(base.faturamento_com_tarifa_faturada / nullif(base.faturamento_mercado_livre, 0), 6) as comissao_faturada_cobertura,
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
            then round(base.devolucoes::numeric / nullif(base.pedidos_mercado_livre, 0), 6)
    end as taxa_devolucao,
    round(base.ads_cliques::numeric / nullif(base.ads_impressoes, 0), 6) as ads_ctr,
    round(base.ads_investimento / nullif(base.ads_cliques, 0), 2) as ads_cpc,
    round(base.ads_investimento / nullif(base.ads_receita, 0), 6) as acos,
    round(base.ads_receita / nullif(base.ads_investimento, 0), 6) as roas,
    round(base.ads_investimento / nullif(base.faturamento, 0), 6) as tacos,
    round(base.ads_unidades::numeric / nullif(base.ads_cliques, 0), 6) as ads_cvr,
    round(base.ads_investimento / nullif(base.ads_unidades, 0), 2) as ads_cpa,
    round(base.pedidos_com_visita::numeric / nullif(base.visitas, 0), 6) as conversao,
    round(base.pedidos_brutos_mercado_livre::numeric / nullif(base.visitas, 0), 6) as conversao_ml,
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
comment on column dashboard.vw_client_day.faturamento_mercado_livre is 'Parte do faturamento vendida no Mercado Livre: base do que só ele informa';
comment on column dashboard.vw_client_day.pedidos_mercado_livre is 'Pedidos válidos do Mercado Livre: denominador da taxa de devolução';
comment on column dashboard.vw_client_day.pedidos_brutos_mercado_livre is 'Pedidos brutos do Mercado Livre: numerador da conversão do painel';
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

create view dashboard.vw_channel_day with (security_invoker = true) as
-- Metabase reads this: sales and margin by channel, and every ratio from sums of the same covered lines (kpis.md R5, R6).
select
    base.*,
    round(base.faturamento / nullif(base.compras, 0), 2) as ticket_medio,
    round(base.faturamento / nullif(base.pedidos, 0), 2) as ticket_medio_pedido,
    round(base.faturamento / nullif(base.unidades, 0), 2) as preco_medio,
    round(base.comissao / nullif(base.faturamento_com_comissao, 0), 6) as comissao_pct,
    round(base.faturamento_com_comissao / nullif(base.faturamento, 0), 6) as comissao_cobertura,
    round(base.faturamento_com_frete / nullif(base.faturamento, 0), 6) as frete_vendedor_cobertura,
    round(base.faturamento_com_repasse / nullif(base.faturamento, 0), 6) as repasse_estimado_cobertura,
    round(base.faturamento_com_custo / nullif(base.faturamento, 0), 6) as cmv_cobertura,
    round(base.faturamento_coberto / nullif(base.faturamento, 0), 6) as mc_cobertura,
    round(base.mc_pre_ads / nullif(base.faturamento_coberto, 0), 6) as acos_equilibrio,
    round(base.pedidos_cancelados::numeric / nullif(base.pedidos_cancelados + base.pedidos, 0), 6) as taxa_cancelamento
from dashboard.agg_channel_day as base;

comment on column dashboard.vw_channel_day.client_id is 'Cliente';
comment on column dashboard.vw_channel_day.dia is 'Dia de negócio (America/Sao_Paulo)';
comment on column dashboard.vw_channel_day.canal is 'Canal de venda: mercado_livre, shopee, amazon …';
comment on column dashboard.vw_channel_day.vendas_brutas is 'Vendas brutas (GMV): Σ preço unitário × quantidade, cancelados incluídos. Nunca é igual ao valor recebido; não inclui frete pago pelo comprador.';
comment on column dashboard.vw_channel_day.faturamento is 'Faturamento (bruto válido): Σ preço unitário × quantidade das vendas válidas. Descontos pagos pelo vendedor já estão dentro do preço.';
comment on column dashboard.vw_channel_day.valor_cancelado is 'Valor cancelado: Σ preço unitário × quantidade dos pedidos cancelados. Valor pedido, não dinheiro devolvido.';
comment on column dashboard.vw_channel_day.valor_cancelado_pre is 'Cancelado antes do envio: parte do valor cancelado cujo envio não tinha saído.';
comment on column dashboard.vw_channel_day.valor_devolvido is 'Devolvido (estorno total após envio): parte do valor cancelado cujo envio já tinha saído.';
comment on column dashboard.vw_channel_day.reembolsos is 'Reembolsos (por data da venda): Σ valor reembolsado dos pagamentos de pedidos válidos. Não inclui o estorno de pedidos cancelados, que já saíram do faturamento.';
comment on column dashboard.vw_channel_day.faturamento_liquido is 'Faturamento líquido de devoluções: faturamento − reembolsos. Líquido de devoluções, não de tarifas nem de impostos.';
comment on column dashboard.vw_channel_day.pedidos_brutos is 'Vendas (quantidade, bruta): pedidos distintos, cancelados incluídos.';
comment on column dashboard.vw_channel_day.pedidos is 'Pedidos válidos: pedidos válidos distintos.';
comment on column dashboard.vw_channel_day.pedidos_cancelados is 'Pedidos cancelados: pedidos cancelados distintos.';
comment on column dashboard.vw_channel_day.pedidos_pendentes is 'Pedidos aguardando pagamento: pedidos ainda não pagos. Explica por que o dia ainda pode crescer.';
comment on column dashboard.vw_channel_day.compras is 'Compras (carrinhos): carrinhos distintos de pedidos válidos. Somar por SKU superestima: um carrinho pode ter vários SKUs.';
comment on column dashboard.vw_channel_day.unidades is 'Unidades vendidas: Σ quantidade das vendas válidas. Um kit é 1 unidade do kit.';
comment on column dashboard.vw_channel_day.unidades_brutas is 'Unidades (brutas): Σ quantidade, cancelados incluídos.';
comment on column dashboard.vw_channel_day.comissao is 'Tarifa de venda (comissão): Σ tarifa unitária × quantidade das vendas válidas.';
comment on column dashboard.vw_channel_day.frete_vendedor is 'Frete pago pelo vendedor: custo do remetente, uma vez por envio, rateado pelas linhas do envio.';
comment on column dashboard.vw_channel_day.custo_envio_proprio is 'Custo Flex / envio próprio: custo informado por envio próprio, uma vez por envio, rateado pelas linhas do envio.';
comment on column dashboard.vw_channel_day.repasse_estimado is 'Repasse estimado: faturamento − comissao − frete_vendedor, nas linhas em que os dois são conhecidos. Não desconta parcelamento, impostos, reembolsos posteriores nem Ads.';
comment on column dashboard.vw_channel_day.cmv is 'Custo da mercadoria vendida: Σ quantidade × custo por unidade em vigor no dia da venda. Kit: a soma dos componentes. Custo zero é desconhecido, se não foi confirmado.';
comment on column dashboard.vw_channel_day.lucro_bruto is 'Lucro bruto: faturamento das linhas com custo conhecido − CMV. Antes de comissão, frete, imposto e Ads.';
comment on column dashboard.vw_channel_day.imposto is 'Imposto estimado: Σ base da linha × alíquota em vigor no dia da venda. Base: valor da venda, sem descontar a comissão, mais o frete da nota se o cliente assim informou.';
comment on column dashboard.vw_channel_day.faturamento_coberto is 'Faturamento coberto: Σ valor das linhas com tarifa, frete, custo, imposto, envio próprio e devoluções conhecidos.';
comment on column dashboard.vw_channel_day.mc_pre_ads is 'Margem de contribuição antes de Ads (R$): nas linhas cobertas: faturamento − comissão − frete − envio próprio − CMV − imposto − custo de devoluções − outros variáveis. Leia com a cobertura ao lado. Sem vendas válidas, é menos o custo de devoluções.';
comment on column dashboard.vw_channel_day.faturamento_com_comissao is 'Faturamento das linhas com tarifa conhecida';
comment on column dashboard.vw_channel_day.faturamento_com_frete is 'Faturamento das linhas com frete observado';
comment on column dashboard.vw_channel_day.faturamento_com_repasse is 'Faturamento das linhas com tarifa e frete conhecidos';
comment on column dashboard.vw_channel_day.faturamento_com_custo is 'Faturamento das linhas com custo conhecido';
comment on column dashboard.vw_channel_day.faturamento_com_imposto is 'Faturamento das linhas com imposto conhecido';
comment on column dashboard.vw_channel_day.valor_cancelado_sem_pagamento is 'Parte do valor cancelado de pedidos que nunca foram pagos';
comment on column dashboard.vw_channel_day.outros_variaveis is 'Embalagem e outros custos variáveis das vendas válidas; o não informado conta como 0';
comment on column dashboard.vw_channel_day.faturamento_sem_sku is 'Faturamento de itens sem SKU identificado';
comment on column dashboard.vw_channel_day.faltantes is 'O que falta nas vendas do canal no dia: códigos';
comment on column dashboard.vw_channel_day.versao_metrica is 'Versão das definições usadas';
comment on column dashboard.vw_channel_day.run_id is 'Execução que gravou a linha pela última vez';
comment on column dashboard.vw_channel_day.calculado_em is 'Quando a linha mudou pela última vez';
comment on column dashboard.vw_channel_day.ticket_medio is 'Ticket médio (por compra): faturamento ÷ compras.';
comment on column dashboard.vw_channel_day.ticket_medio_pedido is 'Ticket médio por pedido: faturamento ÷ pedidos.';
comment on column dashboard.vw_channel_day.preco_medio is 'Preço médio praticado: faturamento ÷ unidades.';
comment on column dashboard.vw_channel_day.comissao_pct is 'Comissão sobre faturamento: comissao ÷ faturamento das linhas com tarifa. Faixa plausível: 8 % a 22 %.';
comment on column dashboard.vw_channel_day.comissao_cobertura is 'Cobertura da comissão: faturamento das linhas com tarifa ÷ faturamento.';
comment on column dashboard.vw_channel_day.frete_vendedor_cobertura is 'Cobertura do frete: faturamento das linhas com frete observado ÷ faturamento.';
comment on column dashboard.vw_channel_day.repasse_estimado_cobertura is 'Cobertura do repasse: faturamento das linhas com tarifa e frete ÷ faturamento.';
comment on column dashboard.vw_channel_day.cmv_cobertura is 'Cobertura de custo: faturamento das linhas com custo conhecido ÷ faturamento.';
comment on column dashboard.vw_channel_day.mc_cobertura is 'Cobertura da margem: faturamento coberto ÷ faturamento. Abaixo de 80 %, a margem diz pouco.';
comment on column dashboard.vw_channel_day.acos_equilibrio is 'ACOS de equilíbrio: margem antes de Ads ÷ faturamento coberto. Acima dele, o Ads dá prejuízo.';
comment on column dashboard.vw_channel_day.taxa_cancelamento is 'Taxa de cancelamento: pedidos cancelados ÷ pedidos cancelados + válidos. Não é a taxa da reputação.';

create view dashboard.vw_order_match with (security_invoker = true) as
-- Metabase reads this: what each order of Bling and UpSeller is for us, and why (kpis.md R14, §13.7).
select
    client_id,
    fonte,
    chave,
    dia,
    canal,
    numero,
    situacao,
    criterio,
    pedidos,
    motivo,
    case
        when criterio = 'pedido' then 'É o pedido do Mercado Livre com o mesmo número'
        when criterio = 'pacote' then 'É o carrinho do Mercado Livre com o mesmo número'
        when situacao = 'venda' then 'Entra como venda do seu canal'
        else case motivo
            when 'sem_numero' then 'É de uma loja do Mercado Livre e não traz o número do pedido'
            when 'pedido_nao_encontrado' then 'Nenhum pedido ou carrinho lido do Mercado Livre tem este número'
            when 'pedido_e_pacote' then 'O número é de um pedido e do carrinho de outros pedidos'
            when 'pedido_ja_casado' then 'O pedido do Mercado Livre também casa com outro pedido desta fonte'
            when 'numero_repetido' then 'Mais de um pedido desta fonte tem este número'
            when 'numero_do_mercado_livre' then 'A loja é de outro canal, mas o número é do Mercado Livre'
            when 'canal_desconhecido' then 'O pedido não é de uma loja cujo canal se conhece'
            when 'loja_nao_listada' then 'A loja não está entre as lojas do Bling cujos pedidos entram como venda'
            when 'ja_no_upseller' then 'A mesma venda já entra pelo UpSeller'
            when 'substituido' then 'Cancelado; outro pedido desta fonte com o mesmo número o substitui'
        end
    end as explicacao,
    maturidade
from dashboard.order_match;

comment on column dashboard.vw_order_match.client_id is 'Cliente';
comment on column dashboard.vw_order_match.fonte is 'De onde é o pedido: bling ou upseller';
comment on column dashboard.vw_order_match.chave is 'Pedido na fonte: id do Bling, ou plataforma e número no UpSeller';
comment on column dashboard.vw_order_match.dia is 'Dia do pedido na fonte';
comment on column dashboard.vw_order_match.canal is 'Canal de venda da loja do pedido; vazio quando não se sabe';
comment on column dashboard.vw_order_match.numero is 'Número do pedido na loja; vazio quando não tem';
comment on column dashboard.vw_order_match.situacao is 'casado: é venda do Mercado Livre, achada; sem_par: é do Mercado Livre e não foi achada; quarentena: não se decide; venda: entra como venda de outro canal; fora: não entra';
comment on column dashboard.vw_order_match.criterio is 'Como foi casado: pedido (pelo número) ou pacote';
comment on column dashboard.vw_order_match.pedidos is 'Pedidos do Mercado Livre que ele é';
comment on column dashboard.vw_order_match.motivo is 'Por que não foi casado, ou não entra: código';
comment on column dashboard.vw_order_match.maturidade is 'preliminar, ou final quando os pedidos do Mercado Livre do dia já não devem mudar';
comment on column dashboard.vw_order_match.explicacao is 'O mesmo, por extenso';

create view dashboard.vw_worklist with (security_invoker = true) as
-- Metabase reads this: SKUs and listings that keep sales out of the margin, and what to do about each (kpis.md R13, §5.10).
-- The 30 days end with the client's newest one. What has no SKU has no cost either, and stands here once.
with janela as (
    select client_id, max(dia) as ate, max(dia) - 29 as de from dashboard.agg_client_day group by client_id
),
vendas as (
    select
        dia_do_sku.client_id,
        dia_do_sku.sku,
        starts_with(dia_do_sku.sku, '__SEM_SKU__:') as sem_sku,
        sum(dia_do_sku.pedidos)::bigint as pedidos,
        sum(dia_do_sku.unidades)::bigint as unidades,
        sum(dia_do_sku.faturamento) as faturamento,
        sum(dia_do_sku.faturamento - coalesce(dia_do_sku.faturamento_com_custo, 0)) as sem_custo,
        max(dia_do_sku.dia) filter (where dia_do_sku.unidades > 0) as ultima_venda,
        bool_or('sku_duplicado' = any(dia_do_sku.faltantes)) as duplicado
    from dashboard.fact_sku_day as dia_do_sku
    join janela on janela.client_id = dia_do_sku.client_id and dia_do_sku.dia between janela.de and janela.ate
    group by 1, 2
),
totais as (
    select client_id, sum(faturamento) as faturamento from vendas group by client_id
)
select
    vendas.client_id,
    case when vendas.sem_sku then 'sku' else 'custo' end as falta,
    case when not vendas.sem_sku then vendas.sku end as sku,
    case when vendas.sem_sku then substr(vendas.sku, length('__SEM_SKU__:') + 1) end as anuncio,
    vendas.pedidos,
    vendas.unidades,
    case when vendas.sem_sku then vendas.faturamento else vendas.sem_custo end as faturamento_afetado,
    round(
        case when vendas.sem_sku then vendas.faturamento else vendas.sem_custo end / nullif(totais.faturamento, 0), 6
    ) as parcela_do_faturamento,
    vendas.ultima_venda,
    case
        when vendas.sem_sku and vendas.sku like '\_\_SEM\_SKU\_\_:MLB%'
            then 'Preencha o SKU no anúncio, ou informe a ligação com: viang params import sku-links'
        when vendas.sem_sku then 'Ligue o anúncio a um SKU no UpSeller ou no Bling; os próximos pedidos já virão com ele'
        when vendas.duplicado then 'Mais de um produto ativo tem este código, com custos diferentes: corrija no ERP'
        else 'Informe o custo no Bling ou no UpSeller, ou com: viang params import costs; de um kit, o de cada componente'
    end as o_que_fazer
from vendas
join totais using (client_id)
where vendas.unidades > 0 and (vendas.sem_sku or vendas.sem_custo > 0);

comment on column dashboard.vw_worklist.client_id is 'Cliente';
comment on column dashboard.vw_worklist.falta is 'O que falta: sku (o anúncio não tem SKU conhecido) ou custo (o SKU não tem custo conhecido)';
comment on column dashboard.vw_worklist.sku is 'SKU sem custo; vazio quando o que falta é o SKU';
comment on column dashboard.vw_worklist.anuncio is 'Anúncio sem SKU; vazio quando o que falta é o custo';
comment on column dashboard.vw_worklist.pedidos is 'Pedidos válidos com ele nos últimos 30 dias';
comment on column dashboard.vw_worklist.unidades is 'Unidades válidas vendidas nos últimos 30 dias';
comment on column dashboard.vw_worklist.faturamento_afetado is 'Faturamento dos últimos 30 dias que fica fora da margem por isso';
comment on column dashboard.vw_worklist.parcela_do_faturamento is 'Faturamento afetado ÷ faturamento do cliente nos mesmos dias';
comment on column dashboard.vw_worklist.ultima_venda is 'Dia da última venda válida';
comment on column dashboard.vw_worklist.o_que_fazer is 'O que fazer para que entre na margem';

grant select on
    dashboard.vw_sku_day,
    dashboard.vw_client_day,
    dashboard.vw_channel_day,
    dashboard.vw_order_match,
    dashboard.vw_worklist,
    dashboard.agg_channel_day,
    dashboard.order_match
to viang_reader;

create policy agency on dashboard.agg_channel_day for select to viang_reader using (true);
create policy agency on dashboard.order_match for select to viang_reader using (true);
