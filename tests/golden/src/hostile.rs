//! Files made to break decoders, or to make them work too hard.

use std::io::Write;

use crate::input;

/// A name that says what is wrong, and the file.
pub type Hostile = (&'static str, Vec<u8>);

/// Files that must be refused.
pub fn refused() -> Result<Vec<Hostile>, String> {
    let mut all = vec![
        ("nothing", Vec::new()),
        ("text", b"this is not a picture, it only says so".to_vec()),
        ("svg", b"<svg xmlns='http://www.w3.org/2000/svg'><rect width='9' height='9'/></svg>".to_vec()),
    ];
    all.extend(truncated()?);
    all.extend(jpegs()?);
    all.extend(pngs());
    all.extend(gifs_and_bmps());
    all.extend(tiffs());
    all.extend(webps());
    all.extend(heifs()?);
    Ok(all)
}

/// Files whose pixels may or may not be delivered, so long as little time and memory is spent.
pub fn bombs() -> Result<Vec<Hostile>, String> {
    let zeros = deflated(256 << 20)?;
    let mut data = png_header(100, 100, 2);
    data.extend(png_chunk(b"IDAT", &zeros));
    data.extend(png_chunk(b"IEND", &[]));
    let png = input::file("generate:gradient/16x16/png")?;
    let with = |name: &[u8; 4], body: &[u8]| {
        let mut file = png.clone();
        file.splice(33..33, png_chunk(name, body));
        file
    };
    Ok(vec![
        ("png: 256 MB of pixels for 100x100", data),
        ("png: 256 MB of profile", with(b"iCCP", &[b"bomb\0\0", &zeros[..]].concat())),
        ("png: 256 MB of text", with(b"zTXt", &[b"bomb\0\0", &zeros[..]].concat())),
        ("tiff: 8 MB of profile", input::file("generate:gradient/16x16/tiff-rgb+longest-profile")?),
    ])
}

fn truncated() -> Result<Vec<Hostile>, String> {
    const NAMES: [(&str, &str); 14] = [
        ("half a jpeg", "jpeg"),
        ("half a progressive jpeg", "jpeg-progressive"),
        ("half a png", "png"),
        ("half an interlaced png", "png-interlaced"),
        ("half a webp", "webp"),
        ("half a lossless webp", "webp-lossless"),
        ("half a gif", "gif"),
        ("half a bmp", "bmp"),
        ("half a tiff", "tiff"),
        ("half a tiff in CMYK", "tiff-cmyk-lzw"),
        ("half a CMYK jpeg", "jpeg-cmyk"),
        ("half a progressive CMYK jpeg", "jpeg-cmyk-progressive"),
        ("half a YCCK jpeg", "jpeg-ycck"),
        ("half an animated png", "apng"),
    ];
    let mut all = Vec::new();
    for (name, format) in NAMES {
        let pattern = if format == "gif" { "letter" } else { "noise" };
        let mut file = input::file(&format!("generate:{pattern}/64x64/{format}"))?;
        file.truncate(file.len() / 2);
        all.push((name, file));
    }
    let mut jpeg = input::file("generate:noise/64x64/jpeg")?;
    jpeg.truncate(jpeg.len() - 60);
    all.push(("a jpeg without its last 60 bytes", jpeg.clone()));
    jpeg.truncate(30);
    all.push(("a jpeg cut inside its header", jpeg));
    Ok(all)
}

fn jpegs() -> Result<Vec<Hostile>, String> {
    let jpeg = input::file("generate:gradient/64x64/jpeg")?;
    let resized = |side: u16| {
        let mut file = jpeg.clone();
        if let Some(at) = file.windows(2).position(|marker| marker == [0xFF, 0xC0]) {
            file[at + 5..at + 9].copy_from_slice(&[side.to_be_bytes(), side.to_be_bytes()].concat());
        }
        file
    };
    let mut garbage = jpeg.clone();
    let middle = garbage.len() - 300;
    garbage[middle..middle + 200].fill(0xFF);
    Ok(vec![
        ("jpeg: claims 65500x65500", resized(65_500)),
        ("jpeg: claims 7000x7000", resized(7_000)),
        ("jpeg: claims no height", resized(0)),
        ("jpeg: markers in the middle of its data", garbage),
        ("jpeg: only its first marker", b"\xFF\xD8\xFF".to_vec()),
        ("jpeg: a thousand scans of 36 megapixels", scans(1_000)),
    ])
}

/// A progressive JPEG of 6000x6000 whose scans say "all zero" in a few bytes each.
fn scans(count: usize) -> Vec<u8> {
    let mut file = b"\xFF\xD8\xFF\xDB\0\x43\0".to_vec();
    file.extend([1; 64]);
    file.extend(b"\xFF\xC2\0\x0B\x08\x17\x70\x17\x70\x01\x01\x11\0");
    // An AC table of one code, a single 0 bit: a run of 2^14 blocks and more, told by 14 further bits.
    file.extend(b"\xFF\xC4\0\x14\x10\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xE0");
    let mut bits: Vec<u8> = (0..18).flat_map(|_| std::iter::once(0).chain([1; 14])).collect();
    bits.resize(bits.len().next_multiple_of(8), 1);
    let mut data = Vec::new();
    for byte in bits.chunks(8).map(|bits| bits.iter().fold(0u8, |byte, bit| byte << 1 | bit)) {
        data.push(byte);
        if byte == 0xFF {
            data.push(0);
        }
    }
    for _ in 0..count {
        file.extend(b"\xFF\xDA\0\x08\x01\x01\0\x01\x3F\0");
        file.extend(&data);
    }
    file.extend(b"\xFF\xD9");
    file
}

fn png_chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [&name[..], body].concat();
    [&(body.len() as u32).to_be_bytes(), &named[..], &crc32fast::hash(&named).to_be_bytes()].concat()
}

fn png_header(width: u32, height: u32, color: u8) -> Vec<u8> {
    let body = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, color, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1A\n".to_vec(), png_chunk(b"IHDR", &body)].concat()
}

fn deflated(zeros: usize) -> Result<Vec<u8>, String> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    let block = vec![0; 1 << 20];
    for _ in 0..zeros >> 20 {
        zlib.write_all(&block).map_err(|error| error.to_string())?;
    }
    zlib.finish().map_err(|error| error.to_string())
}

fn pngs() -> Vec<Hostile> {
    let claims = |width, height, data: &[u8]| {
        [png_header(width, height, 6), png_chunk(b"IDAT", data), png_chunk(b"IEND", &[])].concat()
    };
    let mut wrong_sum = claims(4, 4, &[]);
    wrong_sum[30] ^= 1;
    vec![
        ("png: 65 bytes that claim 16384x16384", claims(16_384, 16_384, &[0x78, 0x9C, 3, 0, 0, 0, 0, 1])),
        ("png: claims 7000x7000", claims(7_000, 7_000, &[0x78, 0x9C, 3, 0, 0, 0, 0, 1])),
        ("png: claims 2^31-1 pixels of width", claims(0x7FFF_FFFF, 1, &[])),
        ("png: no width", claims(0, 4, &[])),
        ("png: garbage instead of pixels", claims(64, 64, &[0xAA; 300])),
        ("png: a wrong checksum", wrong_sum),
        ("png: no pixels at all", [png_header(64, 64, 2), png_chunk(b"IEND", &[])].concat()),
        (
            "png: a palette picture without a palette",
            [png_header(9, 9, 3), png_chunk(b"IDAT", &[1])].concat(),
        ),
    ]
}

fn gifs_and_bmps() -> Vec<Hostile> {
    let gif = |side: u16| {
        let size = [side.to_le_bytes(), side.to_le_bytes()].concat();
        let frame = [b"\x2C\0\0\0\0", &size[..], b"\0\x08\x04\xAA\xAA\xAA\xAA\0\x3B"].concat();
        [b"GIF89a", &size[..], b"\x80\0\0\0\0\0\xFF\xFF\xFF", &frame].concat()
    };
    let bmp = |width: i32, height: i32| {
        let words = [1_000, 0, 54, 40, width, height, 1 | 24 << 16, 0, 0, 0, 0, 0, 0];
        let mut file = b"BM".to_vec();
        file.extend(words.iter().flat_map(|word: &i32| word.to_le_bytes()));
        file.extend([7; 90]);
        file
    };
    vec![
        ("gif: claims 64250x64250", gif(64_250)),
        ("gif: claims 7000x7000", gif(7_000)),
        ("gif: no frame", b"GIF89a\x05\0\x05\0\0\0\0\x3B".to_vec()),
        ("bmp: claims 30000x30000", bmp(30_000, 30_000)),
        ("bmp: claims 7000x7000", bmp(7_000, 7_000)),
        ("bmp: a negative width", bmp(i32::MIN, i32::MIN)),
    ]
}

fn tiffs() -> Vec<Hostile> {
    let tiff = |entries: &[(u16, u16, u32, u32)]| {
        let mut file = b"II*\0\x08\0\0\0".to_vec();
        file.extend((entries.len() as u16).to_le_bytes());
        for (tag, kind, count, value) in entries {
            file.extend(tag.to_le_bytes());
            file.extend(kind.to_le_bytes());
            file.extend(count.to_le_bytes());
            file.extend(value.to_le_bytes());
        }
        file.extend([0; 64]);
        file
    };
    let claims = |width, height, strips: u32, length| {
        tiff(&[
            (256, 4, 1, width),
            (257, 4, 1, height),
            (258, 3, 1, 8),
            (259, 3, 1, 1),
            (262, 3, 1, 1),
            (273, 4, strips, 8),
            (277, 3, 1, 1),
            (278, 4, 1, height),
            (279, 4, strips, length),
        ])
    };
    vec![
        ("tiff: its directory is outside the file", b"II*\0\xFF\xFF\xFF\x7F".to_vec()),
        ("tiff: its directory is its header", b"II*\0\0\0\0\0".to_vec()),
        ("tiff: 65535 entries", b"II*\0\x08\0\0\0\xFF\xFF\0\x01\x04\0\x01\0\0\0\x01\0\0\0".to_vec()),
        ("tiff: claims 60000x60000", claims(60_000, 60_000, 1, 100)),
        ("tiff: claims 7000x7000", claims(7_000, 7_000, 1, 49_000_000)),
        ("tiff: four billion strips", claims(100, 100, u32::MAX, 100)),
        ("tiff: a strip of four gigabytes", claims(100, 100, 1, u32::MAX)),
        ("tiff: eight million bits of a sample", {
            let mut file = tiff(&[(256, 4, 1, 9), (257, 4, 1, 9), (258, 1, 8_000_000, 100), (262, 3, 1, 1)]);
            file.resize(8_000_200, 8);
            file
        }),
        ("tiff: no size", tiff(&[(259, 3, 1, 1), (262, 3, 1, 1)])),
        (
            "tiff: a million bits a sample",
            tiff(&[(256, 4, 1, 9), (257, 4, 1, 9), (258, 3, 1, 0xFFFF), (262, 3, 1, 1)]),
        ),
    ]
}

fn heifs() -> Result<Vec<Hostile>, String> {
    let avif = input::file("heif:420.avif")?;
    let grid = input::file("heif:grid.avif")?;
    let heic = input::file("heif:420.heic")?;
    let put = |file: &[u8], name: &[u8], skip: usize, value: &[u8]| {
        let mut file = file.to_vec();
        if let Some(at) = file.windows(name.len()).position(|window| window == name) {
            let at = at + name.len() + skip;
            file[at..at + value.len()].copy_from_slice(value);
        }
        file
    };
    let half = |file: &[u8]| file[..file.len() / 2].to_vec();
    let most = |file: &[u8]| file[..file.len() - 20].to_vec();
    Ok(vec![
        ("avif: only its brands", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf".to_vec()),
        ("heic: only its brands", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1".to_vec()),
        ("heic: a film", b"\0\0\0\x14ftyphevc\0\0\0\0hevc\0\0\0\x08moov".to_vec()),
        ("half an avif", half(&avif)),
        ("half a heic", half(&heic)),
        ("an avif without its last 20 bytes", most(&avif)),
        ("a heic without its last 20 bytes", most(&heic)),
        ("avif: claims 65536x65536", put(&avif, b"ispe", 4, &[0, 1, 0, 0, 0, 1, 0, 0])),
        ("heic: claims 7000x7000", put(&heic, b"ispe", 4, &[0, 0, 0x1B, 0x58, 0, 0, 0x1B, 0x58])),
        ("avif: no width", put(&avif, b"ispe", 4, &[0; 4])),
        ("avif: its items are many", put(&avif, b"iloc", 6, &[0xFF; 2])),
        ("avif: an item is larger than the file", put(&avif, b"iloc", 14, &[0xFF; 8])),
        ("avif: a grid of 65536 tiles", put(&grid, b"idat", 2, &[0xFF; 2])),
        ("avif: a grid of 65535x65535", put(&grid, b"idat", 4, &[0xFF; 4])),
    ])
}

fn webps() -> Vec<Hostile> {
    let riff = |body: &[u8]| [b"RIFF", &(body.len() as u32).to_le_bytes()[..], body].concat();
    vec![
        (
            "webp: a canvas of 16384x16384 and no picture",
            riff(b"WEBPVP8X\x0A\0\0\0\x10\0\0\0\xFF\x3F\0\xFF\x3F\0"),
        ),
        (
            "webp: an animation without frames",
            riff(b"WEBPVP8X\x0A\0\0\0\x02\0\0\0\x0F\0\0\x0F\0\0ANIM\x06\0\0\0\0\0\0\0\0\0"),
        ),
        ("webp: a frame larger than its canvas", {
            let frame = b"ANMF\x18\0\0\0\0\0\0\0\0\0\xFF\0\0\xFF\0\0\x64\0\0\0VP8L\0\0\0\0";
            riff(
                &[&b"WEBPVP8X\x0A\0\0\0\x02\0\0\0\x0F\0\0\x0F\0\0ANIM\x06\0\0\0\0\0\0\0\0\0"[..], frame]
                    .concat(),
            )
        }),
        (
            "webp: lossless garbage of 7000x7000",
            riff(&[b"WEBPVP8L\x40\0\0\0\x2F\x57\xDB\xD5\x06", &[0x55; 59][..]].concat()),
        ),
        ("webp: only a header", b"RIFF\xFF\xFF\xFF\xFFWEBP".to_vec()),
    ]
}
