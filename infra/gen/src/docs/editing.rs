//! How an edit works: the order of its steps, sizes, and what lies behind the picture.

use contract::images::AVAILABLE_OPERATIONS;
use maud::{Markup, html};

use super::page;
use super::pictures::Pictures;
use super::text::{inline, row};

pub const INDEX: [(&str, &str); 4] = [
    ("editing", "Order of steps"),
    ("resizing", "Resizing"),
    ("padding", "Padding"),
    ("background", "Background"),
];

pub fn sections(pictures: &Pictures) -> Markup {
    html! {
        section { (order()) }
        section { (resizing(pictures)) }
        section { (padding(pictures)) }
        section { (background(pictures)) }
    }
}

fn codes(names: &[&str]) -> Markup {
    html! { @for (index, name) in names.iter().enumerate() { @if index > 0 { ", " } code { (name) } } }
}

fn order() -> Markup {
    html! {
        h2 id="editing" { "Order of steps" }
        p {
            "Whatever the order of the keys, a picture is read and resized, turned upright, brought to sRGB, adjusted (" code { "hdr" } " first, then "
            "the order of " a href="#adjustments" { "their table" } "), laid on its canvas with padding and background colour, brought to CMYK where that is asked "
            "for, and encoded."
        }
        p {
            "An operation that is " code { "false" } ", 0, " code { "null" } " or absent asks for nothing. One that asks for something this version "
            "cannot do is refused with 422 and its path. Available: " (codes(AVAILABLE_OPERATIONS)) "."
        }
        p {
            "The pictures below were made by " code { "atelier edit" } " with exactly the requests that stand under them, given the picture on the left without loss; results that are no WebP are shown as one."
        }
    }
}

fn resizing(pictures: &Pictures) -> Markup {
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
        (pictures.of("resizing"))
        p {
            "Scaling uses a Lanczos filter of radius 3 on the stored values with alpha premultiplied, in floating point. A cut takes the middle: the "
            "offset is half of the overflow, rounded down. JPEG and opaque WebP are decoded at 1/2, 1/4 or 1/8 of their size where the result is at least 3, 5 or 9 "
            "times smaller, and the filter does the rest."
        }
        (paths())
    }
}

/// How far results differ by the way that a picture takes: a test of the engine holds it.
fn paths() -> Markup {
    html! {
        p {
            "The same picture may differ a little by the way it takes. JPEGs of one scan and progressive ones are read by a decoder of our own, all others by "
            "libjpeg; and where neither an adjustment nor a profile nor a canvas asks for RGB, a JPEG is resized as luma and chroma, and goes so to a format that "
            "keeps chroma at half of the sides. What differs is rounding, how chroma is brought to size, and the decoder's scale where it takes part: of 0 to 255, on a "
            "photograph, 3 in the mean at most, and 40 in single samples at edges of strong colours, in results of at least 40 pixels a side. The same file and request give the same result on every call."
        }
    }
}

fn padding(pictures: &Pictures) -> Markup {
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
        (pictures.of("padding"))
    }
}

fn background(pictures: &Pictures) -> Markup {
    html! {
        h2 id="background" { "Background" }
        p {
            (inline("`background.color` fills what is transparent and the space that `canvas` and padding make: `#rgb`, `#rrggbb`, `#rrggbbaa`, \
            each with or without `#`, or `transparent`. Unset, it is white, or transparent where the input has transparency and the format \
            keeps it. JPEG always gets a colour."))
        }
        (pictures.of("background"))
    }
}
