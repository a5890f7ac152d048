"""Names of countries that mean the same, and what comes from there: data for values such as "Germany" and "DE"."""

# Code of two letters, code of three, names; after the bar what is from there.
_COUNTRIES = """
AE ARE United Arab Emirates, UAE, Emirates | Emirati
AR ARG Argentina | Argentinian, Argentine
AT AUT Austria | Austrian
AU AUS Australia | Australian
BE BEL Belgium | Belgian
BG BGR Bulgaria | Bulgarian
BR BRA Brazil, Brasil | Brazilian
CA CAN Canada | Canadian
CH CHE Switzerland | Swiss
CL CHL Chile | Chilean
CN CHN China, People's Republic of China | Chinese
CO COL Colombia | Colombian
CZ CZE Czech Republic, Czechia | Czech
DE DEU Germany, Deutschland | German
DK DNK Denmark | Danish
EG EGY Egypt | Egyptian
ES ESP Spain | Spanish
FI FIN Finland | Finnish
FR FRA France | French
GB GBR United Kingdom, UK, U.K., Great Britain, Britain | British
GR GRC Greece | Greek
HR HRV Croatia | Croatian
HU HUN Hungary | Hungarian
ID IDN Indonesia | Indonesian
IE IRL Ireland | Irish
IL ISR Israel | Israeli
IN IND India | Indian
IS ISL Iceland | Icelandic
IT ITA Italy | Italian
JP JPN Japan | Japanese
KE KEN Kenya | Kenyan
KR KOR South Korea, Korea, Republic of Korea | Korean, South Korean
MA MAR Morocco | Moroccan
MX MEX Mexico | Mexican
MY MYS Malaysia | Malaysian
NG NGA Nigeria | Nigerian
NL NLD Netherlands, the Netherlands, Holland | Dutch
NO NOR Norway | Norwegian
NZ NZL New Zealand | New Zealand
PE PER Peru | Peruvian
PH PHL Philippines | Filipino
PK PAK Pakistan | Pakistani
PL POL Poland | Polish
PT PRT Portugal | Portuguese
RO ROU Romania | Romanian
RU RUS Russia, Russian Federation | Russian
SA SAU Saudi Arabia | Saudi
SE SWE Sweden | Swedish
SG SGP Singapore | Singaporean
TH THA Thailand | Thai
TR TUR Turkey, Türkiye | Turkish
UA UKR Ukraine | Ukrainian
US USA United States, United States of America, USA, U.S., U.S.A., America | American
VE VEN Venezuela | Venezuelan
VN VNM Vietnam | Vietnamese
ZA ZAF South Africa | South African
"""


def _parsed() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    countries = []
    for line in _COUNTRIES.strip().splitlines():
        names, _, peoples = line.partition("|")
        short, long, listed = names.strip().split(" ", 2)
        spellings = (*(name.strip() for name in listed.split(",")), short, long)
        countries.append((spellings, tuple(people.strip() for people in peoples.split(","))))
    return tuple(countries)


# For each country what it is called (its codes last), and what is called after it.
COUNTRIES = _parsed()
# "Spanish", "French": what is in it is in that language.
PEOPLES = frozenset(people.lower() for _, peoples in COUNTRIES for people in peoples)
