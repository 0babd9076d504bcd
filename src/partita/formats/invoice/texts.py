"""What stands on an invoice, word for word, in Chinese and in English. Rules: INVOICE-11."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from partita.core.invoice import (
    CandidateKind,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    amount_in_chinese,
    amount_in_english,
)
from partita.core.money import Money, format_scaled, minor_digits

_WORDS = {
    "zh": {
        "special": "电子发票（增值税专用发票）", "general": "电子发票（普通发票）",
        "red": "红字", "number": "发票号码", "date": "开票日期", "buyer": "购买方信息", "seller": "销售方信息",
        "name": "名称", "tax_number": "统一社会信用代码/\n纳税人识别号", "address": "地址", "phone": "电话",
        "bank": "开户银行", "bank_account": "银行账号", "item": "项目名称", "detail": "规格说明",
        "unit": "单位", "quantity": "数量", "net": "金额", "rate": "税率/征收率", "tax": "税额", "sum": "合计",
        "total": "价税合计（大写）", "in_figures": "（小写）", "remark": "备注", "drawer": "开票人",
        "one": "项", "exempt": "不征税", "red_of": "被红冲蓝字发票号码", "red_form": "红字信息表编号", "colon": "：",
        "page": "第 {page} 页，共 {pages} 页", "currency": "币种",
    },
    "en": {
        "special": "Electronic Invoice (Special VAT)", "general": "Electronic Invoice (General VAT)",
        "red": "Red letter", "number": "Invoice number", "date": "Date of issue", "buyer": "Buyer", "seller": "Seller",
        "name": "Name", "tax_number": "Tax number", "address": "Address", "phone": "Phone", "bank": "Bank",
        "bank_account": "Bank account", "item": "Item", "detail": "Details", "unit": "Unit", "quantity": "Qty",
        "net": "Net amount", "rate": "Tax rate", "tax": "Tax", "sum": "Total", "total": "Total with tax, in words",
        "in_figures": "in figures", "remark": "Remarks", "drawer": "Issued by", "one": "item", "exempt": "not taxed",
        "red_of": "Takes back invoice", "red_form": "Red-letter form", "page": "Page {page} of {pages}", "colon": ": ",
        "currency": "Currency",
    },
}  # fmt: skip
_SHORT = 12
_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


@dataclass(frozen=True, slots=True)
class Printed:
    """An issued invoice as it is printed, in `zh` or `en`.

    `number` and `issued_on` are what the tax bureau gave it; `red_number` is the number of the invoice that a red
    letter takes back. `buyer_country`: ISO code. `bureau`: who gave the number, where that has to be said.
    """

    invoice: Invoice
    number: str
    issued_on: date
    language: str = "zh"
    red_number: str = ""
    buyer_country: str = "CN"
    bureau: str = ""

    def words(self, name: str) -> str:
        """Return a word of the page."""
        return _WORDS[self.language][name]

    @property
    def title(self) -> str:
        """What kind of invoice it is."""
        return self.words("special" if self.invoice.kind is InvoiceKind.SPECIAL else "general")

    @property
    def seller_name(self) -> str:
        """The name of the issuer, in English where it has one and that is spoken."""
        issuer = self.invoice.issuer
        return (issuer.english_name if self.language == "en" else "") or issuer.name

    def amount(self, minor: int, *, sign: bool = False) -> str:
        """Write an amount: `1,234.50`, or `¥1,234.50`."""
        digits = minor_digits(self.invoice.currency)
        whole, point, decimals = format_scaled(abs(minor), digits, places=digits).partition(".")
        mark = _SIGNS.get(self.invoice.currency, f"{self.invoice.currency} ") if sign else ""
        return f"{'-' if minor < 0 else ''}{mark}{int(whole):,}{point}{decimals}"

    @property
    def rate(self) -> str:
        """The rate of tax, such as 6%; for what is not taxed the word."""
        rate = self.invoice.tax_item.rate_e4
        return f"{format_scaled(rate, 2)}%" if rate else self.words("exempt")

    @property
    def in_words(self) -> str:
        """The whole amount in words."""
        money = Money(self.invoice.gross, self.invoice.currency)
        return amount_in_chinese(money) if self.language == "zh" else _sentence(amount_in_english(money))

    def line_text(self, line: InvoiceLine, *, short: bool = False) -> str:
        """Say what a line is for: `账单 2026-10 · acme-game`.

        `short`: the id of what is no bill only by its beginning.
        """
        kind = line.kind.of(line.reference, self.language)
        kind = kind.capitalize() if self.language == "en" else kind
        which = line.reference[:_SHORT] if short else line.reference
        if line.kind is CandidateKind.BILL:
            which = f"{line.month // 100}-{line.month % 100:02}"
        return f"{kind} {which} · {line.payer_id}"

    def notes(self) -> list[str]:
        """Return what stands below the lines: the invoice taken back, its form, the currency, remarks."""
        colon = self.words("colon")
        facts = (
            (self.words("red_of"), self.red_number),
            (self.words("red_form"), self.invoice.red_form),
            (self.words("currency"), "" if self.invoice.currency == "CNY" else self.invoice.currency),
        )
        said = [f"{name}{colon}{value}" for name, value in facts if value]
        return [*said, *filter(None, [self.invoice.remark])]

    def parties(self) -> dict[str, list[tuple[str, str]]]:
        """Return buyer and seller as pairs of label and text; what is not stated is left out but for the tax number."""
        buyer, seller = self.invoice.title, self.invoice.issuer
        return {
            side: [
                (self.words(name), text)
                for name, text in (
                    ("name", who if side == "buyer" else self.seller_name), ("tax_number", one.tax_number),
                    ("address", one.address), ("phone", one.phone), ("bank", one.bank),
                    ("bank_account", one.bank_account),
                )
                if text or name == "tax_number"
            ]
            for side, one, who in (("buyer", buyer, buyer.title), ("seller", seller, seller.name))
        }  # fmt: skip


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
