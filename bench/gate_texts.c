#include "gate_texts.h"

enum { TEXT_BYTES = 2048 };

static const char PROSE[] =
    "The harbour was quiet when the first boats came in. Most of the crew had been awake since midnight, and nobody said\n"
    "much while the crates were carried over to the hall where the buyers were already waiting. Prices had fallen again in\n"
    "the spring, partly because of the weather and partly because the large companies had begun to buy directly from the\n"
    "farms further north. Anna Keller, who had run the small auction for eleven years, thought that it would not last. She\n"
    "had seen worse years than this one, she said, and the restaurants in the old town would always pay for what was fresh.\n"
    "Her brother was less certain. He had spent the winter in Lisbon with a cousin who sold refrigerated trucks, and what he\n"
    "had heard there about fuel and insurance made him doubt that a family business of this size could go on as before. They\n"
    "argued about it every evening, without anger, in the way of people who have worked side by side for most of their lives.\n"
    "What changed their minds in the end was not an argument at all. A school class from the next village came to visit, and\n"
    "the children asked so many questions about nets, tides and ice that the tour took twice as long as planned. The teacher\n"
    "wrote a letter afterwards to thank them. It was pinned to the wall beside the scales, and visitors began to read it. By\n"
    "the end of the summer there were two tours a week, then four, and a bakery across the street opened an hour earlier to\n"
    "sell coffee to those who arrived before sunrise. None of this made anyone rich. But it paid for a new engine, and for the\n"
    "repair of the roof, and it gave the youngest of the family a reason to stay. When the buyers from the city came back with\n"
    "an offer for the whole building, they listened politely, asked for a week to think about it, and said no. Please read the\n"
    "story above and write a short summary of it, not more than five sentences, in a friendly and simple style. Mention why\n"
    "the family kept the building, and leave out everything that is said about prices. Then suggest three possible titles,\n"
    "and explain in a few words which of them you would choose for a local newspaper and why.\n";

static const char CODE[] =
    "Please find the bug in this function and explain it.\n\n"
    "```python\n"
    "import json\nimport logging\nfrom dataclasses import dataclass, field\n\n"
    "log = logging.getLogger(__name__)\n\n"
    "@dataclass\nclass Node:\n    key: str\n    value: int = 0\n    children: list = field(default_factory=list)\n\n"
    "    def walk(self, depth=0):\n        yield depth, self\n        for child in self.children:\n"
    "            yield from child.walk(depth + 1)\n\n"
    "def load_tree(path):\n    with open(path, encoding='utf-8') as f:\n        raw = json.load(f)\n"
    "    nodes = {item['id']: Node(item['name'], item.get('weight', 1)) for item in raw['nodes']}\n"
    "    for parent, child in raw['edges']:\n        nodes[parent].children.append(nodes[child])\n"
    "    return nodes[raw['root']]\n\n"
    "def total(node, cache={}):\n    if node.key in cache:\n        return cache[node.key]\n"
    "    result = node.value + sum(total(c, cache) for c in node.children)\n    cache[node.key] = result\n"
    "    return result\n\n"
    "def main(argv):\n    if len(argv) != 2:\n        raise SystemExit(f'usage: {argv[0]} FILE')\n"
    "    root = load_tree(argv[1])\n    for depth, node in root.walk():\n"
    "        print('  ' * depth + f'{node.key}: {node.value:>6} {total(node):>8}')\n"
    "    log.info('read %d nodes', sum(1 for _ in root.walk()))\n"
    "```\n\n"
    "It prints the right totals for the first file, but when it is called for a second file in the same process the totals of\n"
    "nodes with the same name come from the first one. I expected `total(root)` to be 1,248 and got 913. The tests are:\n\n"
    "```python\n"
    "def test_total_of_leaf():\n    assert total(Node('a', 3)) == 3\n\n"
    "def test_total_adds_children():\n    tree = Node('b', 1, [Node('c', 2), Node('d', 4)])\n    assert total(tree) == 7\n\n"
    "def test_second_tree_is_independent():\n    first = Node('x', 1, [Node('y', 1)])\n    second = Node('x', 5, [Node('y', 5)])\n"
    "    assert total(first) == 2\n    assert total(second) == 10\n"
    "```\n\nAlso say whether `lru_cache` would be a better choice here, and what it would do with unhashable nodes.\n";

static const char DENSE[] =
    "Customer file, exported for review\n\n"
    "Name: Maria Lindqvist, born 14 March 1984, phone +46 8 123 456 78, e-mail maria.lindqvist@mail.example\n"
    "Address: Sveavägen 44, 111 34 Stockholm. Card 4111 1111 1111 1111, valid until 04/29. IBAN SE45 5000 0000 0583 9825 7466\n"
    "Name: John Okafor, born 02/11/1979, phone (212) 555-0147, e-mail j.okafor@shop.example, SSN 219-09-9999\n"
    "Address: 742 Evergreen Terrace, Springfield, IL 62704. Card 5500 0000 0000 0004. Last login from 203.0.113.77\n"
    "Name: Hans Gruber, geboren am 30.05.1990, Telefon 030 901820, Mail hans.gruber@firma.example\n"
    "Adresse: Hauptstraße 12, 10115 Berlin. IBAN DE89 3704 0044 0532 0130 00. Diagnosis: diabetes, takes metformin daily\n"
    "Name: Claire Dubois, née le 7 juillet 1965, tél. +33 1 42 68 53 00, claire.dubois@exemple.example\n"
    "Adresse: 15 rue de la Paix, 75002 Paris. Carte 3782 822463 10005. Dernière connexion 2001:db8::8a2e:370:7334\n"
    "Name: Priya Raman, DOB 1992-08-19, mobile +91 98765 43210, priya@startup.example, passport K1234567\n"
    "Address: 221B Baker Street, London NW1 6XE. NHS number 943 476 5919. Appointment with Dr. Weiss on Tuesday\n"
    "Name: Luis Fernández, nacido el 3 de enero de 1971, tel. +34 912 345 678, luis@correo.example, DNI 12345678Z\n"
    "Dirección: Calle Mayor 8, 28013 Madrid. IBAN ES91 2100 0418 4502 0005 1332. Card 6011 0000 0000 0004, CVV 123\n"
    "Name: Kenji Watanabe, 41 years old, phone +81 3-1234-5678, kenji@jp.example, MAC 00:1B:44:11:3A:B7\n"
    "Address: 1-1 Marunouchi, Chiyoda, Tokyo. Account number 1234567890, routing number 021000021, balance $12,480.55\n"
    "Name: Emily Carter, aged 67, phone 415-555-0199, emily.carter@post.example, patient id MRN 00482913\n"
    "Address: 77 Massachusetts Avenue, Cambridge, MA 02139. Treated for hypertension and asthma since 2015\n"
    "Name: Omar Haddad, born 1 December 1988, phone +971 4 123 4567, omar@gulf.example, Visa 4000 0566 5566 5556\n"
    "Please check which of these customers have given their consent, and draft one letter to each of those who have not.\n";

static const char CAPITALS[] =
    "PLEASE CHECK THE MANIFEST BELOW AND REPORT EVERY LINE WHOSE CODE DOES NOT MATCH THE CARRIER.\n\n"
    "QXRTALO VENDIMAR KOSTREL BRAVIN TELUMOR PASKIN DORVALE MIRUNTA SKELDOR VARNIQ OLTREN PASHUMI GRELTA\n"
    "WOLTRIM ZANDIQ PERLOVA NURTEK SALVION DRAMIL HESTORA KWINTA BELOMAR TRUSKEN VOLDARI MESTIN QALUPE\n"
    "RASTOLI FENDRUM HALVIK TORMUSE KEDRILA SUMPORE JANTIL VORSEK PLENDAR MOSTRIL GAVENTU LIRKESO DUNTARA\n"
    "BROMISK TALVERO ZENDRIK HOSTUMA PRAVILE KENDORU SALTIMO VERNASK DOLMIRE QUESTRA TIMBULO RANVEKO STELMIR\n"
    "ORDINEX FALSTUR MEKRUNA GILTORE BASVENI PRUSKOL TANDRIM VOSKELA HURMITO DELPRAN KISTOVE MARVUNE SOLTRIK\n"
    "WENDIMOR QASTELU NORVIKA TREMOSI PALUNDE GRISTAK FEVROLA DOMENSU KARTUVI BELSTRO HINVADE MOLTUSK RINDOPA\n"
    "SKARVEN TOLUMBE VINDRASK PERMOLI GASTUNE DREVALO KOMISTRE FALUNDI TESMORK WALVINA ZORTEKU BRINSALO HEMDURA\n"
    "QUINTASE MORVELD PASTRINU KELVOMA DURNISK TAMVERO SILTAKU GORVINE PLUSTREM VANDOLI NESKURA HALTIMO FRESVIN\n"
    "JORMALE TRINDUSK BELVARO KASTUMI OLVENDRA PRISMOTE DANVULE MERTOSK GILVANE HOSTRIMA FENDALU TORVISK QALMERI\n"
    "STRUVANE KOLMIDA VERTUSKO PALDRINE GRANVOLU DESMIRTA HULVANO KRESTIMU BANDORVE TILMASKO REVUNDA SOLVARTI\n"
    "MINTROVA QESTULE DRAVIKO PELMUNTA GASVIRDO HORTELMA VANKUSTI FOLDREMI TAURVISKE BELMONTU KINDRAVE OSTULMA\n"
    "ZARVENDI PRULTIMO NASKERVO DOLVUNTE GRIMASTA HELVORDU TINSKAME QUARVOLE MESTUNDRI FALKORVE BRANTIMU SELVASKO\n"
    "WORTUNDE KAVLIMST ORDRENVA PISKULMO TELVARND GOSTRIME DUNVALKE HARMESTO FRINDULA VESKOMRA QILTANDE MOSVURTI\n"
    "RESTALVO KUNDRIMA BELFOSKE TRANVULDI PASMERTO GILDRONA HOVSKELMI DARTUNVE FOLMISKA QUENDRAVO SILTURME VANDESKO\n"
    "MELTORVI KRASUNDE OLVISMTA PRENDULKO GARVOSTI TELMUNDRA HISKAVRE DOLTEMSU FRAVONDI QASKULME BERTINVO SOLDRAMKE\n"
    "VURMISTA KELDONVE TRASPULMI GONDARSKO HELTIMVRA DRUSKONDE FALVERMTI QORDUNSKA MISTRAVLE PENDOLMU SARVISKTO\n"
    "REPLY WITH THE NUMBERS OF THE LINES ONLY, SEPARATED BY COMMAS, AND NOTHING ELSE. DO NOT EXPLAIN YOUR ANSWER.\n"
    "WHERE A CODE APPEARS TWICE, NAME THE SECOND LINE. WHERE NO LINE IS WRONG, ANSWER WITH THE WORD NONE IN CAPITALS.\n";

static const struct {
    const char *name, *text;
} TEXTS[GATE_TEXT_COUNT] = {
    {"prose", PROSE}, {"program text", CODE}, {"full of personal data", DENSE}, {"capitals only", CAPITALS}};

struct span gate_text(int which) {
    return span_sub(span_from(TEXTS[which].text), 0, TEXT_BYTES);
}

const char *gate_text_name(int which) {
    return TEXTS[which].name;
}
