//! Which files are read and written, and how much of each.

use contract::images::{FormatName, INPUT_FORMATS, OUTPUT_FORMATS};
use maud::{Markup, html};

use super::page;
use super::text::{inline, thousands};

pub const INDEX: [(&str, &str); 2] = [("formats", "Formats read"), ("output", "Formats written")];

/// What is read of each format, and what is refused.
const READ: [(&str, &str, &str); 8] = [
    (
        "jpeg",
        "Baseline, extended sequential and progressive, 8 bits; grey, colour with chroma at any resolution, CMYK and YCCK, with \
        Adobe's marker or without. EXIF, ICC profile, XMP, IPTC.",
        "12 bits; lossless, hierarchical and arithmetic-coded files; 2 components",
    ),
    (
        "png",
        "1 to 16 bits, grey, colour and palette, with opacity or one transparent colour, interlaced too; 16 bits are kept. Of an \
        animation the picture that readers without animation show. EXIF, ICC profile, XMP.",
        "",
    ),
    (
        "webp",
        "Lossy, lossless, with opacity; of an animation the first frame on its transparent canvas. EXIF, ICC profile, XMP.",
        "",
    ),
    (
        "avif",
        "8, 10 and 12 bits, more than 8 are kept; grey and every resolution of chroma; grids; opacity, premultiplied too; crop, rotation \
        and mirroring of the container. ICC profile, or colours by name: Display P3, BT.2020, PQ and HLG. EXIF, XMP.",
        "Sequences without a still picture, pictures laid over each other or made by a tone map, single layers",
    ),
    (
        "heic",
        "As `avif`, with HEVC, as phones write it; 8 and 10 bits.",
        "As `avif`; HEVC with tiles, or with several slices under loop filters; opacity of another size than the picture",
    ),
    ("gif", "The first frame, with transparency.", ""),
    ("bmp", "1 to 32 bits, palettes, run lengths (RLE), bit fields.", "JPEG and PNG inside"),
    (
        "tiff",
        "The first page: grey of 1, 2, 4, 8 and 16 bits, palettes of 2, 4, 16 and 256 colours, RGB of 8 and 16 bits, or of real numbers, RGB with opacity, \
        CMYK of 8 and 16 bits; strips and tiles; plain, PackBits, LZW, deflate, JPEG, CCITT group 4; BigTIFF. 16 bits are kept. EXIF, ICC profile, XMP.",
        "Grey or CMYK with opacity, grey of real numbers, CIE L*a*b*, planes in tiles, CCITT group 3, ZSTD, LZMA; all others that are not named here",
    ),
];

/// Options of each format that is written, its limit, and what it holds.
const WRITTEN: [(FormatName, &str, &str); 5] = [
    (
        FormatName::Jpeg,
        "`quality` 1..100 = 85, `progressive` = true",
        "Always opaque. Chroma at half of the sides, from quality 90 on at all of them. Grey stays grey. CMYK on demand. \
        Resolution in the header of JFIF (with CMYK in EXIF).",
    ),
    (
        FormatName::Png,
        "`compression`: `fast`, `best` or `optimal` (default; in photographs the same as `fast`)",
        "Opacity. 8 bits a sample; a palette, fewer bits of grey or no opacity where no pixel changes by it.",
    ),
    (
        FormatName::Webp,
        "`compression`: `lossy` (default, quality 75) or `lossless`, or `{\"type\", \"quality\"}`",
        "Opacity. Lossy: chroma at half of the sides.",
    ),
    (
        FormatName::Avif,
        "`compression`: `lossy` (default, quality 50) or `lossless`, or `{\"type\", \"quality\"}`",
        "Opacity. 8 bits. Lossy: chroma at half of the sides, from quality 90 on at all of them.",
    ),
    (
        FormatName::Tiff,
        "`compression`: `lossless` (default, LZW) or `lossy` (JPEG, quality 75), or `{\"type\", \"quality\"}`",
        "Opacity where lossless. 8 bits a sample. CMYK on demand. Lossy: chroma as in `jpeg`.",
    ),
];

pub fn sections() -> Markup {
    html! {
        section { (read()) }
        section { (written()) }
    }
}

fn read() -> Markup {
    let rows: Vec<_> = READ
        .iter()
        .filter(|(name, ..)| INPUT_FORMATS.contains(name))
        .map(|(name, what, refused)| vec![html! { code { (name) } }, inline(what), inline(refused)])
        .collect();
    html! {
        h2 id="formats" { "Formats and operations" }
        p {
            "Inputs are recognised by their content, never by their name. Their sizes are bounded as under " a href="#limits" { "Limits" } ", and "
            "by the memory that an edit would take, which is known from the header: too large a picture is refused before anything of it is decoded."
        }
        (page::table("Formats read", &["format", "what is read", "what is refused"], &rows))
        p {
            (inline("The orientation that EXIF or the container says is applied once. SVG, PDF, PostScript, PSD, JPEG XL, JPEG 2000, JPEG XR, icons, \
            OpenEXR, Radiance, XCF and camera raw (DNG too) are refused by name."))
        }
    }
}

fn written() -> Markup {
    let rows: Vec<_> = WRITTEN
        .iter()
        .filter(|(format, ..)| OUTPUT_FORMATS.contains(&format.name()))
        .map(|(format, options, what)| {
            let default = if *format == FormatName::Jpeg { " (default)" } else { "" };
            let side = thousands(u64::from(format.max_side()));
            vec![
                html! { code { (format.name()) } (default) },
                inline(options),
                html! { (side) },
                inline(what),
            ]
        })
        .collect();
    html! {
        h2 id="output" { "Output" }
        p {
            (inline("A format is a name or an object with its `type` and options. A plain `quality` beside `type` is taken by every format, and left alone \
            where nothing is lossy. The result stands behind `tmp_url` for 24 hours."))
        }
        (page::table("Formats written", &["format", "options", "pixels a side, at most", "what it holds"], &rows))
        p {
            (inline("Of the input's metadata the artist and the copyright notice are kept (from EXIF, or else from XMP and, in JPEG, IPTC). All else stays behind, \
            the place where the picture was taken above all. `metadata.dpi` writes a resolution; without it none is written."))
        }
    }
}
