"""Words as the phrasing check sees them: stems, words that carry no subject, and pairs that mean the opposite."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?", re.IGNORECASE)

_FUNCTION = frozenset(
    """a an the this that these those i me my mine you your yours he she it its we us our they them their there here
    who whom whose which what when where why how is am are was were be been being do does did done doing have has had
    having will would shall should can could may might must ought and or but nor so yet if then than as at by for from
    in into of off on onto out over to up down with within without about above across after again against along also
    any all am because before below between both during each few further just more most no not now once only other
    own same some such too under until very while let let's lets okay ok oh well hm mm yes please thanks thank sorry
    one ones something anything thing things someone anyone everything else i'm i'd i'll i've you're you'd you'll
    you've it's that's what's there's he's she's we're we'd we'll they're don't doesn't didn't isn't aren't wasn't
    weren't won't wouldn't can't couldn't shouldn't haven't hasn't hadn't never neither none cannot even ever still
    really actually quite rather maybe perhaps bit little lot much many kind sort way""".split()
)

_ASKING = frozenset(
    """tell explain describe walk talk take say said saying give show share mean meant think thought know like want
    wanted ask asked asking question answer hear heard curious wonder wondering interested love happy glad go going
    come came get got getting put make made look see saw start begin help point help through back next first right
    then exactly specific specifically concrete plainly simply briefly words word let imagine suppose moment time
    minute please hand used use using work works working happen happens happened try tried need find found keep""".split()
)

_COMMON = frozenset(
    """model models data example examples case cases people person team problem problems result results part parts
    detail details experience project role job company system training train learn learning machine different
    reason reasons step steps decision decisions change changed matter matters sense side good bad better best new
    real practice situation story end day choose choice approach idea main big small number""".split()
)

NUMBER_WORDS = frozenset(
    "two three four five six seven eight nine ten dozen hundred thousand million billion half".split()
)

_NO_SUBJECT = _FUNCTION | _ASKING | NUMBER_WORDS

OPPOSITE_PREFIXES = (
    "over",
    "under",
    "un",
    "in",
    "im",
    "non",
    "dis",
    "pre",
    "post",
    "up",
    "down",
    "en",
    "de",
    "hyper",
    "hypo",
)

_PAIRS = """increase decrease|more less|high low|higher lower|large small|larger smaller|big small|best worst|better worse
|train test|training test|online offline|precision recall|bias variance|positive negative|good bad|before after
|encoder decoder|fast slow|faster slower|strength weakness|strong weak|success failure|succeed fail|right wrong
|agree disagree|first last|rise fall|gain loss|add remove|maximise minimise|maximum minimum|true false|open close
|batch stream|long short|deep shallow|simple complex|cheap expensive|early late|pro con|advantage disadvantage
|like dislike|learn forget|many few|always never|row column|input output|forward backward|parametric nonparametric"""


def words(text: str) -> list[str]:
    """Lower-case words in order, apostrophes kept."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def stem(word: str) -> str:
    """A rough stem: enough that "models" meets "model" and "choosing" meets "choose"."""
    word = word.removesuffix("'s")
    for ending, least in (
        ("isations", 4),
        ("izations", 4),
        ("isation", 4),
        ("ization", 4),
        ("ising", 4),
        ("izing", 4),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= least:
            return word[: -len(ending)]
    for ending, least in (
        ("ingly", 4),
        ("edly", 4),
        ("ing", 3),
        ("ies", 3),
        ("ied", 3),
        ("ed", 3),
        ("es", 3),
        ("ly", 4),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= least:
            return _undoubled(word[: -len(ending)])
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return word[:-1].removesuffix("e") if len(word) > 4 else word[:-1]
    return word.removesuffix("e").removesuffix("y") if len(word) > 4 else word


@lru_cache(maxsize=8192)
def content_words(text: str) -> frozenset[str]:
    """Stems of the words that carry what a text is about."""
    return frozenset(stem(w) for w in words(text) if w not in _NO_SUBJECT and len(w) > 1)


def _undoubled(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl" else word


COMMON = frozenset(stem(word) for word in _COMMON)
"""Words of any interview: a phrasing may bring them in although a rubric holds them too."""

OPPOSITES = frozenset(
    frozenset(stem(word) for word in pair.split()) for pair in _PAIRS.replace("\n", "").split("|")
)
