"""Layouts of A4 at 150 dpi: invoices and tables. Each draws on a page what `values` say, in the order of reading."""

import datetime

from page import Page
from values import CENT, Shown
from words import PHRASES, TABLE_TITLES

A4 = (1240, 1754)
MARGIN = 110
RIGHT = A4[0] - MARGIN
SHADE = (228, 231, 236)
NOT_ON_INVOICES = ["discount", "shipping", "fax", "mobile", "approved_by", "barcode"]
NOT_IN_TABLES = ["approved_by", "discount", "due_date", "iban", "phone", "email", "shipping"]


def party(page, values, company):
    """What is known of the sender: address and how to reach it."""
    postcode, city = values.place()
    domain = values.domain(company.text)
    return {
        "vendor": company, "address": values.street(), "postcode": postcode, "city": city, "phone": values.phone(),
        "email": Shown(f"info@{domain}", f"info@{domain}"), "website": Shown(f"www.{domain}", f"www.{domain}"), "tax_id": values.tax_id(),
    }


def recipient(page, values, x, y, size=24, label=True):
    """A customer's address, which is not asked for but by name."""
    customer = values.company() if values.chance.random() < 0.5 else values.person()
    if label:
        page.text(x, y, values.label("customer"), size=size - 4, ink=(80, 80, 80))
    page.say("customer", customer, x, y + 36, size=size, bold=True)
    postcode, city = values.place()
    page.text(x, y + 72, values.street().text, size=size)
    page.text(x, y + 108, values.address_lines(postcode, city), size=size)


def dates(values):
    issued = values.recent()
    return {"invoice_date": values.date(issued), "due_date": values.date(issued + datetime.timedelta(values.chance.choice([10, 14, 30])))}


def meta(values, count):
    """Number and dates of an invoice, and more of the kind."""
    rows = {"invoice_number": values.code(values.chance.choice(["####-####", "??-#####", "20##/####", "?######"])), **dates(values)}
    more = {"customer_number": values.code("#####"), "order_number": values.code("?##-####"), "contact": values.person()}
    for concept in values.chance.sample(sorted(more), count):
        rows[concept] = more[concept]
    return rows


def table(page, values, y, columns, items, ruled, x=MARGIN, right=RIGHT, size=23, step=46):
    """Items with a head. `columns`: names and widths in parts of the whole. Answers where it ends."""
    whole, edges = right - x, [x]
    for _, width in columns:
        edges.append(edges[-1] + int(whole * width))
    edges[-1] = right
    page.columns, top = [name for name, _ in columns], y
    if not ruled:
        page.box(x, y, right, y + step, fill=SHADE, outline=None)
    for at, (name, _) in enumerate(columns):
        left = name in ("description", "code")
        page.text(edges[at] + 12 if left else edges[at + 1] - 12, y + 8, values.label(name), size=size, bold=True,
                  align="l" if left else "r", width=edges[at + 1] - edges[at] - 24)
    for number, item in enumerate(items, 1):
        y += step
        cells = {"position": str(number), "code": item.code, "description": item.description, "quantity": str(item.quantity),
                 "unit_price": values.money(item.unit_price, bare=True).text, "amount": values.money(item.amount, bare=True).text}
        for at, (name, _) in enumerate(columns):
            left = name in ("description", "code")
            page.text(edges[at] + 12 if left else edges[at + 1] - 12, y + 8, cells[name], size=size, align="l" if left else "r",
                      width=edges[at + 1] - edges[at] - 24)
        true = {"position": number, **item._asdict(), "unit_price": float(item.unit_price), "amount": float(item.amount)}
        page.items.append({name: true[name] for name in page.columns})
    y += step
    if ruled:
        for at in range(len(items) + 2):
            page.rule(x, top + at * step, right)
        for edge in edges:
            page.upright(edge, top, y)
    else:
        page.rule(x, y + 2, right)
    return y


def totals(page, values, y, items, x, right=RIGHT, size=24, boxed=False):
    """Net, tax and total, labels beside the values. Answers where they end."""
    net, rate = sum(item.amount for item in items), values.rate()
    tax = (net * rate / 100).quantize(CENT)
    percent = values.percent(rate)
    page.text(x, y, values.label("net"), size=size)
    page.say("net", values.money(net), right, y, size=size, align="r")
    page.text(x, y + 42, f"{values.label('tax')} {percent.text}", size=size)
    page.know("tax_rate", percent)
    page.say("tax", values.money(tax), right, y + 42, size=size, align="r")
    if boxed:
        page.box(x - 16, y + 88, right + 12, y + 142, fill=SHADE, outline=None)
    else:
        page.rule(x, y + 90, right)
    page.text(x, y + 98, values.label("total"), size=size + 4, bold=True, width=(right - x) // 2)
    page.say("total", values.money(net + tax), right, y + 98, size=size + 4, bold=True, align="r")
    page.know("currency", Shown("", values.currency))
    return y + 160


def payment(page, values, x, y, size=23):
    """Bank and IBAN; in the United States there is none."""
    if values.currency == "USD":
        page.text(x, y, PHRASES["thanks"][values.language], size=size)
        return y + 40
    page.text(x, y, PHRASES["pay"][values.language], size=size)
    bank = values.shop().text.split()[-1] + " Bank"
    page.text(x, y + 42, f"{values.label('bank')}: {bank}", size=size)
    page.know("bank", Shown(bank, bank))
    number = values.iban()
    page.text(x, y + 80, f"IBAN: {number.text}", size=size)
    page.know("iban", number)
    return y + 120


def invoice_ruled(values, face):
    """Labels beside values, a ruled table, the sender's data in three columns at the foot."""
    page, company = Page(A4, face), values.company()
    sender = party(page, values, company)
    page.say("vendor", company, MARGIN, 90, size=38, bold=True, width=700)
    page.text(MARGIN, 145, f"{sender['address'].text}, {values.address_lines(sender['postcode'], sender['city'])}", size=20, ink=(70, 70, 70))
    for concept in ("address", "postcode", "city"):
        page.know(concept, sender[concept])
    recipient(page, values, MARGIN, 250)
    y = 286
    for concept, shown in meta(values, values.chance.randrange(1, 3)).items():
        page.text(700, y, values.label(concept) + ":", size=23, width=235)
        page.say(concept, shown, 945, y, size=23, width=185)
        y += 38
    page.text(MARGIN, 500, PHRASES["invoice"][values.language], size=40, bold=True)
    items = values.basket(values.chance.randrange(3, 9))
    y = table(page, values, 590, [("position", 0.08), ("description", 0.42), ("quantity", 0.12), ("unit_price", 0.19), ("amount", 0.19)], items, ruled=True)
    y = totals(page, values, y + 40, items, 700)
    payment(page, values, MARGIN, y + 40)
    page.rule(MARGIN, 1580, RIGHT, weight=1)
    page.text(MARGIN, 1595, company.text, size=19)
    page.text(490, 1595, f"{values.label('phone')} {sender['phone'].text}", size=19, width=320)
    page.text(830, 1595, f"{values.label('tax_id')} {sender['tax_id'].text}", size=19, width=300)
    page.text(MARGIN, 1628, sender["website"].text, size=19, width=360)
    page.text(490, 1628, sender["email"].text, size=19, width=320)
    page.text(830, 1628, PHRASES["page"][values.language], size=19)
    for concept in ("phone", "tax_id", "website", "email"):
        page.know(concept, sender[concept])
    return page, NOT_ON_INVOICES + (["iban"] if values.currency == "USD" else [])


def invoice_above(values, face):
    """Labels above values in a row of boxes, a table without rules, the sender at the right."""
    page, company = Page(A4, face), values.company()
    sender = party(page, values, company)
    page.text(MARGIN, 100, PHRASES["invoice"][values.language], size=46, bold=True)
    page.say("vendor", company, RIGHT, 100, size=28, bold=True, align="r", width=560)
    page.say("address", sender["address"], RIGHT, 145, size=22, align="r")
    page.text(RIGHT, 178, values.address_lines(sender["postcode"], sender["city"]), size=22, align="r")
    page.say("email", sender["email"], RIGHT, 211, size=22, align="r")
    page.know("postcode", sender["postcode"])
    page.know("city", sender["city"])
    recipient(page, values, MARGIN, 280)
    rows, width = meta(values, 1), (RIGHT - MARGIN) // 4
    page.box(MARGIN, 480, RIGHT, 570)
    for at in range(1, 4):
        page.upright(MARGIN + at * width, 480, 570)
    for at, concept in enumerate(rows):
        page.text(MARGIN + at * width + 14, 488, values.label(concept), size=19, width=width - 28, ink=(70, 70, 70))
    for at, (concept, shown) in enumerate(rows.items()):
        page.say(concept, shown, MARGIN + at * width + 14, 524, size=24, bold=True, width=width - 28)
    items = values.basket(values.chance.randrange(3, 10))
    y = table(page, values, 640, [("code", 0.16), ("description", 0.39), ("quantity", 0.12), ("unit_price", 0.16), ("amount", 0.17)], items, ruled=False)
    y = totals(page, values, y + 40, items, 720, right=RIGHT - 12, boxed=True)
    payment(page, values, MARGIN, max(y + 40, 1400))
    return page, NOT_ON_INVOICES + ["phone", "website"] + (["iban"] if values.currency == "USD" else [])


def invoice_columns(values, face):
    """Two columns: the sender's data at the left, the invoice's at the right, labels beside values without colons."""
    page, company = Page(A4, face), values.company()
    sender, edge = party(page, values, company), 460
    page.box(0, 0, 410, A4[1], fill=(238, 240, 244), outline=None)
    y = page.wrapped(60, 110, company.text, 320, size=32, bold=True) + 20
    page.know("vendor", company)
    for concept in ("address", "city", "phone", "email", "website", "tax_id"):
        if concept == "city":
            page.text(60, y, values.address_lines(sender["postcode"], sender["city"]), size=21, width=330)
            page.know("city", sender["city"])
            page.know("postcode", sender["postcode"])
        elif concept == "address":
            page.say(concept, sender[concept], 60, y, size=21, width=330)
        else:
            page.text(60, y + 14, values.label(concept), size=18, ink=(80, 80, 80))
            page.say(concept, sender[concept], 60, y + 40, size=21, width=330)
            y += 44
        y += 34
    page.text(edge, 110, PHRASES["invoice"][values.language], size=40, bold=True)
    y = 190
    for concept, shown in meta(values, 2).items():
        page.text(edge, y, values.label(concept), size=22, width=280)
        page.say(concept, shown, edge + 310, y, size=22, width=350)
        y += 38
    recipient(page, values, edge, y + 30, size=23)
    items = values.basket(values.chance.randrange(2, 8))
    y = table(page, values, y + 250, [("description", 0.5), ("quantity", 0.12), ("unit_price", 0.19), ("amount", 0.19)], items,
              ruled=False, x=edge, right=RIGHT, size=21)
    y = totals(page, values, y + 36, items, edge + 260, size=23)
    payment(page, values, edge, y + 50, size=22)
    return page, NOT_ON_INVOICES + (["iban"] if values.currency == "USD" else [])


def listing(values, face, ruled):
    """A heading, who made it and when, and rows of goods with a sum."""
    page, company, title = Page(A4, face), values.company(), values.pick(TABLE_TITLES)
    page.say("title", Shown(title, title), MARGIN, 100, size=40, bold=True)
    page.say("company", company, MARGIN, 165, size=26)
    rows = {"report_date": values.date(values.recent()), "author": values.person(), "warehouse": values.place()[1]}
    y = 240
    for concept, shown in rows.items():
        page.text(MARGIN, y, values.label(concept) + (":" if ruled else ""), size=23)
        page.say(concept, shown, MARGIN + 260, y, size=23)
        y += 38
    items = values.basket(values.chance.randrange(6, 15))
    columns = [("code", 0.17), ("description", 0.40), ("quantity", 0.11), ("unit_price", 0.15), ("amount", 0.17)]
    y = table(page, values, y + 40, columns if ruled else columns[1:2] + columns[0:1] + columns[2:], items, ruled, step=50)
    page.text(700, y + 24, values.label("total"), size=26, bold=True)
    page.say("total", values.money(sum(item.amount for item in items)), RIGHT - 12, y + 24, size=26, bold=True, align="r")
    page.know("currency", Shown("", values.currency))
    page.text(MARGIN, 1640, PHRASES["page"][values.language], size=19)
    return page, NOT_IN_TABLES


def table_ruled(values, face):
    return listing(values, face, True)


def table_open(values, face):
    return listing(values, face, False)
