case when ad.dia is null then 'ads_nao_lidos' when ad.estado = 'fora_do_alcance' then 'ads_fora_do_alcance' end
            || case when vd.dia is null then 'visitas_nao_lidas' else i.motivo end
            || case when sd.dia is null then 'estoque_sem_foto' else s.motivo end