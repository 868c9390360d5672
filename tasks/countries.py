"""Which two capital letters are a country: the codes of ISO 3166-1 alpha-2, and two others.

The 249 codes are those of the package pycountry 26.2.16, which keeps ISO's list
(https://www.iso.org/iso-3166-country-codes.html). `EU` is reserved there for the European Union,
and `XK` is left to users; the EU and Unicode's CLDR use it for Kosovo. Listing a code here says
nothing about to whom a territory belongs.
"""

_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT
BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH
ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT
HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS
LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI
NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG
SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG
UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
COUNTRIES = frozenset((*_CODES.split(), "EU", "XK"))
_MEANT = {
    "AE": "ARE UAE", "BR": "BRA BRAZIL", "CN": "CHN PRC CHINA", "DE": "DEU GER GERMANY", "FR": "FRA FRANCE",
    "GB": "GBR UK BRITAIN ENGLAND", "GR": "EL GRC GREECE", "ID": "IDN INDONESIA", "IN": "IND INDIA",
    "JP": "JPN JAPAN", "KP": "PRK DPRK", "KR": "KOR ROK KOREA", "NG": "NGA NIGERIA", "PK": "PAK PAKISTAN",
    "RU": "RUS RUSSIA", "SA": "SAU KSA", "SG": "SGP SINGAPORE", "TH": "THA THAILAND", "TR": "TUR TURKEY TÜRKIYE",
    "TW": "TWN TAIWAN", "US": "USA", "VN": "VNM VIETNAM",
}  # fmt: skip
"""Code -> what else is written for it: names, codes of three letters, and of others than ISO."""


def meant_country(code: str) -> str:
    """A hint to append to a message about a code that is no country's, or an empty string."""
    capital = code.upper()
    meant = next((iso for iso, others in _MEANT.items() if capital in others.split()), capital)
    return f"; did you mean '{meant}'?" if meant in COUNTRIES else ""
