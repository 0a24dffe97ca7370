//! Input files: a pattern in a format. PNG, GIF, BMP and TIFF are written here, independently of what is tested; JPEG and
//! WebP by the engine's own encoders, which have cases of their own.
//!
//! Formats: `png`, `png16`, `png-grey`, `png-grey16`, `png-grey-alpha`, `png-bit`, `png-palette`, `png-palette-alpha`,
//! `png-interlaced`, `gif`, `bmp`, `tiff`, `tiff16`, `tiff-grey`, `tiff-palette`, `jpeg`, `jpeg-progressive`, `webp`, `webp-lossless`, `avif`, `avif-lossless`,
//! `webp-animated`, `webp-animated-part`, `apng`, `apng-hidden`; the PNGs of [`png_every`], the TIFFs of [`tiff_file`] and
//! [`tiff_few_bits`], and the JPEGs of [`jpeg_cmyk`].
//! Photographs: `photo` and `scene:astronaut`, `scene:chelsea`, `scene:rocket`; with `+FAULT`, see [`scene::FAULTS`], as a PNG.
//! `heif:FILE`: a file of `tests/data/heif`, of which `make.py` there says what they are.
//! Options: `orientation=1..8`, `private` (metadata with copyright and artist, and with camera, serial number, GPS and
//! content credentials), `xmp` and `iptc` (copyright and artist there alone), and the profiles of [`profiles`].

mod jpeg_cmyk;
mod plain;
mod png_every;
mod png_file;
mod profiles;
pub mod scene;
mod tags;
mod tiff_few_bits;
mod tiff_file;

use crate::pattern;
use crate::pixels::Pixels;

/// The file that `request.json` names.
pub fn file(name: &str) -> Result<Vec<u8>, String> {
    if let Some(photograph) = scene::file(name) {
        return photograph;
    }
    if let Some(name) = name.strip_prefix("heif:") {
        let path = format!("{}/../data/heif/{name}", env!("CARGO_MANIFEST_DIR"));
        return std::fs::read(&path).map_err(|error| format!("{path}: {error}"));
    }
    let (pixels, format, options) = parse(name)?;
    let orientation = options.iter().find_map(|option| option.strip_prefix("orientation="));
    let orientation: u32 = orientation.unwrap_or("1").parse().map_err(|_| "no orientation")?;
    let stored = pattern::stored(&pixels, orientation);
    let tags = tags::Tags {
        orientation: orientation as u16,
        private: options.contains(&"private"),
        xmp: options.contains(&"xmp"),
        iptc: options.contains(&"iptc"),
        profile: options.iter().find_map(|option| profiles::named(option)).transpose()?,
    };
    encode(&stored, format, &tags)
}

/// The pixels that a generated input shows, before any format took its toll.
pub fn pixels(name: &str) -> Result<Pixels, String> {
    Ok(parse(name)?.0)
}

fn parse(name: &str) -> Result<(Pixels, &str, Vec<&str>), String> {
    let broken = || format!("no such input: {name}");
    let rest = name.strip_prefix("generate:").ok_or_else(broken)?;
    let [pattern, size, file] = rest.split('/').collect::<Vec<_>>()[..] else { return Err(broken()) };
    let (width, height) = size.split_once('x').ok_or_else(broken)?;
    let side = |digits: &str| digits.parse().map_err(|_| broken());
    let mut parts = file.split('+');
    let format = parts.next().ok_or_else(broken)?;
    Ok((pattern::draw(pattern, side(width)?, side(height)?)?, format, parts.collect()))
}

/// The profile that an option names.
pub fn profile(option: &str) -> Option<Result<Vec<u8>, String>> {
    profiles::named(option)
}

/// A picture as a file of one of the formats, without options.
pub fn of(pixels: &Pixels, format: &str) -> Result<Vec<u8>, String> {
    encode(pixels, format, &tags::Tags { orientation: 1, ..Default::default() })
}

fn encode(pixels: &Pixels, format: &str, tags: &tags::Tags) -> Result<Vec<u8>, String> {
    Ok(match format {
        "gif" => plain::gif(pixels)?,
        "bmp" => plain::bmp(pixels),
        "tiff" => plain::tiff(pixels, plain::TiffKind::Rgb8, tags),
        "tiff16" => plain::tiff(pixels, plain::TiffKind::Rgb16, tags),
        "tiff-palette" => plain::tiff(pixels, plain::TiffKind::Palette8, tags),
        "tiff-grey" => plain::tiff(pixels, plain::TiffKind::Grey8, tags),
        "webp-animated" => {
            tags::animation(&by_engine(pixels, r#"{"type":"webp","compression":"lossless"}"#)?, pixels)
        }
        "webp-animated-part" => tags::animation_in_part(
            &by_engine(pixels, r#"{"type":"webp","compression":"lossless"}"#)?,
            pixels,
        ),
        "apng" | "apng-hidden" => png_every::animated(pixels, format == "apng-hidden")?,
        "jpeg-cmyk" | "jpeg-cmyk-plain" | "jpeg-cmyk-progressive" | "jpeg-ycck" => {
            tags.put_into_jpeg(jpeg_cmyk::encode(pixels, format)?)
        }
        "jpeg-grey" => tags.put_into_jpeg(jpeg_cmyk::grey(pixels)?),
        few if ["tiff-bits", "tiff-ink", "tiff-colors"].iter().any(|kind| few.starts_with(kind)) => {
            tiff_few_bits::encode(pixels, few)?
        }
        tiff if tiff.starts_with("tiff-") => tiff_file::encode(pixels, tiff, tags)?,
        "jpeg" => {
            tags.put_into_jpeg(by_engine(pixels, r#"{"type":"jpeg","quality":95,"progressive":false}"#)?)
        }
        "jpeg-progressive" => tags.put_into_jpeg(by_engine(pixels, r#"{"type":"jpeg","quality":95}"#)?),
        "webp" => tags.put_into_webp(by_engine(pixels, r#"{"type":"webp","quality":95}"#)?, pixels),
        "avif" => by_engine(pixels, r#"{"type":"avif","quality":95}"#)?,
        "avif-lossless" => by_engine(pixels, r#"{"type":"avif","compression":"lossless"}"#)?,
        "webp-lossless" => {
            tags.put_into_webp(by_engine(pixels, r#"{"type":"webp","compression":"lossless"}"#)?, pixels)
        }
        png => tags.put_into_png(png_file::encode(pixels, png)?),
    })
}

fn by_engine(pixels: &Pixels, format: &str) -> Result<Vec<u8>, String> {
    let output =
        serde_json::from_str(&format!(r#"{{"format":{format}}}"#)).map_err(|error| error.to_string())?;
    let edited = imaging::edit(&pixels.to_png()?, &Default::default(), &output, &Default::default());
    Ok(edited.map_err(|error| error.to_string())?.bytes)
}
