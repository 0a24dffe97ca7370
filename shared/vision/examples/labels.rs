//! Names what binary PPM pictures show: `labels MODEL.onnx LABELS.json FILES...`, to look at by hand.

use std::path::Path;

use vision::{ImageLabels, LabelModel, Picture};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, names, files @ ..] = arguments.as_slice() else {
        return Err("labels MODEL.onnx LABELS.json FILES...".into());
    };
    let (model, names) = (Path::new(model), Path::new(names));
    let labels = ImageLabels::load(&inference::Rten, model, names, LabelModel::EFFICIENTNET_LITE0, 1)?;
    for file in files {
        let bytes = std::fs::read(file)?;
        let (width, height, pixels) = ppm(&bytes).ok_or("not a binary PPM file")?;
        println!("{file}: {:?}", labels.labels(Picture::new(width, height, pixels)?, 5, None)?);
    }
    Ok(())
}

/// Width, height and samples of a P6 file with a header of three lines, as Pillow writes it.
fn ppm(bytes: &[u8]) -> Option<(u32, u32, &[u8])> {
    let mut parts = bytes.splitn(4, |&byte| byte == b'\n');
    let (kind, size, deepest, pixels) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (width, height) = std::str::from_utf8(size).ok()?.split_once(' ')?;
    (kind == b"P6" && deepest == b"255").then_some(())?;
    Some((width.parse().ok()?, height.parse().ok()?, pixels))
}
