//! Photographs, as they are or with a fault that `adjustments.hdr` is to mend.

use crate::pixels::Pixels;

/// Every photograph whose tone and colour are good.
pub const GOOD: [&str; 4] = ["photo", "scene:astronaut", "scene:chelsea", "scene:rocket"];

/// Every fault: too little light (as a wrong curve, and as too short an exposure), light from behind, haze all over and
/// growing with the distance, and light of another colour.
pub const FAULTS: [&str; 8] = ["dim", "short", "backlit", "haze", "distance", "warm", "blue", "green"];

/// `photo` or `scene:NAME`, with `+FAULT` a PNG.
pub(super) fn file(name: &str) -> Option<Result<Vec<u8>, String>> {
    let (scene, fault) = name.split_once('+').map_or((name, None), |(scene, fault)| (scene, Some(fault)));
    let path = match (scene, scene.strip_prefix("scene:")) {
        ("photo", _) => "photo.jpg".to_owned(),
        (_, Some(scene)) => format!("scenes/{scene}.jpg"),
        _ => return None,
    };
    Some(read(&path).and_then(|file| match fault {
        None => Ok(file),
        Some(fault) => spoiled(&Pixels::decoded(&file)?, fault)?.to_png(),
    }))
}

fn read(path: &str) -> Result<Vec<u8>, String> {
    let path = format!("{}/../data/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).map_err(|error| format!("{path}: {error}"))
}

fn spoiled(pixels: &Pixels, fault: &str) -> Result<Pixels, String> {
    const HAZE: [f64; 3] = [0.86, 0.88, 0.90];
    // Of linear light.
    let factors = |factors: [f64; 3]| move |color: [f64; 3], _: f64, _: f64| light(color, factors);
    Ok(match fault {
        "dim" => each(pixels, |color, _, _| color.map(|value| 0.9 * value.powf(2.2))),
        "short" => each(pixels, factors([0.12; 3])),
        "backlit" => each(pixels, |color, x, y| {
            let from_middle = ((x - 0.5) / 0.33).hypot((y - 0.58) / 0.42);
            let subject = 1.0 / (1.0 + (14.0 * (from_middle - 1.0)).exp());
            light(color, [1.1 * (1.0 - subject) + 0.1 * subject; 3])
        }),
        "haze" => each(pixels, |color, _, _| mixed(color, HAZE, 0.5)),
        "distance" => each(pixels, |color, _, y| mixed(color, HAZE, 0.7 - 0.55 * y)),
        "warm" => each(pixels, factors([1.2, 0.95, 0.5])),
        "blue" => each(pixels, factors([0.65, 0.95, 1.3])),
        "green" => each(pixels, factors([0.8, 1.1, 0.75])),
        other => return Err(format!("no fault {other}")),
    })
}

/// Each pixel's color, 0 to 1, by itself and its place, 0 to 1.
fn each(pixels: &Pixels, color: impl Fn([f64; 3], f64, f64) -> [f64; 3]) -> Pixels {
    let (width, height) = (f64::from(pixels.width), f64::from(pixels.height));
    Pixels::from_fn(pixels.width, pixels.height, |x, y| {
        let [red, green, blue, alpha] = pixels.at(x, y);
        let values = [red, green, blue].map(|sample| f64::from(sample) / 255.0);
        let values = color(values, f64::from(x) / width, f64::from(y) / height);
        let [red, green, blue] = values.map(|value| (value.clamp(0.0, 1.0) * 255.0).round() as u8);
        [red, green, blue, alpha]
    })
}

fn mixed(color: [f64; 3], other: [f64; 3], share: f64) -> [f64; 3] {
    std::array::from_fn(|index| color[index] * (1.0 - share) + other[index] * share)
}

/// Linear light times factors, by the transfer function of IEC 61966-2-1.
fn light(color: [f64; 3], factors: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|index| {
        let value = color[index];
        let linear = if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
        let linear = (linear * factors[index]).min(1.0);
        if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
    })
}
