insert into dashboard.api_tokens as t
    (client_id, platform, account_id, conta_externa, access_token, refresh_token, expires_at, atualizado_em)
values
    (
        %(client_id)s, %(platform)s, %(account_id)s, %(conta_externa)s, %(access_token)s, %(refresh_token)s,
        %(expires_at)s, %(now)s
    )
on conflict (client_id, platform) do update set
    account_id = excluded.account_id,
    conta_externa = excluded.conta_externa,
    access_token = excluded.access_token,
    refresh_token = excluded.refresh_token,
    expires_at = excluded.expires_at,
    status = 'ativo',
    motivo = null,
    intencao_id = null,
    intencao_em = null,
    envios = 0,
    versao = t.versao + 1,
    atualizado_em = excluded.atualizado_em
