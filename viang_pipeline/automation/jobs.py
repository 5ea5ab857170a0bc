"""Jobs: what runs together. Asset jobs share one partition space; a run is one process, parallelism comes from runs."""

import dagster as dg

from viang_pipeline.collect.authorization import open_vault, refresh_due, refreshers
from viang_pipeline.resources.supabase import SupabaseResource

RAW = dg.AssetSelection.groups("mercado_livre", "bling", "upseller")
MARTS = dg.AssetSelection.groups("marts")

daily_update = dg.define_asset_job(
    "daily_update",
    RAW | MARTS,
    description="A noite de um cliente: coleta o que mudou e reconstrói os dias afetados.",
)
reprocess = dg.define_asset_job(
    "reprocess",
    RAW | MARTS,
    description="Coleta de novo e reconstrói um período de um cliente.",
)
ads_update = dg.define_asset_job(
    "ads_update",
    dg.AssetSelection.assets(["mercado_livre", "ads"], "fact_ads", "fact_sku_day", "agg_client_day"),
    description="Relê os Ads depois das 10:00, quando a plataforma atualiza os números de ontem.",
)
deep_sweep = dg.define_asset_job(
    "deep_sweep",
    RAW | MARTS,
    description="Releitura funda: confere de novo as últimas semanas, para o que nenhuma janela de mudanças mostrou.",
)
rebuild_marts = dg.define_asset_job(
    "rebuild_marts",
    MARTS,
    description="Reconstrói as tabelas a partir do dado bruto, sem nenhuma chamada às plataformas.",
)
client_report_job = dg.define_asset_job(
    "client_report_job",
    dg.AssetSelection.assets("client_report"),
    description="Faz o relatório em PDF do mês a que o dia da partição pertence.",
)


@dg.op
def renew_tokens(context: dg.OpExecutionContext, supabase: SupabaseResource) -> None:
    """Renew every grant close to expiry. Fails, after all were tried, when one could not be renewed."""
    settings, database = supabase.settings, supabase.database
    results = refresh_due(database, open_vault(settings, database), refreshers(settings, database))
    for result in results:
        context.log.info("%s %s: %s, %s", result.client_id, result.platform, result.outcome, result.message)
    bad = [r for r in results if r.outcome in ("reauthorise", "failed")]
    context.add_output_metadata({"contas": len(results), "renovadas": sum(r.outcome == "renewed" for r in results)})
    if bad:
        lines = [f"{r.client_id} ({r.platform}): {r.message}" for r in bad]
        raise dg.Failure("\n".join(lines), allow_retries=False)


@dg.job(description="Renova os tokens OAuth perto do vencimento.", executor_def=dg.in_process_executor)
def refresh_tokens() -> None:
    """Renewal of all OAuth grants."""
    renew_tokens()
