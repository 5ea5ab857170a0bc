-- How final each block of a day is (kpis.md §7): a block is final once it was read completely that many days after the
-- day, so a missed night leaves it preliminary. Parameters: client_id.
select
    estado.dia,
    case when vendas.lido_em >= estado.dia + 7 then 'final' else 'preliminar' end as maturidade_vendas,
    case
        when ads.estado = 'sem_ads' then 'final'
        when anuncios.lido_em >= estado.dia + 15 and not ads.pendente then 'final'
        when anuncios.lido_em >= estado.dia + 4 and ads.dia is not null then 'quase_final'
        else 'preliminar'
    end as maturidade_ads,
    case when visitas.lido_em >= estado.dia + 3 then 'final' else 'preliminar' end as maturidade_visitas,
    case when reclamacoes.lido_em >= estado.dia + 45 then 'final' else 'preliminar' end as maturidade_devolucoes
from dashboard.day_state as estado
