-- Days of ads that hang on something other than their own raw data. Parameters: client_id, dias (days whose lines or ads
-- changed), alcance (days of revenue that weigh on a later day, kpis.md §4.3), completo (last complete day, or null).
select dia from dashboard.fact_ads_sku_day as parte
where client_id = %(client_id)s
  and (
      (
          ads_rateado
          and exists (
              select from unnest(%(dias)s::date[]) as mudado
              where parte.dia > mudado and parte.dia <= mudado + %(alcance)s::int
          )
      )
      -- placed in a bucket while nobody knew the listing, which is known by now
      or (
          starts_with(sku, '__SEM_SKU__:')
          and exists (
              select from dashboard.listing_skus as anuncio
              where anuncio.client_id = parte.client_id and anuncio.anuncio = substr(parte.sku, 13)
          )
          and not exists (
              select from dashboard.listing_skus as anuncio
              where anuncio.client_id = parte.client_id and parte.sku = any(anuncio.skus)
          )
      )
  )
union
select dia from dashboard.fact_ads_client_day
where client_id = %(client_id)s and estado = 'lido' and (pendente or dia > %(completo)s::date)
