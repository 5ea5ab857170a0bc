"""The metric dictionary as data."""

from __future__ import annotations

from sqlalchemy import Column, Integer, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from viang_pipeline.warehouse.schema.base import Key, metadata

metric_definitions = Table(
    "metric_definitions",
    metadata,
    Column("id", Key, primary_key=True, comment="Identificador da métrica"),
    Column("versao", Integer, primary_key=True, comment="Versão da definição"),
    Column("nome_pt", Text, nullable=False, comment="Nome em português"),
    Column("name_en", Text, nullable=False, comment="Nome em inglês"),
    Column("unidade", Text, nullable=False, comment="BRL, un, un/dia, fração, dias, nota ou classe"),
    Column(
        "graos",
        ARRAY(Text),
        nullable=False,
        comment="Grãos permitidos: S = SKU-dia, C = cliente-dia, C (período) = cliente e período de faturamento",
    ),
    Column("aditividade", Text, nullable=False, comment="A aditiva, S semiaditiva, D distinta, R razão, P pontual"),
    Column("numerador", Text, nullable=False, comment="Numerador ou fórmula"),
    Column("denominador", Text, comment="Denominador das razões"),
    Column("fonte", Text, nullable=False, comment="De onde vem"),
    Column("inclusoes", Text, nullable=False, comment="O que entra"),
    Column("exclusoes", Text, nullable=False, comment="O que não entra"),
    Column("cancelamento", Text, nullable=False, comment="Efeito do cancelamento"),
    Column("regra_null", Text, nullable=False, comment="Quando é vazio"),
    Column("dias_ate_final", Integer, nullable=False, comment="Dias até o número ser final"),
    Column("polaridade", SmallInteger, nullable=False, comment="+1 maior é melhor, -1 menor é melhor, 0 neutra"),
    Column("ressalva", Text, nullable=False, comment="Ressalva mostrada na tela"),
    Column("tabela", Text, comment="Tabela ou visão em que a métrica está; vazio nas colunas das duas tabelas diárias"),
    schema="dashboard",
    comment="Dicionário de métricas",
)
