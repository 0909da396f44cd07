"""Words of messages about readings: Russian, Kazakh (with or without its own letters), English, and either written in Latin letters."""

from __future__ import annotations

import itertools
from functools import cache

from models.enums import Resource, TariffZone

WATER = frozenset({Resource.COLD_WATER, Resource.HOT_WATER})
VOLUME = WATER | {Resource.GAS, Resource.SEWERAGE}
_LETTERS = str.maketrans("ёәғқңөұүһі", "еагкноууxи".replace("x", "х"))
_ALIKE = str.maketrans("aceopxykmthbn", "асеорхукмтнвп")
_LAYOUT = str.maketrans("qwertyuiop[]asdfghjkl;'zxcvbnm,.{", "йцукенгшщзхъфывапролджэячсмитьбюх")
LONGEST = 24  # letters of a word that may be mistyped
_SHORTEST = 5  # letters: shorter words differ by a letter from each other


def _split(text: str) -> list[str]:
    return text.split()


# A star stands for any ending.
RESOURCES: dict[frozenset[Resource], str] = {
    frozenset({Resource.COLD_WATER}): "х хв хвс хвода хол холод* холл cold hv hvs xvs hol holod* суык суик суыксу* салкын* suyk* suik* suyq*",
    frozenset({Resource.HOT_WATER}): "г гв гвс гвода гор горяч* горач* теплая hot gv gvs gor goryach* goriach* ыстык* ыстик* истык* ystyk* istyk* ystyq*",
    WATER: "вода воды воду воде водой водичка водомер* су суды судын water voda vody vodu su",
    frozenset({Resource.ELECTRICITY}): "свет света свету э эл ээ электр* элэн* элсч* жарык* жарик* ток light svet sveta elektr* electr* jaryk* zharyk* energy",
    frozenset({Resource.GAS}): "газ газа газу газсч* gas gaz",
    frozenset({Resource.HEATING}): "тепло тепла теплоэн* теплосч* отоплен* жылу* жилу* heat* teplo otoplen* jylu* zhylu*",
    frozenset({Resource.SEWERAGE}): "канализ* водоотвед* стоки кариз* sewer*",
}
ZONES: dict[TariffZone, str] = {
    TariffZone.DAY: "день дня днем дневн* днев дн day den dnem dnevn* кун куни кундиз* күндиз* kundiz* kun",
    TariffZone.NIGHT: "ночь ночи ночью ночн* ноч night noch* nochn* тун туни тунде тунги* tunde tungi",
    TariffZone.PEAK: "пик пика пиков* peak pik шын*",
}
UNITS: dict[frozenset[Resource], str] = {
    VOLUME: "м куб кубов куба кубы кубик* кубомет* кубм мкуб текше m kub kubov метр* м3 m3 кбм",
    frozenset({Resource.ELECTRICITY}): "квт квтч квтчас* kwh kw kvt kvtch квч",
    frozenset({Resource.HEATING}): "гкал gcal gkal",
}
LITRES = "л литр* l litr*"
INLET = "ввод вводе вводу вводы вв vvod inlet енгизу* стояк* stoyak"
ACCOUNT = "лс лсч лицевой лицевого лицсчет лиц счет счета счету дербес шот шоты шотым account acc ls абонент* abonent"
SERIAL = "номер номера зав заводск* серийн* serial nomer нөмир* номир*"
METER = "счетчик* щетчик* счечик* сч прибор* ипу пу есептегиш* санауыш* meter* schetchik* водосч*"
ADDRESS = "кв квартир* патер* дом дома уй корп корпус* подъезд* эт этаж* flat apt kv dom"
STREET = "ул улиц* коше* коши* мкр микрорай* проспект* пр пер переул* street ul"
PHONE = "тел телеф* моб ватсап* вацап* whatsapp phone tel сот"
FORMER = "было предыд* пред прошл* бурын* откен* алдынг* previous prev last bylo"
USED = "расход* разниц* потребл* израсх* итого всего шыгын* used total"
MONTH_NAMES = (  # from January on
    "январ* янв кантар* january",
    "феврал* фев акпан* february",
    "март марта марте мар наурыз* march",
    "апрел* апр сауир* april",
    "май мая мае мамыр* may",
    "июн* маусым* june",
    "июл* шилде* july",
    "август* авг тамыз* august",
    "сентябр* сент кыркуй* september",
    "октябр* окт казан* october oct",
    "ноябр* ноя нояб караша* november nov",
    "декабр* дек желтокс* december dec",
)
MONTHS = " ".join((*MONTH_NAMES, "числ* сен"))  # «сен» is September for some, and "you" in Kazakh
MONTH = "месяц* мес ай айы айын айына айынын айга айда айдагы айдын month mesyac*"
MONTH_BEFORE = "прошл* предыд* пред минувш* истекш* откен* алдынг* last previous proshl*"
MONTH_AFTER = "следующ* след будущ* грядущ* келеси* келер next"
OTHER_MONTH = "позапрошл* позатой"
YEAR = "г год года году годы жыл жылы жылгы ж year"
BEFORE_DATE = "на за от по до с дата"
IN = "в во за на in for"
NOT = "не емес not ne"
MINUS = "минус* minus"
MONEY = "руб рубль рубля рублей рублях тенге тг тнг тиын* коп копеек копейки rub rubl* tenge tg kzt"
THOUSANDS = "тыс тысяч* мын млн миллион* thousand*"
CANCEL = (
    "отмен* аннулир* удали удалит* удалять удаляй* стереть сотри сотрите неотправл* непередав* cancel* delete ignore otmen* "
    "болдырман* жойыныз* жиберме жибермен* жибермей* тапсырман* кабылдаман* бермениз* берменыз* берменд* салманыз* есептемен* тиркемен* "
    "откизбен* жазбаныз* енгизбен* jibermen* zhibermen*"
)
SENDING = (  # what «не» before it takes back; not «не передала вовремя»
    "передавать передавайте передавай передайте отправлять отправляйте отправляй отправьте принимать принимайте принимай учитывать учитывайте учитывай "
    "считать считайте считай засчитывайте записывать записывайте вносить вносите присылать посылать посылайте шлите надо нужно send submit peredavat* "
    "otpravlya*"
)
NEEDED = "керек* kerek"
NONE = "нет жок no netu нету"
AND_NOTHING = (
    "здравств* здрасте добр* привет* утро утра вечер вечера показан* передаю передат* переда* отправ* примите принять прим пожалуйст* пж пжл пжлст спасибо "
    "спс за на по от и а в во с к у из для мой мои моя мое наш наша наши "
    "это мне вам вас это вот мес месяц* месяца сегодня сег вчера данн* текущ* тек "
    "сейчас стало теперь снял нов новые новый новое равн* составл* будет значен* всем день_ ч час салем* салам* бе рахмет* рахм ай айы айына айга айдын "
    "корсеткиш* корсеткич* кабылда* жибер* бойынша бойнша ушин менин биздин казир казирги бугин осы берем* тапсыр* болды жана пен мен жане "
    "and the my "
    "is for please hello hi reading* readings now pokazan* pokaz* peredayu salem salam korsetkish* rahmet zdravstv* dobry* "
    "hai также еще тоже внутри квартиры "
    "водоснаб* снабжен* тариф* шкала индивид* учета учет су_ энерг* нагрев* сыз менде бар есть только й я ая ый ой ши"
)
SAME = (
    "без измен*|без изм|не измен*|не менял*|не поменял*|тот же|те же|то же|та же|такие же|такой же|столько же|как в прошл*|как прошл*|как было|"
    "как раньше|как и было|прежн*|"
    "сол куй*|сол калпы*|озгериссиз*|озгерген жок|озгерис жок|бурынгыдай*|откен айдагыдай|same|no change|unchanged|bez izmen*|ozgerissiz"
)
GREETINGS = "добрый день|доброго дня|добрый вечер|доброе утро|доброй ночи|кайырлы кун|кайырлы тан|кайырлы кеш|кайырлы тун|good day|kairly kun|хорошего дня"


def fold(word: str) -> str:
    """A word as the lists have it: small, without ё and without the letters that Russian keyboards lack."""
    small = word.casefold().strip("[]{}'’`").translate(_LETTERS)
    is_latin = [letter.isascii() for letter in small]
    return small.translate(_ALIKE) if any(is_latin) and not all(is_latin) else small


def spellings(word: str) -> list[str]:
    """What the word may be: as it stands; Latin letters that look Cyrillic («XBC»); Cyrillic typed in the other layout («udc»)."""
    bare = word.casefold()
    found = [fold(word)]
    if bare.isascii():
        found += [bare.translate(_ALIKE), fold(bare.translate(_LAYOUT))]
    return found


@cache
def _table(words: str) -> tuple[frozenset[str], tuple[str, ...]]:
    listed = [fold_list(word) for word in _split(words)]
    return frozenset(word for word in listed if not word.endswith("*")), tuple(word[:-1] for word in listed if word.endswith("*"))


def fold_list(word: str) -> str:
    """A word of the lists above in the form that `fold` gives, its star kept."""
    return fold(word.rstrip("*")) + ("*" if word.endswith("*") else "")


def is_one_of(word: str, words: str) -> bool:
    """Whether a folded word is on the list, or begins as one with a star does."""
    exact, stems = _table(words)
    return word in exact or (bool(stems) and word.startswith(stems))


def mistyped(word: str, words: str) -> bool:
    """Whether a long word is one letter off a word of the list: a letter wrong, missing, doubled, or two exchanged."""
    if not _SHORTEST <= len(word) <= LONGEST:
        return False
    exact, stems = _table(words)
    if any(len(known) >= _SHORTEST and _near(word, known) for known in exact):
        return True
    return any(_near(word[: len(stem) + extra], stem) for stem in stems if len(stem) >= _SHORTEST for extra in (-1, 0, 1))


def _near(word: str, known: str) -> bool:
    """Whether the words differ by at most one letter, or by two neighbours exchanged."""
    if abs(len(word) - len(known)) > 1:
        return False
    begin = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(word, known, strict=False)))
    one, other = word[begin:], known[begin:]
    return one[1:] == other[1:] or one == other[1:] or one[1:] == other or (one[1::-1] == other[:2] and one[2:] == other[2:])
