"""A client with addresses, a report to send, and an SMTP server on loopback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from viang_pipeline.mail import outbox
from viang_pipeline.mail.deliver import Delivery, deliver_due
from viang_pipeline.mail.report_mail import Kpi, ReportSummary
from viang_pipeline.sources.smtp import Mailer
from viang_pipeline.warehouse import clients
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.authority import Authority, make_authority
from viang_pipeline_tests.mail.servers import Mailbox, mailer_to, serving

NOW = datetime(2026, 11, 4, 11, 0, tzinfo=UTC)
ANA, BIA = "ana@loja.com.br", "bia@loja.com.br"
SUMMARY = ReportSummary(
    cliente="Loja Aurora",
    titulo="Relatório de outubro de 2026",
    kpis=[
        Kpi("Faturamento", "R$ 128.430,90", "+12,4 % sobre setembro", "bom"),
        Kpi("Margem de contribuição", "18,2 %", "−1,1 p.p. sobre setembro", "ruim"),
        Kpi("Pedidos", "1.204"),
    ],
    notas=["Os custos de 3 SKUs não são conhecidos; a margem vale para 96 % do faturamento."],
)


@dataclass
class Post:
    """The outbox of one database as a test uses it; ``now`` is the clock."""

    database: Database
    mailer: Mailer
    pdf: Path
    now: datetime = NOW

    def enqueue(self, emails: Sequence[str] = (ANA,), *, versao: int = 1, client_id: str = "aurora") -> int:
        """A report of October for a client with these addresses."""
        with self.database.transaction() as conn:
            conn.execute(
                "insert into dashboard.clients (client_id, nome, inicio_historico, emails)"
                " values (%s, 'Loja Aurora', %s, %s)"
                " on conflict (client_id) do update set emails = excluded.emails",
                [client_id, date(2026, 1, 1), list(emails)],
            )
            assert clients.get(conn, client_id).emails == list(emails)
            return outbox.enqueue_report(
                conn, self.mailer, client_id, "2026-10", versao,
                pdf=self.pdf, nome_anexo="aurora-2026-10.pdf", summary=SUMMARY, at=self.now,
            )  # fmt: skip

    def deliver(self, mailer: Mailer | None = None) -> Delivery:
        return deliver_due(self.database, mailer or self.mailer, lambda: self.now)

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def states(self) -> dict[str, str]:
        """Recipient → state."""
        with self.database.transaction() as conn:
            rows = conn.execute("select destinatario, estado from dashboard.report_outbox order by 1").fetchall()
        return dict(rows)

    def one(self, column: str) -> object:
        """A column of the only message."""
        with self.database.transaction() as conn:
            rows = conn.execute(f"select {column} from dashboard.report_outbox").fetchall()
        assert len(rows) == 1
        return rows[0][0]


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def mailer(mailbox: Mailbox) -> Iterator[Mailer]:
    with serving(mailbox) as port:
        yield mailer_to(port)


@pytest.fixture
def post(database: Database, mailer: Mailer, tmp_path: Path) -> Post:
    pdf = tmp_path / "relatorio.pdf"
    pdf.write_bytes(b"%PDF-1.7\n.\n..\r\n.\r\nconte\xfado")
    return Post(database, mailer, pdf)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("certificate"))
