"""Layouts of receipts, price tags and business cards. Each draws on a page what `values` say, in the order of reading."""

from decimal import Decimal

from page import Page
from values import CENT, Shown
from words import COUNTRIES, JOBS, PHRASES, PRODUCTS, WARES

NOT_ON_RECEIPTS = ["tip", "discount", "email", "iban", "customer", "due_date", "website"]
NOT_ON_TAGS = ["discount", "phone", "email", "cashier", "iban", "author"]
NOT_ON_CARDS = ["fax", "birth_date", "iban", "tax_id", "nationality", "customer_number"]
BACKGROUNDS = [(255, 255, 255), (250, 248, 240), (236, 242, 248), (255, 244, 200)]


def head(page, values, y, size):
    """Name, address and telephone of a shop in the middle; answers where they end."""
    name, street, (postcode, city), phone = values.shop(), values.street(), values.place(), values.phone()
    middle, width = page.width // 2, page.width - 60
    page.say("store", name, middle, y, size=size + 10, bold=True, align="c", width=width)
    page.say("address", street, middle, y + 56, size=size, align="c", width=width)
    page.text(middle, y + 90, values.address_lines(postcode, city), size=size, align="c", width=width)
    page.text(middle, y + 124, f"{values.label('phone')} {phone.text}", size=size, align="c", width=width)
    for concept, shown in (("postcode", postcode), ("city", city), ("phone", phone)):
        page.know(concept, shown)
    return y + 170


def sums(page, values, y, items, size, left, right):
    """Total, tax that is in it, and cash; answers where they end."""
    total, rate = sum(item.amount for item in items), values.rate()
    tax = (total - total / (1 + rate / 100)).quantize(CENT)
    page.text(left, y, values.label("total"), size=size + 6, bold=True, width=(right - left) // 2 - 10)
    page.say("total", values.money(total), right, y, size=size + 6, bold=True, align="r", width=(right - left) // 2)
    paid = (total / 10).to_integral_value() * 10 + values.chance.choice([10, 20])
    rows = [("tax", tax), ("paid", Decimal(paid)), ("change", paid - total)]
    for concept, amount in rows:
        y += 42
        label = values.label(concept)
        if concept == "tax":
            label = f"{PHRASES['included'][values.language]} {label} {values.percent(rate).text}"
            page.know("tax_rate", values.percent(rate))
        page.text(left, y, label, size=size, width=(right - left) * 2 // 3)
        page.say(concept, values.money(amount), right, y, size=size, align="r")
    page.know("currency", Shown("", values.currency))
    return y + 50


def moment(values):
    hour, minute = values.chance.randrange(8, 20), values.chance.randrange(60)
    text = f"{hour:02}:{minute:02}"
    return Shown(text, text)


def receipt_plain(values, face):
    """One line an item, amounts at the right; date and time in one line at the foot."""
    page, left, right, size = Page((560, 1700), face, paper=(253, 253, 250)), 34, 526, 23
    y = head(page, values, 40, size)
    page.dashes(left, y, right)
    y += 16
    items = [item._replace(quantity=1, amount=item.unit_price) for item in values.basket(values.chance.randrange(3, 10), wares=True)]
    for item in items:
        page.text(left, y, item.description, size=size, width=350)
        page.text(right, y, values.money(item.amount, bare=True).text, size=size, align="r")
        page.items.append({"description": item.description, "amount": float(item.amount)})
        y += 36
    page.columns = ["description", "amount"]
    page.dashes(left, y + 10, right)
    y = sums(page, values, y + 26, items, size, left, right)
    page.dashes(left, y, right)
    page.say("date", values.date(values.recent()), left, y + 16, size=size - 1, width=280)
    page.say("time", moment(values), right, y + 16, size=size - 1, align="r")
    page.text(left, y + 54, values.label("receipt_number"), size=size - 1)
    page.say("receipt_number", values.code("######"), right, y + 54, size=size - 1, align="r")
    page.text(page.width // 2, y + 110, PHRASES["visit"][values.language], size=size, align="c", width=500)
    page.cut(y + 170)
    return page, NOT_ON_RECEIPTS + ["cashier", "register"]


def receipt_lines(values, face):
    """Quantity and price on a line below the name; labels with colons above the items."""
    page, left, right, size = Page((640, 1900), face), 44, 596, 24
    y = head(page, values, 40, size)
    rows = {"date": values.date(values.recent()), "time": moment(values), "receipt_number": values.code("##/####"),
            "register": values.code("#"), "cashier": values.person()}
    rows["register"] = Shown(rows["register"].text, int(rows["register"].text))
    for concept, shown in rows.items():
        page.text(left, y, values.label(concept) + ":", size=size, width=240)
        page.say(concept, shown, left + 250, y, size=size, width=right - left - 250)
        y += 36
    page.rule(left, y + 12, right)
    y += 26
    items = values.basket(values.chance.randrange(2, 8), wares=True)
    for item in items:
        page.text(left, y, item.description, size=size, width=500)
        page.text(left + 40, y + 34, f"{item.quantity} x {values.money(item.unit_price, bare=True).text}", size=size)
        page.text(right, y + 34, values.money(item.amount, bare=True).text, size=size, align="r")
        page.items.append({"description": item.description, "quantity": item.quantity, "unit_price": float(item.unit_price), "amount": float(item.amount)})
        y += 76
    page.columns = ["description", "quantity", "unit_price", "amount"]
    page.rule(left, y + 6, right)
    y = sums(page, values, y + 22, items, size, left, right)
    page.text(page.width // 2, y + 30, PHRASES["visit"][values.language], size=size, align="c", width=560)
    page.cut(y + 90)
    return page, NOT_ON_RECEIPTS


def barcode(values):
    """Twelve digits and the one that checks them."""
    digits = values.digits(12)
    check = -sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits)) % 10
    return Shown(f"{digits}{check}", f"{digits}{check}")


def bars(page, values, x, y, right, bottom):
    at = x
    while at < right:
        width = values.chance.choice([2, 2, 4, 6])
        page.draw.rectangle((at, y, min(at + width, right), bottom), fill=page.ink)
        at += width + values.chance.choice([3, 4, 6])


def tag_price(values, face):
    """A large price, sometimes with the one before; no labels but for the article number."""
    page = Page((820, 520), face, paper=values.chance.choice(BACKGROUNDS))
    name, low, high = values.pick(PRODUCTS)
    price = Decimal(values.chance.randrange(low, high)) + Decimal(values.chance.choice(["0.99", "0.95", "0.49"]))
    absent = list(NOT_ON_TAGS)
    if values.chance.random() < 0.5:
        page.text(40, 24, PHRASES["offer"][values.language], size=28, bold=True, ink=(170, 20, 30))
        page.text(40, 150, values.label("old_price"), size=26, width=190)
        page.say("old_price", values.money(price + Decimal(values.chance.randrange(3, 20))), 250, 150, size=26)
    else:
        absent += ["old_price"]
    page.say("product", Shown(name, name), 40, 76, size=38, bold=True, width=740)
    page.say("price", values.money(price), 780, 210, size=110, bold=True, align="r", width=640)
    page.know("currency", Shown("", values.currency))
    page.text(40, 400, values.label("article_number"), size=24)
    page.say("article_number", values.code("###.###"), 250, 400, size=24)
    bars(page, values, 480, 390, 780, 440)
    page.say("barcode", barcode(values), 630, 446, size=24, align="c")
    page.box(8, 8, 811, 511)
    return page, absent + ["lot", "best_before"]


def tag_goods(values, face):
    """A label of food: labels beside values, ruled, the price below its label."""
    page, y = Page((780, 760), face, paper=values.chance.choice(BACKGROUNDS)), 130
    name, low, high = values.pick(WARES)
    price = Decimal(values.chance.randrange(low * 100, high * 100)) / 100
    page.say("product", Shown(name, name), 390, 40, size=40, bold=True, align="c", width=700)
    weight = Shown(f"{values.chance.randrange(10, 99) * 10} g", "")
    rows = {"article_number": values.code("??####"), "weight": weight._replace(value=weight.text), "origin": Shown(*[values.pick(COUNTRIES)] * 2),
            "lot": values.code("L###?#"), "best_before": values.date(values.recent())}
    for concept, shown in rows.items():
        page.rule(40, y, 740, weight=1)
        page.text(50, y + 12, values.label(concept) + ":", size=25, width=330)
        page.say(concept, shown, 400, y + 12, size=25, width=330)
        y += 58
    page.rule(40, y, 740, weight=1)
    page.text(50, y + 24, values.label("price"), size=24)
    page.say("price", values.money(price), 50, y + 62, size=64, bold=True, width=330)
    page.know("currency", Shown("", values.currency))
    bars(page, values, 440, y + 50, 730, y + 120)
    page.say("barcode", barcode(values), 585, y + 126, size=24, align="c")
    page.cut(y + 190)
    return page, NOT_ON_TAGS + ["old_price"]


def business(values):
    """Who the card is of, and how to reach them."""
    person, company = values.person(), values.company()
    domain, (postcode, city), job = values.domain(company.text), values.place(), values.pick(JOBS)
    return {
        "person": person, "job": Shown(job, job), "company": company, "phone": values.phone(), "mobile": values.phone(mobile=True),
        "email": values.email(person.text, domain), "website": Shown(f"www.{domain}", f"www.{domain}"),
        "address": values.street(), "postcode": postcode, "city": city,
    }


def card_left(values, face):
    """Everything at the left, short labels before numbers, the address at the foot."""
    card, page = business(values), Page((1010, 640), face, paper=values.chance.choice(BACKGROUNDS))
    page.say("company", card["company"], 70, 60, size=36, bold=True, width=860)
    page.rule(70, 122, 940)
    page.say("person", card["person"], 70, 160, size=46, bold=True, width=860)
    page.say("job", card["job"], 70, 222, size=28)
    y = 310
    absent = [concept for concept in ("mobile", "website") if values.chance.random() < 0.3]
    for concept in ("phone", "mobile", "email", "website"):
        if concept not in absent:
            page.text(70, y, values.label(concept), size=27, width=150)
            page.say(concept, card[concept], 240, y, size=27, width=700)
            y += 42
    page.text(70, 540, f"{card['address'].text}, {values.address_lines(card['postcode'], card['city'])}", size=27, width=880)
    for concept in ("address", "postcode", "city"):
        page.know(concept, card[concept])
    return page, NOT_ON_CARDS + absent


def card_columns(values, face):
    """The person at the left, the company's data without labels at the right."""
    card, dark = business(values), values.chance.random() < 0.3
    page = Page((1010, 600), face, ink=(240, 240, 240) if dark else (25, 30, 50), paper=(32, 44, 66) if dark else values.chance.choice(BACKGROUNDS))
    y = page.wrapped(60, 160, card["person"].text, 380, size=46, bold=True)
    page.know("person", card["person"])
    page.say("job", card["job"], 60, y + 12, size=28, width=380)
    page.upright(480, 90, 510, ink=page.ink)
    page.say("company", card["company"], 520, 100, size=30, bold=True, width=440)
    page.say("address", card["address"], 520, 160, size=27, width=440)
    page.text(520, 202, values.address_lines(card["postcode"], card["city"]), size=27, width=440)
    page.say("phone", card["phone"], 520, 286, size=27, width=440)
    page.say("email", card["email"], 520, 328, size=27, width=440)
    page.say("website", card["website"], 520, 370, size=27, width=440)
    page.know("postcode", card["postcode"])
    page.know("city", card["city"])
    return page, NOT_ON_CARDS + ["mobile"]
