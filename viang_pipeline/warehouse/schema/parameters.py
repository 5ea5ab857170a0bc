"""What people tell the pipeline, each value from a day on (kpis.md R11, §11), and every change of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, Identity, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from viang_pipeline.warehouse.schema.base import Instant, Key, Money, Rate, UnitCost, metadata


def _parameter(name: str, comment: str, *columns: Any) -> Table:
    """A parameter of a client, in force from ``vigente_de`` on until a later row of the same key."""
    return Table(
        name,
        metadata,
        Column("client_id", Key, primary_key=True, comment="Cliente"),
        *columns,
        Column("vigente_de", Date, primary_key=True, comment="Primeiro dia em que vale"),
        Column("informado_em", Instant, nullable=False, comment="Quando este valor foi informado"),
        schema="dashboard",
        comment=comment,
    )


custo_sku = _parameter(
    "custo_sku",
    "Custo por unidade informado pelo cliente: manda em qualquer outra fonte",
    Column("sku", Key, primary_key=True, comment="SKU normalizado"),
    Column("custo_unitario", UnitCost, comment="Custo por unidade; vazio: deixou de ser informado"),
    Column("custo_zero_confirmado", Boolean, nullable=False, comment="Se zero é mesmo o custo, e não falta de informação"),
    Column("outros_variaveis", UnitCost, comment="Embalagem e outros custos variáveis por unidade; vazio: não informado"),
    CheckConstraint("custo_unitario >= 0", name="ck_custo_sku_custo"),
    CheckConstraint("outros_variaveis >= 0", name="ck_custo_sku_outros"),
)  # fmt: skip
aliquota_imposto = _parameter(
    "aliquota_imposto",
    "Imposto sobre a venda: alíquota efetiva informada, ou receita de 12 meses para a tabela do Simples",
    Column("regime", Text, nullable=False, comment="informada ou simples"),
    Column("aliquota", Rate, comment="Alíquota efetiva informada, como fração"),
    Column("rbt12", Money, comment="Receita bruta dos 12 meses antes do mês, para o Simples (Anexo I)"),
    CheckConstraint("regime in ('informada', 'simples')", name="ck_aliquota_imposto_regime"),
    CheckConstraint("(regime = 'informada') = (aliquota is not null)", name="ck_aliquota_imposto_informada"),
    CheckConstraint("(regime = 'simples') = (rbt12 is not null)", name="ck_aliquota_imposto_simples"),
    CheckConstraint("aliquota >= 0 and aliquota < 1", name="ck_aliquota_imposto_fracao"),
)
custo_envio_proprio = _parameter(
    "custo_envio_proprio",
    "Custo de um envio pelo próprio vendedor (Flex)",
    Column("custo", Money, nullable=False, comment="Custo por envio"),
    CheckConstraint("custo >= 0", name="ck_custo_envio_proprio_custo"),
)
kits = _parameter(
    "kits",
    "Composição dos kits informada pelo cliente; as linhas de um dia são a composição inteira a partir dele",
    Column("sku_kit", Key, primary_key=True, comment="SKU do kit"),
    Column("sku_componente", Key, primary_key=True, comment="SKU do componente"),
    Column("quantidade", Integer, nullable=False, comment="Unidades do componente em um kit"),
    CheckConstraint("quantidade > 0", name="ck_kits_quantidade"),
)
sku_links = _parameter(
    "sku_links",
    "SKU de anúncios que não o dizem, informado pelo cliente",
    Column("conta", Key, primary_key=True, comment="Conta do vendedor no canal"),
    Column("anuncio", Key, primary_key=True, comment="Anúncio"),
    Column("variacao", Key, primary_key=True, comment="Variação; vazio vale para o anúncio inteiro"),
    Column("sku", Key, nullable=False, comment="SKU normalizado"),
)
politica_estoque = _parameter(
    "politica_estoque",
    "Política de compras do cliente: sem ela nenhum estado de estoque é afirmado",
    Column("sku", Key, primary_key=True, comment="SKU; * vale para todos"),
    Column("prazo_dias", Integer, nullable=False, comment="Dias até a mercadoria chegar"),
    Column("seguranca_dias", Integer, nullable=False, comment="Dias de segurança além do prazo"),
    Column("alvo_dias", Integer, nullable=False, comment="Dias de venda que uma compra deve cobrir"),
    Column("teto_dias", Integer, comment="A partir de quantos dias há excesso; vazio: não se afirma"),
    CheckConstraint("least(prazo_dias, seguranca_dias, alvo_dias) >= 0", name="ck_politica_estoque_dias"),
)
categorias_despesa = _parameter(
    "categorias_despesa",
    "Categorias do Bling que são despesa fixa",
    Column("categoria", Key, primary_key=True, comment="Categoria no Bling"),
    Column("fixa", Boolean, nullable=False, comment="Se é despesa fixa a partir do dia"),
)

parametros_historico = Table(
    "parametros_historico",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True, comment="Ordem das mudanças"),
    Column("client_id", Key, nullable=False, comment="Cliente"),
    Column("parametro", Text, nullable=False, comment="Tabela do parâmetro"),
    Column("chave", JSONB, nullable=False, comment="Chave da linha, com o dia em que começa a valer"),
    Column("antes", JSONB, comment="Valor antes; vazio quando não havia"),
    Column("depois", JSONB, comment="Valor depois; vazio quando foi retirado"),
    Column("origem", Text, nullable=False, comment="Como foi informado: comando e arquivo, sem pasta"),
    Column("registrado_em", Instant, nullable=False, comment="Quando"),
    schema="dashboard",
    comment="Toda mudança de parâmetro, com o valor de antes",
)
