"""A page that is drawn on, and remembers each piece of text with its place, and what is true of it."""

from PIL import Image, ImageDraw, ImageFont


class Page:
    def __init__(self, size, face, ink=(20, 20, 24), paper=(255, 255, 255)):
        self.picture = Image.new("RGB", size, paper)
        self.draw = ImageDraw.Draw(self.picture)
        self.width, self.height = size
        self.face, self.ink = face, ink
        self.lines = []
        self.fields = {}
        self.items, self.columns = [], []
        self.loaded = {}

    def font(self, size, bold=False):
        key = (size, bold)
        if key not in self.loaded:
            self.loaded[key] = ImageFont.truetype(self.face[bold], size)
        return self.loaded[key]

    def text(self, x, y, text, size=24, bold=False, align="l", width=None, ink=None):
        """One piece of text whose baseline is at y + size, at most `width` wide: a longer one is set smaller. Answers its box."""
        font = self.font(size, bold)
        smallest = max(15, int(size * 0.7))
        while width and font.getlength(text) > width and font.size > smallest:
            font = self.font(font.size - 1, bold)
        anchor = {"l": "ls", "r": "rs", "c": "ms"}[align]
        self.draw.text((x, y + size), text, fill=ink or self.ink, font=font, anchor=anchor)
        box = self.draw.textbbox((x, y + size), text, font=font, anchor=anchor)
        self.lines.append((" ".join(text.split()), box))
        return box

    def say(self, concept, shown, x, y, **how):
        """The text of a value, which becomes true of the page."""
        self.know(concept, shown)
        return self.text(x, y, shown.text, **how)

    def know(self, concept, shown):
        self.fields[concept] = shown

    def wrapped(self, x, y, text, width, size=24, **how):
        """Several lines, broken between words; answers where the next one goes."""
        line = ""
        for word in text.split(" "):
            longer = f"{line} {word}".strip()
            if line and self.font(size, how.get("bold", False)).getlength(longer) > width:
                self.text(x, y, line, size=size, width=width, **how)
                y, longer = y + int(size * 1.35), word
            line = longer
        self.text(x, y, line, size=size, width=width, **how)
        return y + int(size * 1.35)

    def rule(self, x, y, right, weight=2, ink=(90, 90, 90)):
        self.draw.line((x, y, right, y), fill=ink, width=weight)

    def upright(self, x, y, bottom, weight=2, ink=(90, 90, 90)):
        self.draw.line((x, y, x, bottom), fill=ink, width=weight)

    def dashes(self, x, y, right, ink=(90, 90, 90)):
        for at in range(x, right, 14):
            self.draw.line((at, y, min(at + 8, right), y), fill=ink, width=2)

    def box(self, x, y, right, bottom, fill=None, outline=(90, 90, 90), weight=2):
        self.draw.rectangle((x, y, right, bottom), fill=fill, outline=outline, width=weight)

    def cut(self, bottom):
        """Takes off what is below."""
        self.picture = self.picture.crop((0, 0, self.width, bottom))
        self.height = bottom
