-- Visits of every listing on every day they were observed; a day observed without a row had none.
select leitura.anuncio, dia.dia::date, coalesce((visita.payload ->> 'total')::bigint, 0)
from unnest(%(dias)s::date[]) as dia (dia)
join dashboard.visit_readings as leitura on leitura.client_id = %(client_id)s and dia.dia between leitura.de and leitura.ate
left join raw.mercado_livre_visits as visita
  on visita.client_id = %(client_id)s and visita.chave = leitura.anuncio || '|' || dia.dia::text
