//! What a file really is, read from its bytes by code that shares nothing with the engine.

use serde_json::{Map, Value, json};

/// Facts by name, such as `progressive`, `dpi` or `lossless`; which ones depends on the format.
pub fn read(file: &[u8]) -> Map<String, Value> {
    let mut facts = Map::new();
    if file.starts_with(b"\xFF\xD8") {
        jpeg(file, &mut facts);
    } else if file.starts_with(b"\x89PNG") {
        png(file, &mut facts);
    } else if file.starts_with(b"RIFF") {
        webp(file, &mut facts);
    } else if file.starts_with(b"II*\0") {
        tiff(file, &mut facts);
    }
    if file.get(4..8) == Some(b"ftyp") {
        avif(file, &mut facts);
    }
    facts.insert("private".into(), json!(contains(file, b"Secret Camera")));
    facts.insert("credentials".into(), json!(contains(file, b"c2pa")));
    facts.insert("copyright".into(), json!(contains(file, b"(c) Ann Example")));
    facts.insert("artist".into(), json!(contains(file, b"Ann Example\0")));
    facts
}

fn contains(file: &[u8], text: &[u8]) -> bool {
    file.windows(text.len()).any(|window| window == text)
}

fn big(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

fn little(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

fn jpeg(file: &[u8], facts: &mut Map<String, Value>) {
    let mut at = 2;
    let mut scans = 0;
    while at + 4 <= file.len() {
        let marker = file[at + 1];
        if file[at] != 0xFF || marker == 0 || (0xD0..=0xD9).contains(&marker) {
            at += 1;
            continue;
        }
        let length = big(&file[at + 2..at + 4]) as usize;
        let body = &file[at + 4..at + 2 + length];
        match marker {
            0xC0 | 0xC2 => {
                facts.insert("progressive".into(), json!(marker == 0xC2));
                facts.insert("components".into(), json!(body[5]));
                facts.insert("sampling".into(), json!(format!("{}x{}", body[7] >> 4, body[7] & 15)));
            }
            // The first entry of the luma table: 16 at quality 50.
            0xDB if !facts.contains_key("luma_dc") => {
                facts.insert("luma_dc".into(), json!(body[1]));
            }
            0xE0 if body.starts_with(b"JFIF\0") && body[7] == 1 => {
                facts.insert("dpi".into(), json!(big(&body[8..10])));
            }
            0xDA => scans += 1,
            _ => {}
        }
        at += 2 + length;
    }
    facts.insert("scans".into(), json!(scans));
}

fn png(file: &[u8], facts: &mut Map<String, Value>) {
    let names = ["grey", "", "rgb", "palette", "grey-alpha", "", "rgba"];
    facts.insert("depth".into(), json!(file[24]));
    facts.insert("color".into(), json!(names[usize::from(file[25]).min(6)]));
    let mut at = 8;
    while at + 8 <= file.len() {
        let length = big(&file[at..at + 4]) as usize;
        if &file[at + 4..at + 8] == b"pHYs" {
            let per_metre = big(&file[at + 8..at + 12]) as f64;
            facts.insert("dpi".into(), json!((per_metre * 0.0254).round() as u64));
        }
        at += 12 + length;
    }
}

fn webp(file: &[u8], facts: &mut Map<String, Value>) {
    let size = little(&file[4..8]) as usize;
    facts.insert("length_is_right".into(), json!(size + 8 == file.len()));
    let mut at = 12;
    while at + 8 <= file.len() {
        let length = little(&file[at + 4..at + 8]) as usize;
        match &file[at..at + 4] {
            b"VP8 " => facts.insert("lossless".into(), json!(false)),
            b"VP8L" => facts.insert("lossless".into(), json!(true)),
            b"ALPH" => facts.insert("alpha".into(), json!(true)),
            b"VP8X" => facts.insert("extended".into(), json!(true)),
            b"EXIF" => {
                tiff(&file[at + 8..at + 8 + length], facts);
                None
            }
            _ => None,
        };
        at += 8 + length.next_multiple_of(2);
    }
}

/// Sizes of its boxes are not needed: names of four letters do not occur in such small headers by chance.
fn avif(file: &[u8], facts: &mut Map<String, Value>) {
    let after = |name: &[u8]| {
        let at = file.windows(name.len()).position(|window| window == name)?;
        file.get(at + name.len()..)
    };
    if let Some([_, _, flags, ..]) = after(b"av1C") {
        let sampling = match flags >> 2 & 7 {
            0 => "4:4:4",
            2 => "4:2:2",
            3 => "4:2:0",
            _ => "4:0:0",
        };
        facts.insert("sampling".into(), json!(sampling));
    }
    if let Some([_, _, _, _, _, matrix, ..]) = after(b"colrnclx") {
        facts.insert("lossless".into(), json!(*matrix == 0));
    }
    if after(b"auxC").is_some() {
        facts.insert("alpha".into(), json!(true));
    }
    if let Some(block) = after(b"II*\0") {
        tiff(&[b"II*\0", block].concat(), facts);
    }
}

fn tiff(file: &[u8], facts: &mut Map<String, Value>) {
    let directory = little(&file[4..8]) as usize;
    let count = little(&file[directory..directory + 2]) as usize;
    for entry in 0..count {
        let at = directory + 2 + entry * 12;
        let value = little(&file[at + 8..at + 12]) as usize;
        let short = value & 0xFFFF;
        match little(&file[at..at + 2]) {
            259 => facts.insert(
                "compression".into(),
                json!(if short == 5 {
                    "lzw"
                } else if short == 7 {
                    "jpeg"
                } else {
                    "other"
                }),
            ),
            277 => facts.insert("samples".into(), json!(short)),
            282 => facts.insert("dpi".into(), json!(little(&file[value..value + 4]))),
            0x8825 => facts.insert("gps".into(), json!(true)),
            _ => None,
        };
    }
}
