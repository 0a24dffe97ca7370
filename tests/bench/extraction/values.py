"""Values as pages in English, German and French print them, drawn by chance, each with what a schema asks for."""

import datetime
from decimal import Decimal
from typing import NamedTuple

from vocabulary import COLUMNS, CONCEPTS
from words import CITIES, FIRST_NAMES, LAST_NAMES, MONTHS, PRODUCTS, ROOTS, STREETS, SUFFIXES, TRADES, WARES

CENT = Decimal("0.01")


class Shown(NamedTuple):
    """What is printed, what is true, and what else counts as right."""

    text: str
    value: object
    accepted: tuple = ()


class Item(NamedTuple):
    code: str
    description: str
    quantity: int
    unit_price: Decimal
    amount: Decimal


def plain(text):
    """ASCII letters in lower case, for addresses on the web."""
    for letter, other in zip("äöüßéèêëàâçîïôùûœ", "ae oe ue ss e e e e a a c i i o u u oe".split()):
        text = text.lower().replace(letter, other)
    return "-".join("".join(letter if letter.isalnum() else " " for letter in text).split())


def iban(country, account):
    """With its two check digits (ISO 13616)."""
    digits = "".join(str(int(letter, 36)) for letter in f"{account}{country}00")
    return f"{country}{98 - int(digits) % 97:02}{account}"


def french_key(bank, branch, account):
    """The two digits at the end of a French account number."""
    return 97 - (89 * int(bank) + 15 * int(branch) + 3 * int(account)) % 97


class Values:
    """What one page says. Names and numbers come from `chance`."""

    def __init__(self, chance, language):
        self.chance, self.language = chance, language
        self.currency = chance.choice(["USD", "USD", "GBP"]) if language == "en" else "EUR"
        self.symbol = {"USD": "$", "GBP": "£", "EUR": "€"}[self.currency]
        self.style = chance.randrange(3)
        self.british = self.currency == "GBP"
        self.date_style = chance.randrange(3)
        self.labels = {}

    def pick(self, words):
        return self.chance.choice(words[self.language])

    def digits(self, count):
        return str(self.chance.randrange(1, 10)) + "".join(str(self.chance.randrange(10)) for _ in range(count - 1))

    def label(self, concept):
        """The same all over the page."""
        source = CONCEPTS[concept].labels if concept in CONCEPTS else COLUMNS[concept][2]
        return self.labels.setdefault(concept, self.chance.choice(source[self.language]))

    def person(self):
        first, last = self.pick(FIRST_NAMES), self.pick(LAST_NAMES)
        return Shown(f"{first} {last}", f"{first} {last}")

    def company(self):
        name = f"{self.chance.choice(ROOTS)} {self.pick(TRADES)} {self.pick(SUFFIXES)}"
        return Shown(name, name)

    def shop(self):
        name = f"{self.pick(TRADES)} {self.chance.choice(ROOTS)}"
        return Shown(name, name)

    def street(self):
        number, street = self.chance.randrange(1, 180), self.pick(STREETS)
        text = f"{street} {number}" if self.language == "de" else f"{number} {street}"
        return Shown(text, text)

    def place(self):
        """Postal code and city."""
        code, city = self.pick(CITIES)
        if self.language == "en" and self.british:
            code, city = self.chance.choice([("LS1 4AP", "Leeds"), ("BS8 1TH", "Bristol"), ("NR2 3PB", "Norwich"), ("YO1 7HU", "York")])
        return Shown(code, code), Shown(city, city)

    def address_lines(self, postcode, city):
        return f"{city.text} {postcode.text}" if self.language == "en" and self.british else (
            f"{city.text}, {postcode.text}" if self.language == "en" else f"{postcode.text} {city.text}")

    def phone(self, mobile=False):
        """A number out of those that are kept for fiction, and the same with the code of the country."""
        if self.language == "de":
            tail = self.digits(3)
            text = f"0171 39200{tail[:2]}" if mobile else self.chance.choice([f"030 23125{tail}", f"+49 30 23125 {tail}"])
            full = f"+4917139200{tail[:2]}" if mobile else f"+493023125{tail}"
        elif self.language == "fr":
            pairs = [self.digits(2) for _ in range(2)]
            head = "6 39 98" if mobile else "1 99 00"
            text = self.chance.choice([f"0{head} {' '.join(pairs)}", f"+33 {head} {' '.join(pairs)}"])
            full = "+33" + (head + "".join(pairs)).replace(" ", "")
        elif self.british:
            tail = self.digits(3)
            text = f"07700 900{tail}" if mobile else f"020 7946 0{tail}"
            full = "+44" + text.replace(" ", "")[1:]
        else:
            area, tail = self.chance.choice(["212", "312", "415", "617"]), self.chance.randrange(10, 100)
            text = self.chance.choice([f"({area}) 555-01{tail}", f"+1 {area} 555 01{tail}", f"{area}-555-01{tail}"])
            full = f"+1{area}55501{tail}"
        return Shown(text, text, (full,))

    def domain(self, name):
        """Of a company, without its legal form."""
        words = [word for word in name.split() if word.lower() not in ("gmbh", "ag", "kg", "e.k.", "sarl", "sas", "sa", "ltd", "inc.", "llc")]
        return f"{plain(' '.join(words))}.example"

    def email(self, person, domain):
        first, last = person.split(" ", 1)
        text = self.chance.choice([f"{plain(first)}.{plain(last)}", f"{plain(first)[0]}.{plain(last)}", plain(last)]) + "@" + domain
        return Shown(text, text)

    def iban(self):
        if self.language == "de":
            number = iban("DE", self.digits(8) + self.digits(10))
        elif self.language == "fr":
            bank, branch, account = self.digits(5), self.digits(5), self.digits(11)
            number = iban("FR", f"{bank}{branch}{account}{french_key(bank, branch, account):02}")
        else:
            number = iban("GB", "".join(self.chance.choice("ABCDGHLMNRTW") for _ in range(4)) + self.digits(14))
        return Shown(" ".join(number[at:at + 4] for at in range(0, len(number), 4)), number)

    def tax_id(self):
        number = {"de": f"DE{self.digits(9)}", "fr": f"FR{self.digits(11)}"}.get(self.language)
        number = number or (f"GB{self.digits(9)}" if self.british else f"{self.digits(2)}-{self.digits(7)}")
        return Shown(number, number)

    def code(self, form):
        """Digits for #, letters for ?."""
        text = "".join(self.digits(1) if mark == "#" else self.chance.choice("ABCDEFGHKLMNPRSTUVWX") if mark == "?" else mark for mark in form)
        return Shown(text, text)

    def day(self, first, last):
        """A date between two others, without its print."""
        return first + datetime.timedelta(self.chance.randrange((last - first).days + 1))

    def date(self, day):
        """Numbers alone stand on English pages only where they cannot be taken for another day."""
        month = MONTHS[self.language][day.month - 1]
        forms = {
            "en": [f"{month} {day.day}, {day.year}", f"{day.day} {month[:3]} {day.year}", f"{day:%m/%d/%Y}" if day.day > 12 and not self.british else f"{day}"],
            "de": [f"{day:%d.%m.%Y}", f"{day.day}. {month} {day.year}", f"{day:%d.%m.%y}"],
            "fr": [f"{day:%d/%m/%Y}", f"{day.day} {month} {day.year}", f"{day:%d-%m-%Y}"],
        }
        return Shown(forms[self.language][self.date_style], day.isoformat())

    def recent(self):
        return self.day(datetime.date(2023, 1, 2), datetime.date(2026, 8, 30))

    def number(self, amount):
        """With two digits after the point or comma, thousands apart."""
        text = f"{amount:,.2f}"
        marks = {"de": str.maketrans(",.", ".,"), "fr": str.maketrans(",.", "\u00a0,")}.get(self.language, {})
        return Shown(text.translate(marks), float(amount))

    def money(self, amount, bare=False):
        """With the currency, except in tables."""
        text = self.number(amount).text
        if bare:
            return Shown(text, float(amount))
        if self.language == "en":
            return Shown([f"{self.symbol}{text}", f"{self.symbol}{text}", f"{self.currency} {text}"][self.style], float(amount))
        return Shown(f"{text}\u00a0{['€', '€', 'EUR'][self.style]}", float(amount))

    def percent(self, rate):
        text = f"{rate:g}"
        return Shown(f"{text}%" if self.language == "en" else f"{text.replace('.', ',')} %", float(rate))

    def rate(self):
        return Decimal({"de": "19", "fr": "20"}.get(self.language) or ("20" if self.british else self.chance.choice(["8.25", "7.5", "6"])))

    def basket(self, count, wares=False):
        """Different items whose amounts are right; `wares` are those of a grocer."""
        items = []
        for name, low, high in self.chance.sample((WARES if wares else PRODUCTS)[self.language], count):
            price = Decimal(self.chance.randrange(low * 100, high * 100)) / 100
            price = price if not wares else price.quantize(Decimal("0.1")) - CENT
            quantity = self.chance.choice([1, 1, 1, 2, 3] if wares else [1, 2, 3, 4, 5, 8, 10, 12, 20])
            items.append(Item(self.code("??-####").text, name, quantity, price, price * quantity))
        return items
