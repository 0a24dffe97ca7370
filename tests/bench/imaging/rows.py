"""The rows of the table: which task, on which pictures, and what is to be reached, as sharp's CPU time divided by ours."""

from dataclasses import dataclass, field

JPEG = {"type": "jpeg", "quality": 85, "progressive": False}
WEBP = {"type": "webp", "quality": 80}
PNG = {"type": "png", "compression": "fast"}
# Ours; and what comes closest to it elsewhere: contrast 20 has this slope at mid-grey, sharpness 30 this amount, and at
# 4 megapixels this radius.
ADJUSTMENTS = {"saturation": 20, "contrast": 20, "sharpness": 30}
LIKEWISE = {"saturation": 1.2, "slope": 1.1, "radius": 2.0, "amount": 0.45}


@dataclass(frozen=True)
class Job:
    """What every contestant is asked for."""

    format: dict
    width: int | None = None
    # With a width: what overflows is cut, evenly on both sides.
    height: int | None = None
    adjust: bool = False

    def ours(self):
        """The request of `atelier edit`."""
        sides = {"width": self.width, "height": self.height}
        operations = {"resizing": {name: side for name, side in sides.items() if side}}
        if self.adjust:
            operations["adjustments"] = ADJUSTMENTS
        return {"operations": operations, "output": {"format": self.format}}

    def theirs(self, **options):
        """The job of sharp.js, pillow_job.py and vips_job.py. Compression by name is ours alone: they take their default."""
        wanted = {name: value for name, value in self.format.items() if name != "compression"}
        job = {"width": self.width, "height": self.height, "format": {**wanted, **options}}
        if self.adjust:
            job["adjustments"] = LIKEWISE
        return {name: value for name, value in job.items() if value is not None}

    def reference(self):
        """The job of quality_job.py."""
        return {"width": self.width, "height": self.height, "ours": ADJUSTMENTS if self.adjust else None}


@dataclass(frozen=True)
class Row:
    title: str
    # Of the corpus; {} stands for each letter.
    picture: str
    job: Job
    # None where there is nothing to be reached.
    at_least: float | None = None
    aim: float | None = None
    # Names of contestants beside sharp and atelier.
    others: list = field(default_factory=lambda: ["Pillow", "pyvips"])


# Measured alike: each contestant inside a process and as a whole process, in turns.
PLAIN = {
    "jpeg-12": Row("12 MP JPEG → 1000 px JPEG q85", "12mp-{}.jpg", Job(JPEG, 1000), 1.2, 2),
    "jpeg-4": Row("4 MP JPEG → 1000 px JPEG q85", "4mp-{}.jpg", Job(JPEG, 1000), 1.5, 2),
    "jpeg-1": Row("1 MP JPEG → 1000 px JPEG q85", "1mp-{}.jpg", Job(JPEG, 1000), 1.5, 2),
    "webp-crop": Row("24 MP JPEG → 400×400 crop, WebP q80", "24mp-{}.jpg", Job(WEBP, 400, 400), 1.3, 2),
    "webp-12": Row("12 MP JPEG → 1000 px WebP q80", "12mp-{}.jpg", Job(WEBP, 1000), 1.1, 1.4),
    "png-rgb": Row("12 MP PNG → 1000 px PNG, RGB", "12mp-{}.png", Job(PNG, 1000), 1.6, 2.2),
    "png-rgba": Row("12 MP PNG → 1000 px PNG, RGBA", "12mp-{}.alpha.png", Job(PNG, 1000), 1.6, 2.2),
    "png-optimal": Row("12 MP PNG → 1000 px PNG, our default", "12mp-{}.png", Job({"type": "png"}, 1000)),
    "adjust-4": Row("4 MP JPEG, saturation, contrast, sharpness → JPEG q85", "4mp-{}.jpg", Job(JPEG, adjust=True), 3, 8),
    "progressive-12": Row("12 MP progressive JPEG → 1000 px JPEG q85", "12mp-{}.progressive.jpg", Job(JPEG, 1000), 1.1, 1.3),
    "restart-12": Row("12 MP JPEG with restart markers → 1000 px JPEG q85", "12mp-{}.restart.jpg", Job(JPEG, 1000)),
    "full-chroma-12": Row("12 MP JPEG 4:4:4 → 1000 px JPEG q85", "12mp-{}.full.jpg", Job(JPEG, 1000)),
    "progressive-out": Row(
        "12 MP JPEG → 1000 px progressive JPEG q85, our default", "12mp-{}.jpg", Job({**JPEG, "progressive": True}, 1000)
    ),
}

AVIF_TITLE = "12 MP JPEG → 1000 px AVIF 4:2:0 at equal SSIM, sharp at effort 2"
AVIF = Row(AVIF_TITLE, "12mp-{}.jpg", Job({"type": "avif"}, 1000), 1.5, 3, [])
HEIC = Row("12 MP HEIC → 1000 px JPEG q85, heif-convert and sharp", "12mp-{}.heic", Job(JPEG, 1000), 0.7, 1.5, [])
COLD = Row("cold process, 1 MP JPEG → 1000 px JPEG q85", "1mp-{}.jpg", Job(JPEG, 1000), 8, 12, [])
# Peak memory is compared on these.
MEMORY_ROWS = ["jpeg-12", "jpeg-4", "jpeg-1", "webp-crop", "webp-12", "progressive-12"]
