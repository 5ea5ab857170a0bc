"""The Portuguese words the verifier knows: names of metrics, directions, numbers, causes, times. Data, no logic."""

from __future__ import annotations

import re

METRIC_NAMES: dict[str, str] = {
    "faturamento líquido de devoluções": "faturamento_liquido",
    "comissão sobre faturamento": "comissao_pct",
    "comissão sobre o faturamento": "comissao_pct",
    "faturamento de ads": "ads_receita",
    "faturamento": "faturamento",
    "faturou": "faturamento",
    "faturaram": "faturamento",
    "receita de ads": "ads_receita",
    "receita": "faturamento",
    "vendas brutas": "vendas_brutas",
    "vendas": "faturamento",
    "pedidos válidos": "pedidos",
    "pedidos": "pedidos",
    "unidades vendidas": "unidades",
    "unidades": "unidades",
    "ticket médio": "ticket_medio",
    "preço médio": "preco_medio",
    "valor cancelado": "valor_cancelado",
    "taxa de cancelamento": "taxa_cancelamento",
    "cancelamentos": "valor_cancelado",
    "reembolsos": "reembolsos",
    "custo de devoluções": "custo_devolucao",
    "custo das devoluções": "custo_devolucao",
    "devoluções": "devolucoes",
    "tarifa de venda": "comissao",
    "comissão": "comissao",
    "frete pago pelo vendedor": "frete_vendedor",
    "frete": "frete_vendedor",
    "envio próprio": "custo_envio_proprio",
    "custo da mercadoria vendida": "cmv",
    "custo da mercadoria": "cmv",
    "cmv": "cmv",
    "imposto estimado": "imposto",
    "impostos": "imposto",
    "imposto": "imposto",
    "outros custos variáveis": "outros_variaveis",
    "lucro bruto": "lucro_bruto",
    "margem de contribuição antes de ads": "mc_pre_ads",
    "margem antes de ads": "mc_pre_ads",
    "margem de contribuição em reais": "mc",
    "margem em reais": "mc",
    "cobertura da margem": "mc_cobertura",
    "cobertura": "mc_cobertura",
    "margem de contribuição": "mc_pct",
    "margem": "mc_pct",
    "investimento em ads": "ads_investimento",
    "gasto com ads": "ads_investimento",
    "gasto de ads": "ads_investimento",
    "investimento": "ads_investimento",
    "ads atribuído à margem": "ads_na_margem",
    "tacos": "tacos",
    "acos": "acos",
    "roas": "roas",
    "visitas": "visitas",
    "taxa de conversão": "conversao",
    "conversão": "conversao",
    "skus em ruptura": "em_ruptura",
    "venda perdida estimada": "venda_perdida_est",
    "venda perdida": "venda_perdida_est",
}
"""How a metric is called → its id. The first name of each is the one to use."""

NAMES: dict[str, str] = {
    metric: name.upper() if name in ("acos", "roas", "tacos") else name.replace(" ads", " Ads")
    for name, metric in reversed(METRIC_NAMES.items())
}
"""Metric id → the name to use."""

ROLE_PHRASES: dict[str, str] = {
    "mais vendidos": "mais_vendido",
    "mais vendido": "mais_vendido",
    "maiores altas": "maior_alta",
    "maior alta": "maior_alta",
    "maiores quedas": "maior_queda",
    "maior queda": "maior_queda",
    "prejuízo": "pior_margem",
    "sem vender": "ads_sem_venda",
    "sem nenhuma venda": "ads_sem_venda",
    "está em ruptura": "em_ruptura",
}

UP = (
    r"sub(?:iu|iram|indo|idas?|ir|e|em)|aument\w+|cresc\w+|avanç\w+|altas?|elev\w+|dispar\w+|expan\w+|salt\w+"
    r"|explo\w+|ascend\w+|aceler\w+|evolu\w+|super(?:ou|aram)|ultrapass\w+|decol\w+|bomb(?:ou|aram)"
    r"|ganh(?:ou|aram|os?)|maior(?:es)?|acima|superior(?:es)?|acréscimos?|mais"
)
DOWN = (
    r"ca(?:iu|íram|iram|indo|ídas?|ir|i|em)|quedas?|recu\w+|diminu\w+|redu[zç]\w+|encolh\w+|baix(?:ou|aram|as?)|perd(?:eu|eram|as?)"
    r"|derret\w+|descend\w+|desaceler\w+|afund\w+|mergulh\w+|murch\w+|despenc\w+|ced(?:eu|eram)|desab\w+|retra\w+|menor(?:es)?|abaixo|inferior(?:es)?|decr[eé]sc\w+|decl[ií]n\w+|menos"
)
STABLE = r"parad\w+|estagn\w+|estáve(?:l|is)|estabil\w+|mant(?:eve|iveram)|inalterad\w+|igua(?:l|is)"
BETTER = r"melhor\w*|positiv\w+|bo(?:m|ns|as?)|ótim\w+|excelent\w+|favorá\w+|saudá\w+"
WORSE = r"pior\w*|negativ\w+|ru(?:im|ins)|péssim\w+|desfavorá\w+|preocupant\w+"
DIRECTIONS = {"subiu": UP, "caiu": DOWN, "estavel": STABLE, "bom": BETTER, "ruim": WORSE}
NOUN = re.compile(
    r"altas?|quedas?|aumentos?|crescimentos?|avanços?|recuos?|reduç\w+|melhoras?|pioras?|subidas?|perdas?|ganhos?"
    r"|elevaç\w+|acréscimos?|estabilidade|expans\w+|retraç\w+|diminuiç\w+|baixas?|decréscimos?|declínios?"
)

GAVE = r"acrescent(?:ou|aram)|devolv(?:eu|eram)|som(?:ou|aram)|contribu(?:iu|íram)"
TOOK = r"tir(?:ou|aram)|custou|custaram|pes(?:ou|aram)|consum(?:iu|iram)"

_UNITS = "dois|duas|três|quatro|cinco|seis|sete|oito|nove|dez|onze|doze|treze|quatorze|catorze|quinze|dezesseis"
NUMBER_WORDS = (
    rf"{_UNITS}|dezessete|dezoito|dezenove|vinte|trinta|quarenta|cinquenta|sessenta|setenta|oitenta|noventa|cem|cento"
    r"|duzent[oa]s|trezent[oa]s|quatrocent[oa]s|quinhent[oa]s|seiscent[oa]s|setecent[oa]s|oitocent[oa]s|novecent[oa]s"
    r"|mil|milhão|milhões|milhar(?:es)?|bilhão|bilhões|zero|zer(?:ou|aram|ad\w+)|nenhuma?|ambos|ambas"
    r"|dobr\w+|duplic\w+|dupl[oa]s?|triplic\w+|tripl[oa]s?|quadrupl\w+|quintupl\w+|quíntupl\w+|metades?|meia|meio|terços?|décimos?|décimas?"
    r"|dúzias?|dezenas?|centenas?|maioria|minoria|maior parte|menor parte"
    r"|primeir[oa]s?|segund[oa]s?|terceir[oa]s?|quart[oa]s?|quint[oa]s?|sext[oa]s?|sétim[oa]s?|oitav[oa]s?|non[oa]s?"
    r"|uma? (?:pedido|unidade|visita|devolução|clique|sku|dia|real|ponto|por cento|vez|reembolso|compra)\b"
    r"|por cento|percentuais|percentual|pontos?"
)
TIME_WORDS = (
    r"janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro"
    r"|segunda-feira|terça(?:-feira)?|quarta-feira|quinta-feira|sexta-feira|sábado|domingo"
    r"|hoje|ontem|anteontem|amanhã|natal|black friday"
)
UNSAYABLE = (
    # scopes and measures no fact has
    r"metas?|recordes?|históric\w+|concorr\w+|shopee|amazon|magalu|shein|tiktok|americanas|lucros?|lucrou|lucrativ\w+"
    r"|líquid\w+|orgânic\w+|diári\w+|semana(?:l|is)|mensa(?:l|is)|anua(?:l|is)|acumulad\w+|reputaç\w+|medalhas?"
    r"|por (?:dia|pedido|cliente|unidade|compra|venda|sku|hora|semana|mês|anúncio)|em média"
    r"|estoques? (?:acab\w+|falt\w+|termin\w+|sobr\w+|chei\w+)"
    # what is about to be, and what is hoped
    r"|\w+(?:ará|erá|irá|arão|erão|irão)|(?:vai|vão|vamos|deve|devem|pode|podem) \w+r|tend\w+|projeç\w+|projetad\w+"
    r"|previs\w+|previst\w+|expectativ\w+|esperad\w+|próxim[oa]s? (?:mês|meses|semanas?|anos?|períodos?)"
    # all and nothing, more or less
    r"|tod[oa]s?|tudo|nada|ninguém|sempre|nunca|jamais|apenas|únic\w+|muit\w+|bastante|pouc\w+|demais"
    r"|mais de|menos de|quase|cerca de|aproximad\w+|perto de|em torno de|por volta de|no mínimo|no máximo"
    # the same of another, unsaid
    r"|também|tampouco|igualmente|idem|assim como|acompanh(?:a|ou|am|aram) (?:o|a|os|as)|segu(?:e|em|iu|iram)"
    r"|fort\w+|frac\w+|diferente\w*|(?:ao|pelo) contrário|invers\w+|opost\w+|em linha"
    # praise, blame and what one figure does to another
    r"|culpa\w*|vil(?:ão|ã|ões)|responsáve\w+|lider\w+|campe\w+|destaque\w*|destac\w+|retornos?|pag(?:ou|aram)|sucessos?"
    r"|fracass\w+|satisf\w+|insatisf\w+|tota(?:l|is)|altos?|baixos?|car[oa]s?|barat[oa]s?|fundo|topo|derrub\w+|empurr\w+"
    r"|impulsion\w+|alavanc\w+|pression\w+|corro\w+|afet\w+|impact\w+|ger(?:ou|aram)|troux\w+|lev(?:ou|aram)|reflex\w+"
)
"""Claims that no fact of a sheet can bear."""
NEGATIONS = r"não|nem|deix(?:ou|aram) de|par(?:ou|aram) de|longe de|volt(?:ou|aram) a|sem"
OF_WHICH = frozenset({"r", "período", "semana", "mês", "ano", "loja", "operação", "conta", "relação", "alta", "queda"})
"""Words that may follow "faturamento de/do/no …" without narrowing it to something else."""
CAUSES = r"porque|por causa|devido|graças|puxad\w+|causad\w+|por conta|explicad\w+|em razão|motivad\w+|provocad\w+"
BEFORE_CUES = (
    r"(?:contra|ante|era(?:m)?(?: de)?|frente a|comparad\w+ (?:a|com)|versus|vs|passou de|passaram de|diante de"
    r"|(?<=[:,]\s)de)"
)
YEAR_CUES = r"ano antes|ano passado|ano anterior|há um ano"
PREVIOUS_CUES = r"período anterior|semana anterior|mês anterior|janela anterior|dias anteriores"
FINAL_CLAIM = r"definitiv\w+|fechad[oa]s?|fina(?:l|is)(?! em)"
PRELIMINARY_CLAIM = r"preliminar(?:es)?|provisóri\w+"
KNOWN_CAPITALS = frozenset({"SKU", "SKUS", "ACOS", "ROAS", "TACOS", "CMV", "ADS", "BRL"})


def words(alternatives: str) -> re.Pattern[str]:
    """A pattern of whole words, whatever their case."""
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE)
