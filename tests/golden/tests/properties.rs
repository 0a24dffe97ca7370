//! What must hold for every request, tried on random ones of a fixed seed.
#![allow(clippy::unwrap_used)]

use golden::input;
use golden::pixels::Pixels;
use golden::random::Random;
use imaging::{ImagingError, Limits, edit};
use serde_json::{Value, json};

fn try_edit(file: &[u8], operations: &Value) -> Result<Pixels, ImagingError> {
    let read = serde_json::from_value(operations.clone()).unwrap();
    let output = serde_json::from_value(json!({"format": {"type": "png", "compression": "fast"}})).unwrap();
    edit(file, &read, &output, &Limits::default()).map(|edited| {
        let pixels = Pixels::from_png(&edited.bytes).unwrap();
        assert_eq!((edited.output.width, edited.output.height), (pixels.width, pixels.height));
        pixels
    })
}

fn edited(picture: &Pixels, operations: &Value) -> Pixels {
    try_edit(&picture.to_png().unwrap(), operations).unwrap_or_else(|error| panic!("{operations}: {error}"))
}

fn moved(picture: &Pixels, size: (u32, u32), from: impl Fn(u32, u32) -> (u32, u32)) -> Pixels {
    Pixels::from_fn(size.0, size.1, |x, y| {
        let (x, y) = from(x, y);
        picture.at(x, y)
    })
}

fn mirrored(picture: &Pixels) -> Pixels {
    moved(picture, (picture.width, picture.height), |x, y| (picture.width - 1 - x, y))
}

fn flipped(picture: &Pixels) -> Pixels {
    moved(picture, (picture.width, picture.height), |x, y| (x, picture.height - 1 - y))
}

/// Rows become columns.
fn turned(picture: &Pixels) -> Pixels {
    moved(picture, (picture.height, picture.width), |x, y| (y, x))
}

fn largest(one: &Pixels, other: &Pixels) -> u8 {
    one.difference(other).unwrap_or_else(|| panic!("sizes differ")).largest
}

/// Any adjustments, some of them 0.
fn adjustments(random: &mut Random) -> Value {
    let mut any = |from: i64| if random.flip() { 0 } else { random.within(from..=100) };
    json!({"exposure": any(-100), "contrast": any(-100), "saturation": any(-100), "sharpness": any(0), "hdr": any(0)})
}

#[test]
fn requests_that_ask_for_nothing_give_the_same_pixels() {
    let mut random = Random::new(1);
    for round in 0..120 {
        let (width, height) = (random.side(1..=90), random.side(1..=90));
        let picture = random.picture(width, height, round % 3 == 0);
        let fit = random.one_of(&["crop", "bounds", "cover", "canvas"]);
        let operations = random.one_of(&[
            r#"{}"#,
            r#"{"resizing":{"width":"auto","height":"auto","fit":"FIT"}}"#,
            r#"{"resizing":{"width":"100%","fit":"FIT"}}"#,
            r#"{"resizing":{"width":"100%","height":"100%","fit":"FIT"}}"#,
            r#"{"resizing":{"width":WIDTH,"fit":"FIT"}}"#,
            r#"{"resizing":{"height":HEIGHT,"fit":"FIT"}}"#,
            r#"{"resizing":{"width":WIDTH,"height":HEIGHT,"fit":"FIT"},"padding":"0px"}"#,
            r#"{"adjustments":{"hdr":{"intensity":0,"stitching":true},"exposure":0,"sharpness":0},"padding":"0%"}"#,
        ]);
        let operations = operations
            .replace("FIT", fit)
            .replace("WIDTH", &width.to_string())
            .replace("HEIGHT", &height.to_string());
        let after = edited(&picture, &serde_json::from_str(&operations).unwrap());
        assert_eq!(after.difference(&picture).map(|difference| difference.largest), Some(0), "{operations}");
    }
}

/// How far `width` x `height` is from the proportions of the input, in pixels of the less exact side.
fn distortion((width, height): (u32, u32), input: (u32, u32)) -> f64 {
    let (width, height) = (f64::from(width), f64::from(height));
    let (across, down) = (f64::from(input.0), f64::from(input.1));
    (width - height * across / down).abs().min((height - width * down / across).abs())
}

#[test]
fn sizes_are_those_of_the_fit_and_nothing_is_distorted() {
    let mut random = Random::new(2);
    for _ in 0..250 {
        let input = (random.side(1..=120), random.side(1..=120));
        let (width, height) = (random.side(1..=150), random.side(1..=150));
        let picture = random.picture(input.0, input.1, false);
        let size = |resizing: Value| {
            let after = edited(&picture, &json!({ "resizing": resizing }));
            (after.width, after.height)
        };
        let fit = |fit: &str| size(json!({"width": width, "height": height, "fit": fit}));
        let said = format!("{input:?} to {width}x{height}");
        assert_eq!((fit("crop"), fit("canvas")), ((width, height), (width, height)), "{said}");
        let bounds = fit("bounds");
        assert!(
            bounds.0 <= width && bounds.1 <= height && (bounds.0 == width || bounds.1 == height),
            "{said}"
        );
        let cover = fit("cover");
        assert!(cover.0 >= width && cover.1 >= height && (cover.0 == width || cover.1 == height), "{said}");
        for exact in [bounds, cover] {
            let least = exact.0 == 1 || exact.1 == 1;
            assert!(least || distortion(exact, input) <= 0.501, "{said}: {exact:?}");
        }
        let alone =
            size(json!({"width": width, "fit": random.one_of(&["crop", "bounds", "cover", "canvas"])}));
        assert_eq!(alone.0, width, "{said}");
        assert!(alone.1 == 1 || distortion(alone, input) <= 0.501, "{said}: {alone:?}");
        let percent = random.within(1..=250);
        let expected = |side: u32| ((i64::from(side) * percent * 2 + 100) / 200).max(1) as u32;
        let scaled = size(json!({"width": format!("{percent}%")}));
        assert_eq!(scaled, (expected(input.0), expected(input.1)), "{said}, {percent}%");
    }
}

/// Asserts that pictures are the same but for rounding, which adjustments may enlarge.
fn assert_alike(one: &Pixels, other: &Pixels, said: &str) {
    let difference = one.difference(other).unwrap_or_else(|| panic!("{said}: sizes differ"));
    assert!(difference.largest <= 3 && difference.mean <= 0.1, "{said}: {difference:?}");
}

#[test]
fn however_a_picture_is_stored_it_is_edited_as_it_is_displayed() {
    let mut random = Random::new(3);
    for _ in 0..40 {
        let size = format!("{}x{}", random.side(8..=80), random.side(8..=80));
        let pattern = random.one_of(&["letter", "quadrants", "gradient"]);
        let (width, height) = (random.side(1..=90), random.side(1..=90));
        let fit = random.one_of(&["crop", "bounds", "cover", "canvas"]);
        let operations = json!({"resizing": {"width": width, "height": height, "fit": fit}, "padding": "10%",
            "adjustments": {"saturation": 30, "contrast": -20}, "background": {"color": "#123"}});
        let of = |orientation: u32| {
            let file =
                input::file(&format!("generate:{pattern}/{size}/png+orientation={orientation}")).unwrap();
            try_edit(&file, &operations).unwrap()
        };
        let upright = of(1);
        for orientation in 2..=8 {
            let said = format!("{pattern} {size} {operations} {orientation}");
            assert_alike(&of(orientation), &upright, &said);
        }
    }
}

/// The result for a mirrored, a flipped and a turned picture, turned back again.
fn back(picture: &Pixels, straight: &Value, across: &Value) -> [(&'static str, Pixels); 3] {
    [
        ("mirrored", mirrored(&edited(&mirrored(picture), straight))),
        ("flipped", flipped(&edited(&flipped(picture), straight))),
        ("turned", turned(&edited(&turned(picture), across))),
    ]
}

#[test]
fn mirrored_and_turned_pictures_are_resized_to_mirrored_and_turned_ones() {
    let mut random = Random::new(4);
    for round in 0..80 {
        let (width, height) = (random.side(2..=70), random.side(2..=70));
        let mut picture = random.picture(width, height, round % 4 == 0);
        // Premultiplied, colours of little alpha are coarse.
        picture.rgba.iter_mut().skip(3).step_by(4).for_each(|alpha| *alpha |= 0x80);
        let (wide, high) = (random.side(1..=100), random.side(1..=100));
        let fit = random.one_of(&["bounds", "cover"]);
        let to =
            |width: u32, height: u32| json!({"resizing": {"width": width, "height": height, "fit": fit}});
        let after = edited(&picture, &to(wide, high));
        for (name, back) in back(&picture, &to(wide, high), &to(high, wide)) {
            let said = format!("{name} {width}x{height} {}", to(wide, high));
            assert_alike(&after, &back, &said);
        }
    }
}

#[test]
fn mirrored_and_turned_pictures_are_adjusted_alike() {
    let mut random = Random::new(5);
    for round in 0..60 {
        let (width, height) = (random.side(2..=60), random.side(2..=60));
        let picture = random.picture(width, height, false);
        let mut adjustments = adjustments(&mut random);
        adjustments["hdr"] = json!(0);
        if round % 2 == 0 {
            adjustments["sharpness"] = json!(0);
        }
        let operations = json!({ "adjustments": adjustments });
        let after = edited(&picture, &operations);
        for (name, back) in back(&picture, &operations, &operations) {
            // Without sharpness no pixel knows its neighbours.
            let most = u8::from(adjustments["sharpness"] != 0);
            assert!(largest(&after, &back) <= most, "{name} {operations}");
        }
    }
}

#[test]
fn neutral_greys_stay_neutral_under_every_adjustment() {
    let mut random = Random::new(6);
    for _ in 0..60 {
        let (width, height) = (random.side(2..=60), random.side(2..=60));
        let colors = random.picture(width, height, false);
        let grey = Pixels::from_fn(width, height, |x, y| {
            let [value, ..] = colors.at(x, y);
            [value, value, value, 255]
        });
        let operations = json!({"adjustments": adjustments(&mut random)});
        let after = edited(&grey, &operations);
        let neutral = after.rgba.chunks_exact(4).all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2]);
        assert!(neutral, "{operations}");
    }
}

/// Left, top, right and bottom of what has the color of the content; right and bottom are the first outside.
fn content(picture: &Pixels, color: [u8; 4]) -> [u32; 4] {
    let mut found = [u32::MAX, u32::MAX, 0, 0];
    let mut count = 0;
    for (x, y) in (0..picture.height).flat_map(|y| (0..picture.width).map(move |x| (x, y))) {
        if picture.at(x, y) == color {
            found = [found[0].min(x), found[1].min(y), found[2].max(x + 1), found[3].max(y + 1)];
            count += 1;
        }
    }
    assert_eq!(count, (found[2] - found[0]) * (found[3] - found[1]), "the content is a rectangle");
    found
}

const INK: [u8; 4] = [200, 40, 40, 255];
const PAPER: [u8; 4] = [10, 200, 90, 255];

/// Text of a padding, and its pixels on a canvas: left, top, right, bottom.
fn padding(random: &mut Random, width: u32, height: u32) -> (String, [u32; 4]) {
    let percent = |side: u32, percent: i64| ((i64::from(side) * percent * 2 + 100) / 200) as u32;
    let mut pixels = |side: u32| random.side(0..=(side - 1) / 2);
    let (one, two, three, four) = (pixels(width), pixels(height), pixels(width), pixels(height));
    let both = one.min(two);
    let (across, down) = (random.within(0..=45), random.within(0..=45));
    let by_percent = |across: i64, down: i64| {
        let (across, down) = (percent(width, across), percent(height, down));
        [across, down, across, down]
    };
    match random.within(0..=4) {
        0 => (format!("{across}%"), by_percent(across, across)),
        1 => (format!("{across}% {down}%"), by_percent(across, down)),
        2 => (format!("{both}px"), [both; 4]),
        3 => (format!("{one}px {two}px"), [one, two, one, two]),
        _ => (format!("{two}px {one}px {four}px {three}px"), [three, two, one, four]),
    }
}

#[test]
fn padding_and_canvas_put_the_whole_content_in_the_middle_of_its_box() {
    let mut random = Random::new(7);
    let mut padded = 0;
    for _ in 0..400 {
        let input = (random.side(1..=90), random.side(1..=90));
        let canvas = (random.side(3..=120), random.side(3..=120));
        let fit = random.one_of(&["crop", "canvas"]);
        let (text, [left, top, right, bottom]) = padding(&mut random, canvas.0, canvas.1);
        let picture = Pixels::from_fn(input.0, input.1, |_, _| INK);
        let operations = json!({"resizing": {"width": canvas.0, "height": canvas.1, "fit": fit}, "padding": text,
            "background": {"color": "#0ac85a"}});
        let said = format!("{input:?} {operations}");
        let result = try_edit(&picture.to_png().unwrap(), &operations);
        if left + right >= canvas.0 || top + bottom >= canvas.1 {
            assert!(matches!(result, Err(ImagingError::PaddingTooLarge { .. })), "{said}: {result:?}");
            continue;
        }
        padded += 1;
        let after = result.unwrap();
        assert_eq!((after.width, after.height), canvas, "{said}");
        let others = after.rgba.chunks_exact(4).filter(|pixel| *pixel != INK);
        assert!(others.into_iter().all(|pixel| pixel == PAPER), "{said}");
        let found = content(&after, INK);
        let (width, height) = (found[2] - found[0], found[3] - found[1]);
        let inner = (canvas.0 - left - right, canvas.1 - top - bottom);
        assert!(width == inner.0 || height == inner.1, "{said}: {found:?}");
        let proportions = if fit == "canvas" { input } else { canvas };
        let least = width == 1 || height == 1;
        assert!(least || distortion((width, height), proportions) <= 0.501, "{said}: {found:?}");
        assert_eq!(found[0] - left, (inner.0 - width) / 2, "{said}: {found:?}");
        assert_eq!(found[1] - top, (inner.1 - height) / 2, "{said}: {found:?}");
    }
    assert!(padded > 200, "{padded}");
}

#[test]
fn what_is_hidden_in_a_transparent_webp_does_not_show_in_a_small_copy() {
    // A half that is loud and transparent beside one that is grey and opaque.
    let picture =
        Pixels::from_fn(240, 160, |x, _| if x % 60 < 30 { [0, 255, 0, 0] } else { [90, 90, 90, 255] });
    let webp = input::of(&picture, "webp").unwrap();
    let whole = Pixels::decoded(&webp).unwrap();
    for width in [20, 40, 70] {
        let resizing = json!({"resizing": {"width": width}});
        assert_eq!(largest(&try_edit(&webp, &resizing).unwrap(), &edited(&whole, &resizing)), 0, "{width}");
    }
}

#[test]
fn more_effort_never_makes_a_larger_png() {
    let mut random = Random::new(9);
    let noise = random.picture(200, 150, false);
    let grey = Pixels::from_fn(200, 150, |x, y| {
        let [red, ..] = noise.at(x, y);
        // Slow waves under a little noise, as in photographs without colour, and a third of it flat.
        let wave = 128.0 + 60.0 * (f64::from(x) / 23.0).sin() * (f64::from(y) / 31.0).cos();
        let value = if y < 50 { 200 } else { (wave as u8).saturating_add(red / 40) };
        [value, value, value, 255]
    });
    for picture in [grey, noise] {
        let file = picture.to_png().unwrap();
        let size = |compression: &str| {
            let output =
                serde_json::from_value(json!({"format": {"type": "png", "compression": compression}}));
            edit(&file, &Default::default(), &output.unwrap(), &Limits::default()).unwrap().bytes.len()
        };
        let (fast, optimal, best) = (size("fast"), size("optimal"), size("best"));
        assert!(best <= optimal && optimal <= fast, "best {best}, optimal {optimal}, fast {fast}");
    }
}
