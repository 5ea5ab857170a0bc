case when ad.dia is null then 'ads_nao_lidos' when ad.estado = 'fora_do_alcance' then 'ads_fora_do_alcance' end
            || case when vd.dia is null then 'visitas_nao_lidas' end
            || case when not coalesce(sd.full_lido, false) then 'estoque_sem_foto' end
            || case when s.motivo_disponivel = 'estoque_proprio_nao_lido' then s.motivo_disponivel end
            || case when s.estoque_avaliado < s.estoque_presente then 'estoque_sem_custo' end