"""The columns of UpSeller's exports, as printed (contract UpSeller §2.1, §2.5, §3 to §6). Only data."""

from __future__ import annotations

FULL = (
    "Nº de Pedido da Plataforma", "Nº de Pedido", "Plataformas", "Nome da Loja no UpSeller",
    "Estado do Pedido", "3PL Status", "Pós-venda/Cancelado/Devolvido", "Cancelado por", "Razão do Cancelamento",
    "Hora do Pedido", "Hora do Pagamento", "Horário Programado", "Impressão da Etiqueta", "Enviado",
    "Horário de Saída", "Horário da Retirada", "Hora de Envio", "Pago",
    "Moeda", "Valor do Pedido", "Valor Total de Produtos", "Descontos e Cupons", "Comissão Total",
    "Frete do Comprador", "Total de Frete", "Lucro Estimado",
    "Nome do Anúncio", "SKU", "Variação", "Link da Imagem", "Preço de Produto", "Qtd. do Produto",
    "NCM*", "Origem*", "Unidade*", "Imposto*",
    "SKU (Armazém)", "Nome do Produto", "Custo Médio", "Custo do Produto", "Armazém",
    "Método de Envio", "Nº de Rastreio", "Método de coletar", "Etiqueta", "Comprador Designado",
    "Nome de Comprador", "ID do Comprador", "Data de Registração", "ID da Taxa", "Nome do Destinatário",
    "Celular do Destinatário", "Telefone do Destinatário", "Endereço do Destinatário", "Nome de Empresa", "IE",
    "Endereço 1", "Endereço 2", "Número", "Bairro", "Cidade", "Estado", "CEP", "País/Região",
    "Notas do Comprador", "Observações",
)  # fmt: skip
"""66 columns: everything but what other templates add."""

MIDDLE = (
    "Nº de Pedido da Plataforma", "Nº de Pedido", "Nº do Subpedido", "Plataformas", "Nome da Loja no UpSeller",
    "Estado do Pedido", "Pós-venda/Cancelado/Devolvido", "Razão do Cancelamento", "Hora do Pedido",
    "Hora do Pagamento", "Hora de Envio", "Moeda", "Valor do Pedido", "Valor Total de Produtos",
    "Descontos e Cupons", "Comissão Total", "Frete do Comprador", "Total de Frete", "Lucro Estimado",
    "Margem de Lucro Estimada", "Nome do Anúncio", "ID do Anúncio", "ID da Variante", "SKU", "Variação",
    "Preço de Produto", "Qtd. do Produto", "SKU (Armazém)", "Quantidade de Produtos", "Custo Médio",
    "Custo do Produto", "Armazém", "Método de Envio", "Nome de Comprador",
)  # fmt: skip
"""34 columns, with the ids of listings."""

THIN = (
    "Nº de Pedido da Plataforma", "Nº de Pedido", "Plataformas", "Nome da Loja no UpSeller", "Nome do Anúncio", "SKU",
    "Variação", "Link da Imagem", "Qtd. do Produto", "Unidade*", "Nº de Rastreio", "Etiqueta",
    "Chave da Nota Fiscal",
)  # fmt: skip
"""13 columns: a shipping list without money."""

ORDERS = {66: FULL, 34: MIDDLE, 13: THIN}

ORDER_MONEY = (
    "Valor do Pedido", "Valor Total de Produtos", "Descontos e Cupons", "Comissão Total", "Frete do Comprador",
    "Total de Frete", "Lucro Estimado",
)  # fmt: skip
"""Printed on every row of an order, or on its first row only."""

STOCK = (
    "SKU", "Título", "Armazém", "Estante", "Estoque Baixo", "Em trânsito (Compra)", "Em trânsito (Transferência)",
    "Ocupado", "Disponível", "Estoque Atual", "Custo Médio", "Subtotal", "Criado",
)  # fmt: skip
PRODUCTS = (
    "SKU", "SPU", "Código do Produto", "Título", "Preço de Varejo", "Custo de Compra", "Peso (g)", "NCM",
    "O produto está ativo",
)  # fmt: skip
PRODUCT_TEMPLATE = (
    "SKU*\nCódigo único", "Título*\nAté 200 letras", "Apelido do Produto", "Usar apelido como título da NFe",
    "Preço de varejo", "Custo de Compra", "Quantidade", "N° do Estante", "Código de Barras", "Apelido de SKU",
    "Imagem", "Peso (g)", "Comprimento (cm)", "Largura (cm)", "Altura (cm)", "NCM", "CEST", "Unidade", "Origem",
    "Link do Fornecedor",
)  # fmt: skip
"""What UpSeller hands out to import products: hints after a line break, ``*`` for required."""

LINKS = (
    "SKU", "(Mapeado) SKU do Anúncio", "Variante", "ID do Anúncio", "ID da Variante", "Nome da Loja", "Atualizado",
)  # fmt: skip
KITS = ("KIT SKU", "SKU de Produto", "Qtd. (SKU de Produto)")
