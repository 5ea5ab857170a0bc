-- I7: fee ÷ revenue of lines with several units lies within 3 points of the listing's single-unit lines, which may
-- themselves differ (the fixed part weighs more on a lower price). A fee stored per line instead of per unit shows here.
select linha.client_id, linha.dia, linha.order_id, linha.anuncio, linha.quantidade,
       round(linha.comissao / linha.valor, 4)::text as tarifa, uma.menor::text, uma.maior::text
from (
    select * from dashboard.fact_order_line
    where {scope} and canal = 'mercado_livre' and quantidade > 1 and valor > 0 and comissao is not null
) as linha
join lateral (
    select round(min(comissao / valor), 4) as menor, round(max(comissao / valor), 4) as maior
    from dashboard.fact_order_line as outra
    where outra.client_id = linha.client_id and outra.anuncio = linha.anuncio and outra.quantidade = 1
      and outra.valor > 0 and outra.comissao is not null and outra.dia between linha.dia - 30 and linha.dia + 30
) as uma on uma.menor is not null
where linha.comissao / linha.valor not between uma.menor - 0.03 and uma.maior + 0.03
