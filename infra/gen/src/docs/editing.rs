//! How an edit works: the order of its steps and the formulas behind them.

use contract::images::{AVAILABLE_OPERATIONS, INPUT_FORMATS, OUTPUT_FORMATS};
use maud::{Markup, html};

use super::page;
use super::text::inline;

pub const INDEX: [(&str, &str); 6] = [
    ("editing", "Order of steps"),
    ("resizing", "Resizing"),
    ("padding", "Padding"),
    ("adjustments", "Adjustments"),
    ("background", "Background"),
    ("output", "Output"),
];

pub fn section() -> Markup {
    html! {
        section { (order()) }
        section { (resizing()) }
        section { (padding()) }
        section { (adjustments()) }
        section { (background()) }
        section { (output()) }
    }
}

fn codes(names: &[&str]) -> Markup {
    html! { @for (index, name) in names.iter().enumerate() { @if index > 0 { ", " } code { (name) } } }
}

fn row(cells: &[&str]) -> Vec<Markup> {
    cells.iter().map(|cell| inline(cell)).collect()
}

fn order() -> Markup {
    html! {
        h2 id="editing" { "Editing" }
        p {
            "Inputs are recognised by their content: " (codes(INPUT_FORMATS)) ". The orientation of the metadata is applied once and the position "
            "where the picture was taken is removed. Then the steps follow in this order, whatever the order of the keys: resizing with padding, "
            "adjustments, flattening on the background colour, encoding."
        }
        p {
            "An operation that is " code { "false" } ", 0, " code { "null" } " or absent asks for nothing. One that asks for something this version "
            "cannot do is refused with 422 and its path. Available: " (codes(AVAILABLE_OPERATIONS)) "."
        }
    }
}

fn resizing() -> Markup {
    let fits = [
        row(&[
            "`crop` (default)",
            "exactly W × H",
            "scaled until it covers both sides; what hangs over is cut",
            "800 × 800",
        ]),
        row(&["`bounds`", "at most W × H", "the whole picture, scaled until it fits", "800 × 450"]),
        row(&["`cover`", "at least W × H", "the whole picture, scaled until it covers", "1422 × 800"]),
        row(&[
            "`canvas`",
            "exactly W × H",
            "as `bounds`, centred on the background colour",
            "800 × 800, bands of 175",
        ]),
    ];
    html! {
        h2 id="resizing" { "Resizing" }
        p {
            (inline("A side is a number of pixels, `\"auto\"`, or a percentage of the input such as `\"150%\"`. With one side given the other \
            follows from the aspect ratio, whatever the fit; with none, or both `\"auto\"`, the size stays. Both sides are pixels or both \
            percentages, and two percentages are equal except with `canvas`. Nothing is ever distorted. Sides round half up, to at least 1."))
        }
        (page::table("Fits", &["fit", "size", "content", "1600 × 900 to 800 × 800"], &fits))
        p {
            "Scaling uses a Lanczos filter of radius 3 on the stored values with alpha premultiplied. A cut takes the middle: the "
            "offset is half of the overflow, rounded down."
        }
    }
}

fn padding() -> Markup {
    let forms = [
        row(&["`\"10%\"`, `\"30px\"`", "all four sides"]),
        row(&["`\"5% 15%\"`, `\"100px 150px\"`", "left and right, then top and bottom"]),
        row(&["`\"10px 20px 30px 40px\"`", "top, right, bottom, left; pixels only"]),
    ];
    html! {
        h2 id="padding" { "Padding" }
        p {
            "Space within the output: the output keeps its size and the picture shrinks into what is left. Percentages are of the output's "
            "side. A side's padding stays below half of it. A 1000 × 1000 output with " code { "\"30%\"" } " shows the picture at 400 × 400 in its centre."
        }
        (page::table("Padding", &["written", "meaning"], &forms))
    }
}

fn adjustments() -> Markup {
    let formulas = [
        row(&[
            "`exposure` e",
            "-100..100",
            "linear light is multiplied by 2^(2e/100): 50 doubles it, -50 halves it",
        ]),
        row(&[
            "`contrast` c",
            "-100..100",
            "on sRGB values v. Below 0: 0.5 + (v - 0.5) × (1 + c/100). Above 0: v is mixed with v²(3 - 2v) by weight c/100, and the result \
            once more by weight max(0, c - 50)/50",
        ]),
        row(&[
            "`saturation` s",
            "-100..100",
            "both chroma components (YCbCr of BT.601, full range) are multiplied by 1 + s/100; -100 is grey",
        ]),
        row(&[
            "`sharpness` k",
            "0..100",
            "unsharp mask on luma: a Gaussian of radius 1 px up to 1 megapixel, growing with the square root of the pixels to at most 3 px; \
            amount 1.5 × k/100; differences under 2/255 are left alone",
        ]),
    ];
    html! {
        h2 id="adjustments" { "Adjustments" }
        p { "Values lie in 0..1, the steps follow in the order of this table, and clamping happens once, after the last. 0 changes nothing." }
        (page::table("Adjustments", &["field", "range", "what is computed"], &formulas))
    }
}

fn background() -> Markup {
    html! {
        h2 id="background" { "Background" }
        p {
            (inline("`background.color` fills what is transparent and the space that `canvas` and padding make: `#rgb`, `#rrggbb`, `#rrggbbaa`, \
            each with or without `#`, or `transparent`. Unset, it is white, or transparent where the input has transparency and the format \
            keeps it. JPEG always gets a colour."))
        }
    }
}

fn output() -> Markup {
    let formats = [
        row(&["`jpeg` (default)", "`quality` 1..100 = 85, `progressive` = true"]),
        row(&["`png`", "`compression`: `fast`, `best` or `optimal` (default)"]),
        row(&[
            "`webp`",
            "`compression`: `lossy` (default, quality 75) or `lossless`, or `{\"type\", \"quality\"}`",
        ]),
        row(&[
            "`avif`",
            "`compression`: `lossy` (default, quality 50) or `lossless`, or `{\"type\", \"quality\"}`",
        ]),
        row(&[
            "`tiff`",
            "`compression`: `lossless` (default, LZW) or `lossy` (JPEG, quality 75), or `{\"type\", \"quality\"}`",
        ]),
    ];
    let written = OUTPUT_FORMATS;
    let formats: Vec<_> = formats
        .into_iter()
        .zip(["jpeg", "png", "webp", "avif", "tiff"])
        .filter(|(_, name)| written.contains(name))
        .map(|(row, _)| row)
        .collect();
    html! {
        h2 id="output" { "Output" }
        p {
            (inline("A format is a name or an object with its `type` and options. `metadata.dpi` writes the resolution. The result stands \
            behind `tmp_url` for 24 hours."))
        }
        (page::table("Formats", &["format", "options"], &formats))
    }
}
