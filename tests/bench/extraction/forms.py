"""Layouts of forms that someone has filled in: labels above, beside and below the values."""

import datetime

from page import Page
from papers import A4, MARGIN, RIGHT
from values import Shown
from words import FIRST_NAMES, FORM_TITLES, JOBS, LAST_NAMES, NATIONS, PHRASES

NOT_ON_FORMS = ["height", "emergency_contact", "iban", "fax", "approved_by", "tax_id", "website"]
BLUE = (24, 44, 120)


def answers(values):
    """What has been filled in, by concept."""
    first, last, (postcode, city) = values.pick(FIRST_NAMES), values.pick(LAST_NAMES), values.place()
    job, nation, born = values.pick(JOBS), values.pick(NATIONS), values.day(datetime.date(1950, 1, 1), datetime.date(2006, 1, 1))
    mail = values.chance.choice(["post", "mail", "kontor"]) + ".example"
    fee = values.money(values.chance.choice([24, 36, 48, 60, 75, 120]))
    return {
        "member_number": values.code("?-#####"), "last_name": Shown(last, last), "first_name": Shown(first, first), "birth_date": values.date(born),
        "birth_place": values.place()[1], "nationality": Shown(nation, nation), "address": values.street(), "postcode": postcode, "city": city,
        "phone": values.phone(), "email": values.email(f"{first} {last}", mail), "job": Shown(job, job), "company": values.company(),
        "start_date": values.date(values.recent()), "fee": fee,
    }


def start(values, face):
    page, title = Page(A4, face), values.pick(FORM_TITLES)
    page.say("title", Shown(title, title), MARGIN, 100, size=42, bold=True)
    page.text(MARGIN, 170, PHRASES["capitals"][values.language], size=20, ink=(80, 80, 80))
    return page, answers(values)


def left_out(values, filled, possible):
    """One or two that this form does not ask for."""
    gone = values.chance.sample(possible, values.chance.randrange(1, 3))
    return {concept: shown for concept, shown in filled.items() if concept not in gone}, gone


def pairs(names):
    return [names[at:at + 2] for at in range(0, len(names), 2)]


def form_boxes(values, face):
    """Cells two in a row, a small label above each value."""
    page, filled = start(values, face)
    filled, gone = left_out(values, filled, ["birth_place", "job", "company", "phone"])
    y, half = 240, (RIGHT - MARGIN) // 2
    for row in pairs(list(filled)):
        for at, concept in enumerate(row):
            x = MARGIN + at * half
            page.box(x, y, x + half, y + 110)
            page.text(x + 14, y + 8, values.label(concept), size=19, ink=(80, 80, 80), width=half - 28)
        for at, concept in enumerate(row):
            page.say(concept, filled[concept], MARGIN + at * half + 14, y + 52, size=28, width=half - 28, ink=BLUE)
        y += 110
    sign(page, values, y + 150)
    return page, NOT_ON_FORMS + gone


def form_below(values, face):
    """Values on a line, their labels below it."""
    page, filled = start(values, face)
    filled, gone = left_out(values, filled, ["birth_place", "nationality", "company", "member_number"])
    y, half = 270, (RIGHT - MARGIN) // 2
    for row in pairs(list(filled)):
        for at, concept in enumerate(row):
            page.say(concept, filled[concept], MARGIN + at * (half + 20) + 6, y, size=28, width=half - 40, ink=BLUE)
        for at, concept in enumerate(row):
            x = MARGIN + at * (half + 20)
            page.rule(x, y + 44, x + half - 20)
            page.text(x + 6, y + 50, values.label(concept), size=19, ink=(80, 80, 80), width=half - 40)
        y += 128
    sign(page, values, y + 110)
    return page, NOT_ON_FORMS + gone


def form_beside(values, face):
    """One column, labels at the left with colons, dotted lines below the values."""
    page, filled = start(values, face)
    filled, gone = left_out(values, filled, ["birth_place", "job", "email", "fee"])
    y = 250
    for concept, shown in filled.items():
        page.text(MARGIN, y, values.label(concept) + ":", size=25, width=370)
        page.say(concept, shown, MARGIN + 400, y, size=27, width=600, ink=BLUE)
        page.dashes(MARGIN + 390, y + 42, RIGHT)
        y += 74
    sign(page, values, y + 120)
    return page, NOT_ON_FORMS + gone


def sign(page, values, y):
    """A place to sign, left empty."""
    page.rule(MARGIN, y, MARGIN + 420)
    page.text(MARGIN, y + 8, PHRASES["signature"][values.language], size=19, ink=(80, 80, 80))
