//! The adjustments and the formulas behind them, and how `hdr` decides.

use maud::{Markup, html};

use super::page;
use super::pictures::Pictures;
use super::text::{inline, row};

pub const INDEX: [(&str, &str); 2] = [("adjustments", "Adjustments"), ("hdr", "Automatic balance: hdr")];

pub fn sections(pictures: &Pictures) -> Markup {
    html! {
        section { (adjustments(pictures)) }
        section { (hdr(pictures)) }
    }
}

fn adjustments(pictures: &Pictures) -> Markup {
    let formulas = [
        vec![
            inline("`hdr`"),
            inline("0..100, or `{\"intensity\", \"stitching\"}`"),
            html! { "automatic balance of colour, haze and light: " a href="#hdr" { "below" } },
        ],
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
        p {
            "Values lie in 0..1 and the steps follow in the order of this table. From exposure on, values are brought into range once, after the last: "
            "the highest and the lowest channel are clamped, and the third keeps its place between them, so that the hue (HSV) stays. 0 changes nothing."
        }
        (page::table("Adjustments", &["field", "range", "what is computed"], &formulas))
        (pictures.of("adjustments"))
    }
}

fn hdr(pictures: &Pictures) -> Markup {
    let faults = [
        row(&[
            "Coloured light",
            "Three estimates of the light's colour are compared: shades of grey, grey edge, and the brightest parts. A coloured subject misleads each \
            in its own way; coloured light moves all of them alike. What they agree on, as far as lamps, shade and tubes have such colours, is \
            divided out. Sunsets, lawns and the sea stay.",
            "Finlayson and Trezzi 2004; van de Weijer, Gevers and Gijsenij 2007; Land and McCann 1971",
        ]),
        row(&[
            "Haze",
            "Somewhere in every larger part of a clear picture one channel is nearly black; what is there instead is haze. It is taken away place by \
            place, but for a little, as distance looks wrong without any.",
            "Dark channel prior: He, Sun and Tang 2009",
        ]),
        row(&[
            "Missing light",
            "Judged by the dark parts in which there is something to see, the middle counting most, as in a camera's meter. Dark parts are raised, bright ones stay \
            unless the whole was exposed too short, and fine detail goes along unchanged.",
            "Base and detail: Durand and Dorsey 2002; a target for the tone: Yuan and Sun 2012",
        ]),
    ];
    html! {
        h2 id="hdr" { "Automatic balance: hdr" }
        p {
            "Rules without a model, of our own design from published methods: three faults are looked for, one after the other, on a small copy of the picture "
            "of at most 256 pixels a side, and mended as far as they are there. A picture without faults stays nearly as it is. "
            (inline("`hdr` from 0 to 100 is how much of the way is gone: 50 is half. `stitching` treats the left and the right edge as neighbours, for panoramas that go round."))
        }
        (page::table("What hdr mends", &["fault", "how it is found and mended", "method"], &faults))
        p {
            "What was found on the small copy is carried to every pixel by a guided filter (He, Sun and Tang 2010; He and Sun 2015), which stops at edges, so "
            "that nothing glows. Colours that would leave the range keep their hue. The same picture gives the same result on every call. "
            "The pictures here had their faults made for the purpose."
        }
        (pictures.of("hdr"))
    }
}
