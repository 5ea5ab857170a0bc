-- security_invoker: a view would otherwise run with its owner's rights and show every client to a client's own role.
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
    round(base.faturamento_com_repasse / nullif(base.faturamento, 0), 6) as repasse_estimado_cobertura
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
comment on column dashboard.vw_sku_day.repasse_estimado is 'Repasse estimado: faturamento − comissao − frete_vendedor, nas linhas em que os dois são conhecidos. Não desconta parcelamento, impostos, reembolsos posteriores nem Ads.';
comment on column dashboard.vw_sku_day.faturamento_com_comissao is 'Faturamento das linhas com tarifa conhecida';
comment on column dashboard.vw_sku_day.faturamento_com_frete is 'Faturamento das linhas com frete observado';
comment on column dashboard.vw_sku_day.faturamento_com_repasse is 'Faturamento das linhas com tarifa e frete conhecidos';
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
    round(base.faturamento_sem_sku / nullif(base.faturamento, 0), 6) as receita_sem_sku_pct
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
comment on column dashboard.vw_client_day.repasse_estimado is 'Repasse estimado: faturamento − comissao − frete_vendedor, nas linhas em que os dois são conhecidos. Não desconta parcelamento, impostos, reembolsos posteriores nem Ads.';
comment on column dashboard.vw_client_day.faturamento_com_comissao is 'Faturamento das linhas com tarifa conhecida';
comment on column dashboard.vw_client_day.faturamento_com_frete is 'Faturamento das linhas com frete observado';
comment on column dashboard.vw_client_day.faturamento_com_repasse is 'Faturamento das linhas com tarifa e frete conhecidos';
comment on column dashboard.vw_client_day.faturamento_sem_sku is 'Faturamento de itens sem SKU identificado';
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
