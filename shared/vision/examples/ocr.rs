//! Reads pictures, binary PPM files, and prints for each a line of JSON: what was read, where, and the processor's time.
//! `ocr [--gist] [--squeeze SHARE] [--side N] [--first N] [--fixed] FILES...`: for the bench beside it, and to look at a page by hand. `--wait` says so
//! and waits for the end of its input: the memory of the networks alone.

use std::time::Instant;

use inference::models::Folder;
use vision::{Ocr, OcrFiles, OcrOptions, Picture};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let files = OcrFiles::of(&Folder::from_env()?)?;
    let ocr = Ocr::load(&inference::Rten, &files, 1)?;
    let mut options = OcrOptions::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--side" => options.longest_side = arguments.next().ok_or("--side needs a number")?.parse()?,
            "--first" => {
                options.first_side = arguments.next().ok_or("--first needs a number")?.parse()?;
            }
            "--fixed" => options.adaptive = false,
            "--gist" => options = OcrOptions::gist(),
            "--wait" => {
                println!("loaded");
                std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
            }
            "--squeeze" => options.squeeze = arguments.next().ok_or("--squeeze needs a number")?.parse()?,
            file => read(&ocr, file, &options)?,
        }
    }
    Ok(())
}

fn read(ocr: &Ocr, file: &str, options: &OcrOptions) -> Result<(), Box<dyn std::error::Error>> {
    let bytes = std::fs::read(file)?;
    let (width, height, pixels) = ppm(&bytes).ok_or("not a binary PPM file")?;
    let (cpu, wall) = (cpu_seconds(), Instant::now());
    let lines = ocr.read(Picture::new(width, height, pixels)?, options)?;
    let (cpu, wall) = (cpu_seconds() - cpu, wall.elapsed().as_secs_f64());
    let lines: Vec<String> = lines
        .iter()
        .map(|line| {
            let corners = line.corners.map(|[x, y]| format!("[{x:.1},{y:.1}]")).join(",");
            format!(r#"[{},{:.3},[{corners}],{}]"#, quoted(&line.text), line.confidence, line.row)
        })
        .collect();
    println!(r#"{{"file":{},"cpu":{cpu:.3},"wall":{wall:.3},"lines":[{}]}}"#, quoted(file), lines.join(","));
    Ok(())
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            ' '.. => quoted.push(character),
            _ => quoted.push_str(&format!("\\u{:04x}", u32::from(character))),
        }
    }
    quoted + "\""
}

/// Width, height and samples of a P6 file with a header of three lines, as Pillow writes it.
fn ppm(bytes: &[u8]) -> Option<(u32, u32, &[u8])> {
    let mut parts = bytes.splitn(4, |&byte| byte == b'\n');
    let (kind, size, deepest, pixels) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (width, height) = std::str::from_utf8(size).ok()?.split_once(' ')?;
    (kind == b"P6" && deepest == b"255").then_some(())?;
    Some((width.parse().ok()?, height.parse().ok()?, pixels))
}

/// Of this process, in hundredths of a second, which is as fine as Linux says without a library.
fn cpu_seconds() -> f64 {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = status.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}
