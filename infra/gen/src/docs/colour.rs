//! What happens to colours on the way, and what CMYK is made for.

use maud::{Markup, html};

use super::page;
use super::pictures::Pictures;
use super::text::inline;

pub const INDEX: [(&str, &str); 1] = [("colour", "Colour and print")];

const PRESSES: [(&str, &str, &str); 4] = [
    ("ISO_Coated", "FOGRA39L", "offset on coated paper (ISO 12647-2:2004, types 1 and 2); the default"),
    ("ISO_Uncoated", "FOGRA29L", "offset on white uncoated paper (type 4)"),
    ("USWeb_Coated", "CGATS TR 005", "SWOP, web offset on coated paper of grade 5"),
    (
        "USWeb_Uncoated",
        "FOGRA30L",
        "offset on yellowish uncoated paper (type 5), in place of an American set of measurements that would be free",
    ),
];

pub fn section(pictures: &Pictures) -> Markup {
    html! { section { (colour(pictures)) } }
}

fn colour(pictures: &Pictures) -> Markup {
    let presses: Vec<_> = PRESSES
        .iter()
        .map(|(name, measurements, paper)| {
            vec![html! { code { (name) } }, html! { (measurements) }, html! { (paper) }]
        })
        .collect();
    html! {
        h2 id="colour" { "Colour and print" }
        p {
            "Operations work on sRGB. An ICC profile of the input for RGB, grey or CMYK is followed before them, relative colorimetric, and for CMYK with "
            "black point compensation (ISO 18619). A profile that is broken, larger than 8 MB or made for another kind of picture is passed over. CMYK "
            "without a profile is shown by the Neugebauer equations with estimated SWOP inks. Colours of AVIF and HEIC that go by name are treated as "
            "profiles are; light beyond the range of displays (PQ) is compressed into it. Inputs of more than 8 bits have 16 in every step up to "
            "the encoder; results have 8."
        }
        p {
            (inline("Where the input had a profile, or colours by name other than sRGB, coloured results say that they are sRGB: JPEG, WebP and TIFF by an ICC profile of 480 bytes, PNG by \
            its `sRGB` chunk. Others say nothing, which means sRGB everywhere. AVIF names sRGB always."))
        }
        p {
            (inline("`metadata.color_space` = `CMYK`, for `jpeg` and `tiff`, ends with the inks of a press, relative colorimetric with black point compensation: \
            `{\"type\": \"CMYK\", \"color_profile\": NAME}`. The file carries the profile, 174 KB. The profiles were computed from published \
            measurements; inks are close to those of Adobe's and ECI's profiles of similar names, and not the same. What is transparent is flattened first. CMYK inputs come to it through sRGB like all others."))
        }
        (page::table("Profiles of presses", &["name", "measurements", "printing condition"], &presses))
        (pictures.of("cmyk"))
    }
}
