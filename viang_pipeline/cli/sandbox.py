"""``viang sandbox``: the local marketplace and ERP, with invented sellers up to now and some days beyond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape

from viang_pipeline.cli.console import out
from viang_pipeline.sandbox import Fault, Sandbox
from viang_pipeline.sandbox.generate import SAO_PAULO, generate_world

DAYS_OF_HISTORY = 120
FAULTS = {
    "429": Fault("status", status=429, times=None, probability=0.02, seed=1),
    "5xx": Fault("status", status=503, body="upstream connect error", times=None, probability=0.02, seed=2),
    "lentidao": Fault("delay", seconds=3.0, times=None, probability=0.02, seed=3),
    "queda": Fault("reset", times=None, probability=0.01, seed=4, method="GET"),
    "206": Fault("partial", path="/orders/*", times=None, probability=0.02, seed=5),
    "limite": Fault("rate_limit", limit=10, seconds=1.0, times=None),
}


def sandbox(
    port: Annotated[int, typer.Option(help="porta local; 0 escolhe uma livre")] = 8710,
    seed: Annotated[int, typer.Option(help="semente: a mesma semente gera o mesmo mundo")] = 1,
    faults: Annotated[str, typer.Option(help=f"falhas a ligar, separadas por vírgula: {', '.join(FAULTS)}")] = "",
) -> None:
    """Simulador local do Mercado Livre e do Bling, com vendedores inventados. Termina com Ctrl+C."""
    chosen = chosen_faults(faults)
    now = datetime.now(UTC)
    today = now.astimezone(SAO_PAULO).date()
    world = generate_world(seed, first_day=today - timedelta(days=DAYS_OF_HISTORY), last_day=today)
    server = Sandbox(world, port, now=now)
    server.clock.follow_real_time()
    for fault in chosen:
        server.faults.add(fault)
    try:
        server.start()
    except OSError:
        raise typer.BadParameter(f"a porta {port} já está em uso; escolha outra com --port") from None
    out.print(f"Simulador no ar: {server.url}\n")
    out.print("Para usá-lo, coloque no .env:")
    out.print(f"  MERCADO_LIVRE_API_URL={server.url}")
    out.print(f"  MERCADO_LIVRE_AUTH_URL={server.url}")
    out.print(f"  MERCADO_LIVRE_APP_ID={server.app_id}")
    out.print(f"  MERCADO_LIVRE_APP_SECRET={server.app_secret}")
    out.print(f"  MERCADO_LIVRE_REDIRECT_URI={server.redirect_uri}")
    for name, value in server.bling.environment(server.url).items():
        out.print(f"  {name}={value}")
    out.print("\nVendedores, cada um com sua conta no Bling:")
    for seller in world.sellers.values():
        out.print(f"  {seller.slug:<22} {seller.seller_id}  {escape(seller.name)}")
    try:
        server.wait()
    except KeyboardInterrupt:
        server.stop()
        out.print("\nSimulador encerrado.")


def chosen_faults(names: str) -> list[Fault]:
    """The faults named in a comma-separated list. Raises typer.BadParameter for a name that does not exist."""
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in FAULTS]
    if unknown:
        raise typer.BadParameter(f"falha desconhecida: {', '.join(unknown)}. Existem: {', '.join(FAULTS)}")
    return [FAULTS[name] for name in wanted]
