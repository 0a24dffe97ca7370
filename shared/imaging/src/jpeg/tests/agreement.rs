//! Full size: the same samples as libjpeg's.

use super::files::File;
use super::{header, judged, watch};
use crate::jpeg::decoder::Decoder;
use crate::jpeg::layout::Region;
use crate::jpeg::scan::Scan;

const FILES: u64 = 1000;

/// How many of `files` were decoded here: to the last bit as libjpeg does.
fn agreeing(files: u64, file: fn(u64) -> File) -> u64 {
    let mut known = 0;
    for number in 0..files {
        let File { bytes, kind } = file(number);
        let Some(picture) = crate::jpeg::picture(&bytes, &header(&bytes), 1, watch()) else { continue };
        known += 1;
        let expected = judged(&bytes).expect("an encoder wrote it");
        let picture = picture.expect("it is not damaged");
        assert_eq!((picture.width, picture.height), (expected.width, expected.height), "{kind}");
        let worst = picture.pixels.iter().zip(&expected.pixels).map(|(a, b)| a.abs_diff(*b)).max();
        assert_eq!(worst, Some(0), "{kind}: levels apart");
    }
    known
}

#[test]
fn a_thousand_varied_files_come_out_as_libjpeg_decodes_them() {
    let known = agreeing(FILES, File::number);
    // The others have a scan for each component.
    assert!(known > FILES * 6 / 10, "{known} of {FILES} were decoded here");
}

#[test]
fn a_thousand_varied_progressive_files_come_out_as_libjpeg_decodes_them() {
    assert_eq!(agreeing(FILES, File::progressive), FILES, "all files are decoded here");
}

#[test]
fn files_of_many_pieces_come_out_as_libjpeg_decodes_them() {
    assert_eq!(agreeing(40, File::large), 40, "all files are decoded here");
}

/// All rows of each plane, without what lies beyond the picture.
pub(super) fn planes(mut decoder: Decoder) -> Vec<Vec<u8>> {
    let planes = decoder.planes();
    let mut strips: Vec<Vec<u8>> = planes.iter().map(|plane| vec![0; plane.stride * plane.rows]).collect();
    let mut samples = vec![Vec::new(); planes.len()];
    loop {
        let mut targets: Vec<&mut [u8]> = strips.iter_mut().map(Vec::as_mut_slice).collect();
        if !decoder.strip(&mut targets).expect("it is not damaged") {
            break;
        }
        for ((samples, strip), plane) in samples.iter_mut().zip(&strips).zip(&planes) {
            for row in strip.chunks_exact(plane.stride) {
                samples.extend_from_slice(&row[..plane.width]);
            }
        }
    }
    for (samples, plane) in samples.iter_mut().zip(&planes) {
        samples.truncate(plane.width * plane.height);
    }
    samples
}

#[test]
fn plain_and_vector_code_make_the_same_samples() {
    for number in 0..600 {
        let file = if number % 2 == 0 { File::number } else { File::progressive };
        let File { bytes, kind } = file(number);
        for size in [1, 2, 4, 8] {
            let decoder = || {
                let scan = Scan::read(&bytes)?;
                let sizes = vec![size; scan.sampling().len()];
                Decoder::new(scan, &sizes, None, watch())
            };
            let (Some(quick), Some(mut plain)) = (decoder(), decoder()) else { continue };
            plain.set_plain();
            assert_eq!(planes(quick), planes(plain), "{kind} at {size}");
        }
    }
}

#[test]
fn a_region_has_the_samples_of_the_whole() {
    for number in 0..600 {
        let file = if number % 2 == 0 { File::number } else { File::progressive };
        let File { bytes, kind } = file(number);
        let Some(scan) = Scan::read(&bytes) else { continue };
        let (across, down) = scan.units();
        let size = [1, 2, 4, 8][number as usize % 4];
        let sizes = vec![size; scan.sampling().len()];
        let columns = across / 3..across.min(across / 3 + 2);
        let region = Region { columns: columns.clone(), rows: down / 3..down.min(down / 3 + 3) };
        let sampling = scan.sampling();
        let part = Decoder::new(scan, &sizes, Some(region.clone()), watch()).expect("the sizes are known");
        let whole = Decoder::new(Scan::read(&bytes).expect("read"), &sizes, None, watch()).expect("as above");
        let (part_planes, whole_planes) = (part.planes(), whole.planes());
        let (part, whole) = (planes(part), planes(whole));
        for (index, plane) in part_planes.iter().enumerate() {
            let left = region.columns.start * sampling[index].horizontal * size;
            let top = region.rows.start * sampling[index].vertical * size;
            for row in 0..plane.height {
                let start = (top + row) * whole_planes[index].width + left;
                let expected = &whole[index][start..start + plane.width];
                let actual = &part[index][row * plane.width..(row + 1) * plane.width];
                assert_eq!(actual, expected, "{kind}: row {row} of component {index} at {size}");
            }
        }
    }
}
