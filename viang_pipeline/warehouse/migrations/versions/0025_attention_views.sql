create view dashboard.vw_attention with (security_invoker = true) as
-- Metabase reads this: fraud alerts on sales that count, and freight without a sale (kpis.md §3, D4).
select client_id, dia, tipo, chave, valor from dashboard.fact_attention;
comment on column dashboard.vw_attention.client_id is 'Cliente';
comment on column dashboard.vw_attention.dia is 'Dia de negócio da venda (America/Sao_Paulo)';
comment on column dashboard.vw_attention.tipo is 'alerta_fraude: venda válida com alerta de fraude; frete_sem_venda: frete de envio cujos pedidos foram todos cancelados antes do envio';
comment on column dashboard.vw_attention.chave is 'Pedido do alerta, ou envio do frete';
comment on column dashboard.vw_attention.valor is 'Valor do pedido, ou custo do frete para o vendedor';

grant select on dashboard.vw_attention, dashboard.fact_attention to viang_reader;
create policy agency on dashboard.fact_attention for select to viang_reader using (true);
