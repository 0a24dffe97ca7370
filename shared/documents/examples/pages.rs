//! CPU time of each step of a document, and its pages as PPM pictures where a folder is given.
//!
//! pages FILE [WIDTH [FOLDER [TIMES]]]

use std::io::Write;
use std::path::Path;

use documents::{Limits, open};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let file = words.first().ok_or("pages FILE [WIDTH [FOLDER [TIMES]]]")?;
    let width = words.get(1).map_or(Ok(1240), |width| width.parse())?;
    let times: u32 = words.get(3).map_or(Ok(1), |times| times.parse())?;
    let bytes = std::fs::read(file)?;
    let limits = Limits { max_pages: 10_000, max_bytes: 1 << 30, ..Limits::default() };
    let mut spent = [0.0; 3];
    let (mut pages, mut text) = (0, String::new());
    for turn in 0..times {
        let start = cpu_milliseconds();
        let document = open(&bytes, &limits)?;
        spent[0] += cpu_milliseconds() - start;
        pages = document.pages();
        for page in 0..pages {
            let start = cpu_milliseconds();
            let said = document.text(page)?;
            let middle = cpu_milliseconds();
            let picture = document.render(page, width)?;
            spent[1] += middle - start;
            spent[2] += cpu_milliseconds() - middle;
            if turn > 0 {
                continue;
            }
            text.push_str(&said.text);
            if let Some(folder) = words.get(2).filter(|folder| !folder.is_empty()) {
                let mut out = std::fs::File::create(Path::new(folder).join(format!("page-{page}.ppm")))?;
                writeln!(out, "P6 {} {} 255", picture.width, picture.height)?;
                out.write_all(&picture.pixels)?;
                std::fs::write(Path::new(folder).join(format!("page-{page}.txt")), &said.text)?;
            }
        }
    }
    let [opened, read, drawn] = spent.map(|spent| spent / f64::from(times));
    let count = pages as f64;
    println!(
        r#"{{"pages":{pages},"characters":{},"open_ms":{opened:.2},"text_ms_a_page":{:.2},"render_ms_a_page":{:.2},"all_ms_a_page":{:.2}}}"#,
        text.chars().count(),
        read / count,
        drawn / count,
        (opened + read + drawn) / count
    );
    Ok(())
}

/// CPU time of this process and all its threads so far.
fn cpu_milliseconds() -> f64 {
    use nix::sys::resource::{UsageWho, getrusage};
    let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else { return 0.0 };
    let milliseconds =
        |time: nix::sys::time::TimeVal| time.tv_sec() as f64 * 1e3 + time.tv_usec() as f64 / 1e3;
    milliseconds(usage.user_time()) + milliseconds(usage.system_time())
}
