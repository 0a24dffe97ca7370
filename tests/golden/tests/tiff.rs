//! TIFFs that say the same in another way are the same pictures.
#![allow(clippy::unwrap_used)]

use golden::input;
use golden::pixels::Pixels;

fn decoded(format: &str) -> Pixels {
    decoded_as("letter", format)
}

fn decoded_as(pattern: &str, format: &str) -> Pixels {
    Pixels::decoded(&input::file(&format!("generate:{pattern}/37x29/{format}")).unwrap()).unwrap()
}

#[test]
fn bytes_with_the_first_bit_last_are_the_same_picture() {
    let formats =
        ["grey-lzw", "rgb", "rgb16-lzw", "rgb-packbits-planar", "rgb-deflate-tiles", "cmyk-lzw", "cmyk16"];
    for format in formats.map(|format| format!("tiff-{format}")) {
        let plain = decoded(&format);
        assert_eq!(decoded(&format!("{format}-reversed")).difference(&plain).unwrap().largest, 0, "{format}");
    }
}

#[test]
fn parts_that_overlap_many_times_are_refused_without_being_turned_each_time() {
    let mut file = input::file("generate:flat-808080/16x9000/tiff-grey-lzw-reversed").unwrap();
    // All strips begin with the file and are as long as it.
    let directory = u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize;
    let entries = usize::from(u16::from_le_bytes(file[directory..directory + 2].try_into().unwrap()));
    let length = (file.len() as u32).to_le_bytes();
    for at in (0..entries).map(|entry| directory + 2 + entry * 12) {
        let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        let (tag, count, values) = (number(at) & 0xFFFF, number(at + 4), number(at + 8));
        let value = match tag {
            273 => [0; 4],
            279 => length,
            _ => continue,
        };
        file[values..values + 4 * count].copy_from_slice(&value.repeat(count));
    }
    assert!(Pixels::decoded(&file).is_err());
}

#[test]
fn colours_that_were_multiplied_by_alpha_are_what_they_were() {
    for format in ["tiff-rgba", "tiff-rgba16-deflate", "tiff-rgba-lzw-tiles"] {
        let (plain, associated) =
            (decoded_as("alpha", format), decoded_as("alpha", &format!("{format}-associated")));
        let mut transparent = 0;
        for (y, x) in (0..plain.height).flat_map(|y| (0..plain.width).map(move |x| (y, x))) {
            let (wanted, found) = (plain.at(x, y), associated.at(x, y));
            let alpha = u32::from(wanted[3]);
            assert_eq!(found[3], wanted[3], "{format}, {x}, {y}");
            transparent += u32::from(alpha < 255);
            for (wanted, found) in wanted[..3].iter().zip(&found[..3]) {
                let apart = u32::from(wanted.abs_diff(*found));
                assert!(alpha == 0 || apart * alpha <= 255, "{format}, {x}, {y}: {found}, not {wanted}");
            }
        }
        assert!(transparent > 50, "{format}: the picture has opacity to lose");
    }
}

#[test]
fn a_page_that_names_itself_as_the_next_is_read() {
    assert_eq!(decoded("tiff-rgb-lzw-loop").difference(&decoded("tiff-rgb-lzw")).unwrap().largest, 0);
}
