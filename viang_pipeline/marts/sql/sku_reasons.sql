case when ad.dia is null then 'ads_nao_lidos' when ad.estado = 'fora_do_alcance' then 'ads_fora_do_alcance' end
            || case when vd.dia is null then 'visitas_nao_lidas' else i.motivo end
            || case when not coalesce(sd.full_lido, false) then 'estoque_sem_foto' else s.motivo end
            || case when s.motivo_disponivel in ('estoque_proprio_nao_lido', 'sku_duplicado', 'kit_sem_estoque_proprio',
                                                 'sku_fora_do_estoque_proprio') then s.motivo_disponivel end
            || s.motivo_valor