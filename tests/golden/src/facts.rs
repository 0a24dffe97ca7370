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
    let mut parts: Vec<(u8, u8, &[u8])> = Vec::new();
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
            0xE1 if body.starts_with(b"Exif\0\0") => tiff(&body[6..], facts),
            0xE2 if body.starts_with(b"ICC_PROFILE\0") => parts.push((body[12], body[13], &body[14..])),
            // How four components are meant: 0 CMYK, 2 YCCK.
            0xEE if body.starts_with(b"Adobe") => {
                facts.insert("adobe".into(), json!(body[11]));
            }
            0xDA => scans += 1,
            _ => {}
        }
        at += 2 + length;
    }
    facts.insert("scans".into(), json!(scans));
    let numbered = (1..)
        .zip(&parts)
        .all(|(number, (actual, count, _))| number == *actual && usize::from(*count) == parts.len());
    if numbered && !parts.is_empty() {
        let whole: Vec<u8> = parts.iter().flat_map(|(_, _, part)| part.iter().copied()).collect();
        profile(&whole, facts);
    }
}

/// The name in a profile whose length is as it says.
fn profile(bytes: &[u8], facts: &mut Map<String, Value>) {
    if bytes.len() < 132 || big(&bytes[..4]) as usize != bytes.len() {
        return;
    }
    for tag in 0..big(&bytes[128..132]) as usize {
        let entry = &bytes[132 + 12 * tag..144 + 12 * tag];
        let body = &bytes[big(&entry[4..8]) as usize..][..big(&entry[8..12]) as usize];
        let name = match (&entry[..4], &body[..4]) {
            (b"desc", b"desc") => body[12..12 + big(&body[8..12]) as usize - 1].to_vec(),
            // The first language, in UTF-16.
            (b"desc", b"mluc") => {
                let (length, at) = (big(&body[20..24]) as usize, big(&body[24..28]) as usize);
                body[at..at + length].iter().skip(1).step_by(2).copied().collect()
            }
            _ => continue,
        };
        facts.insert("profile".into(), json!(String::from_utf8_lossy(&name)));
    }
}

fn png(file: &[u8], facts: &mut Map<String, Value>) {
    let names = ["grey", "", "rgb", "palette", "grey-alpha", "", "rgba"];
    facts.insert("depth".into(), json!(file[24]));
    facts.insert("color".into(), json!(names[usize::from(file[25]).min(6)]));
    facts.insert("alpha".into(), json!(matches!(file[25], 4 | 6)));
    let mut at = 8;
    while at + 8 <= file.len() {
        let length = big(&file[at..at + 4]) as usize;
        if &file[at + 4..at + 8] == b"pHYs" {
            let per_metre = big(&file[at + 8..at + 12]) as f64;
            facts.insert("dpi".into(), json!((per_metre * 0.0254).round() as u64));
        }
        match &file[at + 4..at + 8] {
            b"sRGB" => facts.insert("srgb".into(), json!(true)),
            b"PLTE" => facts.insert("colors".into(), json!(length / 3)),
            b"tRNS" => {
                facts.insert("alpha".into(), json!(true));
                facts.insert("transparent".into(), json!(length))
            }
            _ => None,
        };
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
            b"ICCP" => {
                profile(&file[at + 8..at + 8 + length], facts);
                None
            }
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
            262 => facts.insert("photometric".into(), json!(short)),
            332 => facts.insert("inks".into(), json!(short)),
            34_675 => {
                let length = little(&file[at + 4..at + 8]) as usize;
                profile(&file[value..value + length], facts);
                None
            }
            277 => facts.insert("samples".into(), json!(short)),
            282 => facts.insert("dpi".into(), json!(little(&file[value..value + 4]))),
            0x8825 => facts.insert("gps".into(), json!(true)),
            _ => None,
        };
    }
}
