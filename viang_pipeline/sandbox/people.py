"""Invented people: who a buyer is follows from the buyer's id, so a World does not have to keep them.

Their names, documents and addresses are planted in answers so that a client has something to drop.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

# fmt: off
FIRST_NAMES = (
    "Ana", "Beatriz", "Bruno", "Camila", "Carlos", "Cláudia", "Daniel", "Débora", "Eduardo", "Fernanda",
    "Gabriel", "Helena", "Igor", "Isabela", "João", "Juliana", "Larissa", "Leandro", "Luana", "Lucas", "Márcia",
    "Marcos", "Mariana", "Mateus", "Natália", "Otávio", "Patrícia", "Paulo", "Rafael", "Renata", "Thiago",
    "Vanessa",
)
SURNAMES = (
    "Almeida", "Alves", "Andrade", "Araújo", "Barbosa", "Barros", "Cardoso", "Carvalho", "Castro", "Costa",
    "Dias", "Fernandes", "Ferreira", "Freitas", "Gomes", "Lima", "Lopes", "Machado", "Martins", "Mendes",
    "Moreira", "Oliveira", "Pereira", "Ramos", "Ribeiro", "Rocha", "Rodrigues", "Santana", "Santos", "Silva",
    "Souza",
)
# fmt: on
STREETS = ("Rua das Acácias", "Avenida Brasil", "Rua Sete de Setembro", "Rua XV de Novembro", "Travessa do Comércio")
CITIES = (
    ("São Paulo", "SP", "São Paulo", "01"),
    ("Campinas", "SP", "São Paulo", "13"),
    ("Rio de Janeiro", "RJ", "Rio de Janeiro", "20"),
    ("Belo Horizonte", "MG", "Minas Gerais", "30"),
    ("Curitiba", "PR", "Paraná", "80"),
    ("Porto Alegre", "RS", "Rio Grande do Sul", "90"),
    ("Salvador", "BA", "Bahia", "40"),
    ("Recife", "PE", "Pernambuco", "50"),
    ("Fortaleza", "CE", "Ceará", "60"),
    ("Goiânia", "GO", "Goiás", "74"),
    ("Brasília", "DF", "Distrito Federal", "70"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """A buyer as the platform knows one."""

    buyer_id: int
    first_name: str
    last_name: str
    nickname: str
    email: str
    cpf: str
    phone: str
    street: str
    number: int
    city: str
    state: str
    state_name: str
    zip_code: str


def person(buyer_id: int) -> Person:
    """The same person for the same id, always."""
    draw = Random(buyer_id)
    first, last, more = draw.choice(FIRST_NAMES), draw.choice(SURNAMES), draw.choice(SURNAMES)
    city, state, state_name, zip_start = draw.choice(CITIES)
    number = draw.randrange(1, 2000)
    return Person(
        buyer_id=buyer_id,
        first_name=first,
        last_name=f"{more} {last}",
        nickname=f"{first[:4].upper()}{last[:5].upper()}{buyer_id % 10_000}",
        email=f"{first}.{last}{buyer_id}@exemplo.com.br".lower(),
        cpf=f"{draw.randrange(10**11):011d}",
        phone=f"9{draw.randrange(10**8):08d}",
        street=draw.choice(STREETS),
        number=number,
        city=city,
        state=f"BR-{state}",
        state_name=state_name,
        zip_code=f"{zip_start}{draw.randrange(10**6):06d}",
    )
