create or replace view dashboard.vw_health with (security_invoker = true) as
-- Metabase reads this: one row per client and subject, what the matter is, since which day, and what to do about it.
with agora as (
    -- the newest day that should have been read: the night has until 05:00
    select ((now() at time zone 'America/Sao_Paulo') - interval '5 hours')::date - 1 as esperado
),
leituras as (
    select
        leitura.client_id,
        leitura.source = 'mercado_livre' and leitura.resource = 'orders' as de_pedidos,
        leitura.source || '/' || leitura.resource as nome,
        max(leitura.dia) filter (where leitura.completo) as lido_ate,
        agora.esperado - min(leitura.dia) filter (where leitura.completo) + 1
            - count(*) filter (where leitura.completo and leitura.dia <= agora.esperado) as dias_sem_leitura,
        (array_agg(leitura.motivo order by leitura.tentado_em desc, leitura.motivo nulls last))[1] as motivo,
        -- people hand in the files of UpSeller: warehouse/client_status.py
        agora.esperado - case
            when leitura.source = 'upseller' and leitura.resource in ('orders', 'stock') then 7
            when leitura.source = 'upseller' and leitura.resource in ('products', 'links', 'kits') then 35
            else 0
        end as devia_estar_lido_ate
    from dashboard.source_reads as leitura
    cross join agora
    group by leitura.client_id, leitura.source, leitura.resource, agora.esperado
),
clientes as (
    -- a client nothing was read of for five weeks is paused, closed or without access: no alarm of every day
    select client_id, coalesce(max(lido_ate) < max(agora.esperado) - 35, false) as parado
    from leituras cross join agora group by client_id
),
atrasadas as (
    select
        client_id,
        count(*) as fontes,
        string_agg(nome || coalesce(' (' || motivo || ')', ''), ', ' order by nome) as quais,
        min(lido_ate) + 1 as desde
    from leituras
    where not de_pedidos and (lido_ate is null or lido_ate < devia_estar_lido_ate)
    group by client_id
),
lacunas as (
    select client_id, count(*) as dias, min(dia) as desde
    from dashboard.agg_client_day cross join agora
    where faltantes <> '{}' and dia > agora.esperado - 30
    group by client_id
),
quarentena as (
    select client_id, sum(registros)::bigint as registros, min(dia) as desde
    from dashboard.fact_quarantine_day cross join agora
    where dia > agora.esperado - 7
    group by client_id
),
divergencias as (
    select client_id, count(*) as itens, min(inicio) as desde
    from dashboard.reconciliation where not confere and final
    group by client_id
),
temas as (
    select
        clientes.client_id,
        'pedidos' as tema,
        pedidos.client_id is not null
            and (pedidos.lido_ate is null or pedidos.lido_ate < pedidos.devia_estar_lido_ate or pedidos.dias_sem_leitura > 0)
            as falha,
        case
            when pedidos.client_id is null then 'sem Mercado Livre'
            when pedidos.lido_ate is null then 'nunca lidos' || coalesce(': ' || pedidos.motivo, '')
            when pedidos.lido_ate < pedidos.devia_estar_lido_ate
                then 'lidos até ' || to_char(pedidos.lido_ate, 'DD/MM/YYYY') || coalesce(': ' || pedidos.motivo, '')
            when pedidos.dias_sem_leitura > 0 then pedidos.dias_sem_leitura || ' dias sem leitura'
            else 'lidos até ' || to_char(pedidos.lido_ate, 'DD/MM/YYYY')
        end as detalhe,
        case when pedidos.lido_ate < pedidos.devia_estar_lido_ate then pedidos.lido_ate + 1 end as desde,
        'viang status ' || clientes.client_id || '; sem acesso: viang connect mercado-livre ' || clientes.client_id
            as o_que_fazer
    from clientes left join leituras as pedidos on pedidos.client_id = clientes.client_id and pedidos.de_pedidos
    union all
    select
        clientes.client_id, 'fontes', atrasadas.client_id is not null,
        coalesce(atrasadas.fontes || ' atrasadas: ' || atrasadas.quais, 'todas lidas'), atrasadas.desde,
        'viang status ' || clientes.client_id || ' diz o motivo de cada uma'
    from clientes left join atrasadas using (client_id)
    union all
    select
        clientes.client_id, 'lacunas', lacunas.client_id is not null,
        coalesce(lacunas.dias || ' dos últimos 30 dias com algo em falta', 'nada em falta'), lacunas.desde,
        'a lista A resolver diz o que falta: custos, impostos e ligações entram por viang params import'
    from clientes left join lacunas using (client_id)
    union all
    select
        clientes.client_id, 'quarentena', quarentena.client_id is not null,
        coalesce(quarentena.registros || ' pedidos fora de todos os números nos últimos 7 dias', 'nenhum pedido'),
        quarentena.desde, 'confira os pedidos na plataforma'
    from clientes left join quarentena using (client_id)
    union all
    select
        clientes.client_id, 'conferencia', divergencias.client_id is not null,
        coalesce(divergencias.itens || ' itens diferem da plataforma em períodos já finais', 'nenhuma diferença'),
        divergencias.desde, 'a conferência mostra cada diferença; viang reprocess --client-id ' || clientes.client_id || ' relê'
    from clientes left join divergencias using (client_id)
)
select
    temas.client_id,
    temas.tema,
    case
        when not temas.falha then 'em ordem'
        when clientes.parado then 'parado'
        -- figures that differ from the platform's are a notice, as the checks of bills are: ours are shown all the same
        when temas.tema = 'conferencia' then 'aviso'
        else 'atenção'
    end as situacao,
    temas.detalhe,
    case when temas.falha then temas.desde end as desde,
    case when temas.falha then temas.o_que_fazer end as o_que_fazer
from temas join clientes using (client_id);
comment on column dashboard.vw_health.situacao is 'em ordem, atenção, aviso (ninguém precisa agir), ou parado: nada é lido há cinco semanas (pausado, encerrado ou sem acesso)';
comment on column dashboard.fact_quarantine_day.motivo is 'Por que foram recusados: status_desconhecido, moeda, site, invalido, valor_absurdo, preco_nao_informado ou quantidade_fracionada';
comment on column dashboard.fact_quarantine_day.valor is 'Σ preço unitário × quantidade dos recusados; vazio quando não está em reais ou é absurda';
comment on column dashboard.vw_quarantine.motivo is 'Por que foram recusados: status_desconhecido, moeda, site, invalido, valor_absurdo, preco_nao_informado ou quantidade_fracionada';
comment on column dashboard.vw_quarantine.valor is 'Σ preço unitário × quantidade dos recusados; vazio quando não está em reais ou é absurda';
