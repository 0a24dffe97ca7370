//! What `tests/fuzz` throws arbitrary bytes at: one target for each reader, through the door that the service uses. Found cases
//! stay in `tests/fuzz/regressions/TARGET/` and run with the tests.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use contract::endpoints::IMAGE_EDIT_UPLOAD;
use contract::images::{Operations, Output, UploadEditRequest};
use contract::validate::{drop_nulls, typed, validate};
use imaging::{ImagingError, Limits, edit, memory_needed, probe};

use crate::{case, damage, hostile, input};

/// A reader, or what else takes bytes from outside.
pub struct Target {
    pub name: &'static str,
    /// Panics where something is wrong.
    pub run: fn(&[u8]),
    /// What to begin with.
    pub seeds: fn() -> Result<Vec<Vec<u8>>, String>,
}

pub const TARGETS: [Target; 13] = [
    Target { name: "any", run: edits, seeds: hostile_files },
    Target { name: "jpeg", run: |data| edits(&starting_with(b"\xFF\xD8\xFF", data)), seeds: jpegs },
    Target {
        name: "png",
        run: |data| edits(&damage::with_checksums(starting_with(b"\x89PNG\r\n\x1A\n", data))),
        seeds: || generated("png"),
    },
    Target { name: "webp", run: webp, seeds: || generated("webp") },
    Target { name: "avif", run: |data| edits(&of_brand(b"avif", data)), seeds: || kept("avif") },
    Target { name: "heic", run: |data| edits(&of_brand(b"heic", data)), seeds: || kept("heic") },
    Target { name: "gif", run: |data| edits(&starting_with(b"GIF89a", data)), seeds: || generated("gif") },
    Target { name: "bmp", run: |data| edits(&starting_with(b"BM", data)), seeds: || generated("bmp") },
    Target { name: "tiff", run: |data| edits(&starting_with(b"II*\0", data)), seeds: || generated("tiff") },
    Target { name: "exif", run: exif, seeds: exif_blocks },
    Target { name: "rights", run: rights, seeds: rights_blocks },
    Target { name: "color", run: color, seeds: profiles },
    Target { name: "request", run: request, seeds: requests },
];

/// Of an edit of a few kilobytes, sanitizers and a busy machine included.
const DEADLINE: Duration = Duration::from_secs(4);

/// A way through the engine, by the file's length so that a file always takes the same.
fn asked(length: usize) -> (Operations, Output) {
    const REQUESTS: [&str; 4] = [
        r#"{"operations":{"resizing":{"width":24}}}"#,
        r#"{"operations":{"padding":"10%"},"output":{"format":"webp"}}"#,
        r#"{"operations":{"resizing":{"width":20,"height":20},"adjustments":{"sharpness":40}},"output":{"format":"tiff"}}"#,
        r#"{"operations":{"adjustments":{"exposure":10,"saturation":20}},"output":{"format":{"type":"png","compression":"fast"}}}"#,
    ];
    let request: UploadEditRequest =
        serde_json::from_str(REQUESTS[length % REQUESTS.len()]).unwrap_or_default();
    (request.operations(), request.output())
}

fn limits() -> Limits {
    Limits {
        max_pixels: 1_000_000,
        max_side: 20_000,
        max_bytes: 48_000_000,
        max_output_pixels: 1_000_000,
        deadline: Some(Instant::now() + DEADLINE),
    }
}

/// Edits a file: a picture, or a fault that is not ours.
fn edits(file: &[u8]) {
    let (operations, output) = asked(file.len());
    let needed = memory_needed(file, &operations, &output, &limits());
    match edit(file, &operations, &output, &limits()) {
        Ok(edited) => {
            assert!(needed.is_ok(), "edited, but {needed:?}");
            assert_eq!(probe(file).as_ref(), Ok(&edited.input));
        }
        Err(ImagingError::Internal(error)) => panic!("{error}"),
        Err(_) => {}
    }
}

/// The data with the first bytes of a format in the place of its own.
fn starting_with(magic: &[u8], data: &[u8]) -> Vec<u8> {
    [magic, data.get(magic.len()..).unwrap_or_default()].concat()
}

fn webp(data: &[u8]) {
    let mut file = starting_with(b"RIFF", data);
    if file.len() >= 12 {
        file[8..12].copy_from_slice(b"WEBP");
    }
    edits(&file);
}

/// The data as a file whose first box says the brand, whatever its length.
fn of_brand(brand: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut file = data.to_vec();
    if let Some(start) = file.get_mut(4..12) {
        start.copy_from_slice(&[b"ftyp", &brand[..]].concat());
    }
    file
}

/// A small JPEG with a segment after its first marker.
fn in_jpeg(marker: u8, body: &[u8]) -> Vec<u8> {
    static PICTURE: OnceLock<Vec<u8>> = OnceLock::new();
    let mut file =
        PICTURE.get_or_init(|| input::file("generate:letter/16x12/jpeg").unwrap_or_default()).clone();
    // The longest that a segment can hold beside its own length.
    let body = &body[..body.len().min(65_533)];
    let length = (body.len() as u16 + 2).to_be_bytes();
    file.splice(2..2, [&[0xFF, marker], &length[..], body].concat());
    file
}

fn exif(data: &[u8]) {
    edits(&in_jpeg(0xE1, &[b"Exif\0\0", data].concat()));
}

/// XMP, or the resources of Photoshop.
fn rights(data: &[u8]) {
    match data.split_first() {
        Some((kind, data)) if kind % 2 == 0 => {
            edits(&in_jpeg(0xE1, &[b"http://ns.adobe.com/xap/1.0/\0", data].concat()));
        }
        Some((_, data)) => edits(&in_jpeg(0xED, &[b"Photoshop 3.0\0", data].concat())),
        None => {}
    }
}

/// A profile, for the kind of picture that it says it is for.
fn color(data: &[u8]) {
    static PICTURES: OnceLock<[Vec<u8>; 3]> = OnceLock::new();
    let [grey, inks, rgb] = PICTURES.get_or_init(|| {
        ["jpeg-grey", "jpeg-cmyk", "jpeg"].map(|format| {
            let picture = input::file(&format!("generate:letter/16x12/{format}"));
            picture.unwrap_or_default()
        })
    });
    let mut file = match data.get(16..20) {
        Some(b"GRAY") => grey.clone(),
        Some(b"CMYK") => inks.clone(),
        _ => rgb.clone(),
    };
    let parts: Vec<&[u8]> = data.chunks(60_000).take(255).collect();
    for (index, part) in parts.iter().enumerate().rev() {
        let place = [index as u8 + 1, parts.len() as u8];
        let length = (part.len() as u16 + 16).to_be_bytes();
        file.splice(2..2, [b"\xFF\xE2", &length[..], b"ICC_PROFILE\0", &place, part].concat());
    }
    edits(&file);
}

/// A body as the upload route takes it: judged, planned, and carried out on a small picture.
fn request(data: &[u8]) {
    static PICTURE: OnceLock<Vec<u8>> = OnceLock::new();
    let picture = PICTURE.get_or_init(|| input::file("generate:letter/16x12/png-rgba8").unwrap_or_default());
    let Ok(mut value) = serde_json::from_slice(data) else { return };
    drop_nulls(&mut value);
    if !validate(&value, &(IMAGE_EDIT_UPLOAD.route.request_schema)(), true).is_empty() {
        return;
    }
    let Ok(request) = typed::<UploadEditRequest>(value) else { return };
    let (operations, output) = (request.operations(), request.output());
    let limits = Limits { max_output_pixels: 40_000, ..limits() };
    let needed = memory_needed(picture, &operations, &output, &limits);
    match edit(picture, &operations, &output, &limits) {
        Ok(_) => assert!(needed.is_ok(), "edited, but {needed:?}"),
        // What a body may not say has been judged before.
        Err(error @ (ImagingError::Internal(_) | ImagingError::NotAvailable(_))) => panic!("{error}"),
        Err(_) => {}
    }
}

/// Small files of all formats whose names begin so.
fn generated(format: &str) -> Result<Vec<Vec<u8>>, String> {
    let names = damage::FORMATS.into_iter().chain(damage::WITH_SLOW_PROFILES);
    names.filter(|name| name.starts_with(format)).map(small).collect()
}

/// Also of the size at which [`asked`] has them decoded smaller.
fn jpegs() -> Result<Vec<Vec<u8>>, String> {
    let mut files = generated("jpeg")?;
    for format in ["jpeg", "jpeg-progressive", "jpeg-grey"] {
        for size in ["53x41", "99x75", "199x151"] {
            files.push(input::file(&format!("generate:letter/{size}/{format}"))?);
        }
    }
    Ok(files)
}

/// Files of `tests/data/heif`.
fn kept(extension: &str) -> Result<Vec<Vec<u8>>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/heif");
    let entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|it| it == extension)).collect();
    paths.sort();
    paths.into_iter().map(|path| std::fs::read(path).map_err(|error| error.to_string())).collect()
}

fn small(format: &str) -> Result<Vec<u8>, String> {
    input::file(&format!("generate:letter/13x10/{format}"))
}

fn hostile_files() -> Result<Vec<Vec<u8>>, String> {
    let refused = hostile::refused()?.into_iter().map(|(_, file)| file).filter(|file| file.len() < 4096);
    damage::FORMATS.into_iter().map(small).chain(refused.map(Ok)).collect()
}

fn exif_blocks() -> Result<Vec<Vec<u8>>, String> {
    let files = ["tiff-rgb16-lzw+orientation=6+private+xmp", "jpeg+orientation=8+private"].map(small);
    let [tiff, jpeg] = files;
    let jpeg = jpeg?;
    let start = jpeg.windows(6).position(|window| window == b"Exif\0\0").ok_or("no EXIF")?;
    Ok(vec![tiff?, jpeg[start + 6..].to_vec()])
}

fn rights_blocks() -> Result<Vec<Vec<u8>>, String> {
    let jpeg = small("jpeg+xmp+iptc")?;
    let names: [(&[u8], u8); 2] = [(b"http://ns.adobe.com/xap/1.0/\0", 0), (b"Photoshop 3.0\0", 1)];
    let block = |(name, kind): (&[u8], u8)| {
        let at = jpeg.windows(name.len()).position(|window| window == name)?;
        Some([&[kind], &jpeg[at + name.len()..]].concat())
    };
    Ok(names.into_iter().filter_map(block).collect())
}

fn profiles() -> Result<Vec<Vec<u8>>, String> {
    ["p3", "adobe-rgb", "grey-linear", "press", "press-perceptual"]
        .into_iter()
        .filter_map(input::profile)
        .collect()
}

fn requests() -> Result<Vec<Vec<u8>>, String> {
    let body = |folder: PathBuf| {
        let text = std::fs::read(folder.join("request.json")).map_err(|error| error.to_string())?;
        let mut value: serde_json::Value =
            serde_json::from_slice(&text).map_err(|error| error.to_string())?;
        value.as_object_mut().ok_or("a request is no object")?.remove("input");
        serde_json::to_vec(&value).map_err(|error| error.to_string())
    };
    case::folders()?.into_iter().map(body).collect()
}
