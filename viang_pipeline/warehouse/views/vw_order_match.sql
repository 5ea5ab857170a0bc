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
from dashboard.order_match
