"""UpSeller raw assets: wiring only."""

from datetime import date

import dagster as dg

from viang_pipeline import partitions
from viang_pipeline.assets.client_days import POLICY, each_client
from viang_pipeline.assets.preview import reads_preview
from viang_pipeline.collect.upseller.http_photo import collect_available
from viang_pipeline.collect.upseller.inbox import take_in
from viang_pipeline.collect.work import Outcome
from viang_pipeline.resources.supabase import SupabaseResource

GROUP = "upseller"
OWNERS = ["team:dados"]


@dg.asset(
    key=[GROUP, "files"],
    group_name=GROUP,
    kinds={"file", "postgres"},
    owners=OWNERS,
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    description=(
        "Arquivos exportados do UpSeller que estão na pasta do cliente: pedidos, lista de estoque, produtos, ligações "
        "e kits. Cada arquivo entra inteiro ou é recusado com o motivo; recusado não para a noite. Nenhuma chamada."
    ),
)
def upseller_files(context: dg.AssetExecutionContext, supabase: SupabaseResource) -> dg.MaterializeResult[None]:
    """Whatever lies in the inbox of each client of the run; the run's days are settled as they are."""

    def from_inbox(client_id: str, days: list[date]) -> Outcome:
        outcome = take_in(supabase.work(client_id, context.run), supabase.settings.home)
        outcome.days_done = set(days)
        return outcome

    return each_client(context, supabase.settings.clock()(), from_inbox, reads_preview(supabase.session, GROUP))


@dg.asset(
    key=[GROUP, "stock"],
    group_name=GROUP,
    kinds={"api", "postgres"},
    owners=OWNERS,
    pool=GROUP,
    deps=[upseller_files],
    partitions_def=partitions.client_day,
    backfill_policy=POLICY,
    description=(
        "Estoque disponível lido por HTTP no fechamento de ontem, só com o modo opcional ligado e só quando nenhum "
        "arquivo trouxe o dia. Orçamento: 1 chamada por armazém e por página de SKUs."
    ),
)
def upseller_stock(context: dg.AssetExecutionContext, supabase: SupabaseResource) -> dg.MaterializeResult[None]:
    """The optional HTTP mode."""

    def from_api(client_id: str, days: list[date]) -> Outcome:
        return collect_available(supabase.work(client_id, context.run), supabase.settings, days)

    return each_client(context, supabase.settings.clock()(), from_api, reads_preview(supabase.session, GROUP))
