-- I8: every order the search announced was read, and every order read is stored.
select client_id, janela_inicio::text, janela_fim::text,
       detail ->> 'anunciados' as anunciados, detail ->> 'lidos' as lidos,
       (linhas_escritas + linhas_inalteradas + (detail ->> 'antes_do_historico')::bigint)::text as guardados
from dashboard.updates_log
where source = 'mercado_livre' and resource = 'orders' and status = 'success' and {run_scope}
  and (
      (detail ->> 'anunciados')::bigint <> (detail ->> 'coletados')::bigint
      or linhas_lidas <> linhas_escritas + linhas_inalteradas + (detail ->> 'antes_do_historico')::bigint
  )
