"""Numbers of registers: the form and the check digit of what stands on a certificate.

Owns how the number of a legal entity is read: the unified social credit code (统一社会信用代码) and the resident id
(居民身份证) by their check digits, a foreign register by its form. Whether the register has such an entry is nothing
that a check digit can tell. Does not own what may be verified as what (`core.account`). Rules: ACCOUNT-2.
"""

from __future__ import annotations

import re

from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength, ValidationError

from partita.core.account import TEXT_MAX, EntityKind, LegalEntity
from partita.core.ledger import is_line
from partita.core.refusal import Reason, Refused, refused

HOME = "CN"
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_FOREIGN = re.compile(r"[0-9A-Z][0-9A-Z ./-]{2,39}\Z")
_KINDS = {
    EntityKind.ORGANISATION: ("unified social credit code", "统一社会信用代码"),
    EntityKind.PERSON: ("resident id number", "居民身份证号"),
    EntityKind.FOREIGN: ("registration number", "登记号"),
}
_LENGTH = ("it has 18 characters.", "应为 18 位。")
_LETTERS = ("it has characters that do not occur there.", "含有不应出现的字符。")
_DIGIT = ("its check digit does not fit: a digit is mistyped.", "校验码不符：有数字输错。")
_PLACE = ("the place or the birthday in it does not exist.", "其中的地区或出生日期不存在。")
_FORM = (
    "write 3 to 40 capital letters, digits and . / -, and a country such as SG other than CN.",
    "请写 3 至 40 个大写字母、数字及 . / -，并给出 CN 以外的国家代码，例如 SG。",
)


def read_entity(kind: EntityKind, number: str, name: str, country: str = HOME) -> LegalEntity | Refused:
    """Return the legal entity of a certificate, its number in plain form. Refused: BAD_TEXT, BAD_REGISTER_NUMBER."""
    if not name.strip() or not is_line(name) or len(name) > TEXT_MAX:
        return refused(Reason.BAD_TEXT, name="name", limit=TEXT_MAX)
    plain = number.strip().upper()
    try:
        match kind:
            case EntityKind.ORGANISATION:
                plain = uscc.validate(plain)
            case EntityKind.PERSON:
                plain = ric.validate(plain)
            case EntityKind.FOREIGN:
                if country == HOME or not _COUNTRY.match(country) or not _FOREIGN.match(plain):
                    return _bad(kind, number, _FORM)
    except ValidationError as wrong:
        return _bad(kind, number, _why(wrong))
    return LegalEntity(kind, country if kind is EntityKind.FOREIGN else HOME, plain, name.strip())


def is_tax_number(text: str) -> bool:
    """Say whether a text is a tax number of an enterprise in China: its unified social credit code."""
    return uscc.is_valid(text)


def _why(wrong: ValidationError) -> tuple[str, str]:
    match wrong:
        case InvalidLength():
            return _LENGTH
        case InvalidChecksum():
            return _DIGIT
        case InvalidFormat():
            return _LETTERS
        case _:
            return _PLACE


def _bad(kind: EntityKind, number: str, why: tuple[str, str]) -> Refused:
    return refused(Reason.BAD_REGISTER_NUMBER, number=number, kind=_KINDS[kind], detail=why)
