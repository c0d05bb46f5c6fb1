"""The currencies of ISO 4217: their symbols and minor units, and those that Stripe counts otherwise."""

from __future__ import annotations

from decimal import Decimal

# By decimal places: those in use, and those replaced so lately that exports still hold them.
_CODES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
        CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG
        HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR
        MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK
        SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST
        XCD XCG YER ZAR ZMW ZWG ZWL
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
DECIMALS = {code: places for places, codes in _CODES.items() for code in codes.split()}
# Stripe kept hundredths of those that lost theirs, and knows no fifths of an ariary (docs.stripe.com/currencies).
STRIPE_DECIMALS = {"ISK": 2, "UGX": 2, "MGA": 0}
LARGEST_RATE = Decimal(10) ** 7  # what one unit may be worth
SYMBOLS = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "CNY": "CN¥",
    "INR": "₹",
    "KRW": "₩",
    "VND": "₫",
    "PHP": "₱",
    "ILS": "₪",
    "UAH": "₴",
    "NGN": "₦",
    "TRY": "₺",
    "KZT": "₸",
    "AUD": "A$",
    "CAD": "CA$",
    "NZD": "NZ$",
    "HKD": "HK$",
    "TWD": "NT$",
    "MXN": "MX$",
    "BRL": "R$",
    "SEK": "kr",
    "NOK": "kr",
    "DKK": "kr",
    "ISK": "kr",
    "PLN": "zł",
    "CZK": "Kč",
    "HUF": "Ft",
    "ZAR": "R",
}


def symbol(code: str) -> str:
    """How amounts of a currency are marked: its symbol where it has a well-known one, otherwise its code."""
    return SYMBOLS.get(code, code)


def from_minor_units(amount: Decimal, code: str) -> Decimal:
    """An amount in minor units as ISO 4217 counts them, in whole units: 5000 is 50.00 USD, 5000 JPY, 5.000 KWD.

    Fractions of a minor unit (a price of 0.4 cents) are kept. Raises KeyError for a code that is none.
    """
    return amount.scaleb(-DECIMALS[code])


def from_stripe(amount: Decimal, code: str) -> Decimal:
    """An amount as Stripe's API and exports write it, in whole units: 5000 is 50.00 ISK although ISK has no cents.

    Codes in capitals. Raises KeyError for a code that is none.
    """
    return amount.scaleb(-(DECIMALS | STRIPE_DECIMALS)[code])
