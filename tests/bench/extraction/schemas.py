"""Schemas and prompts as clients write them, with the answers that are right: null for what the page does not have."""

from vocabulary import COLUMNS, CONCEPTS, LISTS

LOCAL = {"de": "german", "fr": "french"}
LIST_SHARE, LOCAL_SHARE, NULLABLE_SHARE = 0.75, 0.25, 0.25
PROMPTS = {
    "en": ["Extract {} from this picture.", "Read the following from the image: {}.", "What are {}? Answer with JSON.", "Return {} as JSON."],
    "de": ["Lies bitte {} aus diesem Bild aus.", "Gib {} als JSON zurück."],
    "fr": ["Extrais {} de cette image.", "Renvoie {} en JSON."],
}
AND = {"en": "and", "de": "und", "fr": "et"}


def camel(name):
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


class Names:
    """How one client names properties: snake or camel, in English or some in the language of the page."""

    def __init__(self, chance, language):
        self.chance, self.language = chance, language
        self.camel, self.taken = chance.random() < 0.35, set()
        self.mixed = language != "en" and chance.random() < 0.5

    def style(self, name):
        return camel(name) if self.camel else name

    def of(self, concept):
        """One that is not taken yet, or None."""
        local = self.mixed and self.chance.random() < 2 * LOCAL_SHARE
        source = CONCEPTS[concept]
        choices = [getattr(source, LOCAL[self.language])] if local else source.names
        free = [name for name in choices if self.style(name) not in self.taken]
        if not free:
            return None
        name = self.style(self.chance.choice(free))
        self.taken.add(name)
        return name


def kind_of(json_type, nullable):
    return [json_type, "null"] if nullable else json_type


def list_schema(names, page, nullable, described):
    """Name and schema of the rows, and what they hold under the names of its properties."""
    chance = names.chance
    columns = {column: names.style(chance.choice(COLUMNS[column][1])) for column in page.columns}
    if len(set(columns.values())) < len(columns):
        columns = {column: names.style(column) for column in page.columns}
    properties = {name: {"type": kind_of(COLUMNS[column][0], nullable)} for column, name in columns.items()}
    name = names.style(chance.choice(LISTS[names.language if names.mixed else "en"]))
    schema = {"type": "array", "items": {"type": "object", "properties": properties}}
    if described:
        schema["description"] = "All rows of the table, from top to bottom"
    return name, schema, [{name: row[column] for column, name in columns.items()} for row in page.items]


def wanted(page, absent, chance):
    """Most of what is there and one to three that are not, mixed."""
    present = list(page.fields)
    count = max(3, round(len(present) * chance.uniform(0.6, 1)))
    chosen = chance.sample(present, min(count, len(present)))
    possible = sorted(set(absent) - set(present))
    chosen += chance.sample(possible, min(len(possible), chance.randrange(1, 4)))
    order = list(CONCEPTS)
    chosen.sort(key=order.index)
    if chance.random() < 0.4:
        chance.shuffle(chosen)
    return chosen


def plain_name(name):
    """As one would write it in a sentence."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).replace("_", " ")


def sentence(names, chance):
    language = names.language if names.mixed else "en"
    spoken = [plain_name(name) for name in names.order]
    listed = ", ".join(spoken[:-1]) + f" {AND[language]} {spoken[-1]}"
    return chance.choice(PROMPTS[language]).format(listed)


def asked(page, absent, language, chance):
    """What a client asks of this page, and the answer."""
    names, nullable, described = Names(chance, language), chance.random() < NULLABLE_SHARE, chance.random() < 0.5
    properties, fields, accepted, names.order = {}, {}, {}, []
    for concept in wanted(page, absent, chance):
        name = names.of(concept)
        if not name:
            continue
        source, shown = CONCEPTS[concept], page.fields.get(concept)
        properties[name] = {"type": kind_of(source.type, nullable)}
        if source.format and chance.random() < 0.8:
            properties[name]["format"] = source.format
        elif source.format == "date":
            properties[name]["description"] = source.description
        if described and chance.random() < 0.7:
            properties[name]["description"] = source.description
        fields[name] = shown.value if shown else None
        if shown and shown.accepted:
            accepted[name] = list(shown.accepted)
        names.order.append(name)
    if page.items and chance.random() < LIST_SHARE:
        name, schema, rows = list_schema(names, page, nullable, described)
        if name not in properties:
            properties[name], fields[name] = schema, rows
            names.order.append(name)
    schema = {"type": "object", "properties": properties}
    if nullable:
        schema |= {"required": list(properties), "additionalProperties": False}
    return {"schema": schema, "fields": fields, "accepted": accepted, "prompt": sentence(names, chance)}
