update dashboard.api_tokens set
    access_token = %(access_token)s,
    refresh_token = %(refresh_token)s,
    expires_at = %(expires_at)s,
    status = 'ativo',
    motivo = null,
    intencao_id = null,
    intencao_em = null,
    envios = 0,
    versao = versao + 1,
    atualizado_em = %(now)s
where client_id = %(client_id)s
  and platform = %(platform)s
  and versao = %(versao)s
