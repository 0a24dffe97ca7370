//! The smallest form of PNG that holds exactly the same pixels: a palette, greys of fewer bits, no alpha where nothing is
//! transparent.

use ::png::{BitDepth, ColorType};

use crate::ImagingError;
use crate::limits::Watch;
use crate::picture::{Channels, Picture};

/// More than a palette holds.
const MOST_COLORS: usize = 256;
/// Of the table of colours; four times as many as colours, so that searches are short.
const PLACES: usize = 1024;
/// Bytes of a chunk beside its content.
const CHUNK: u64 = 12;

/// How the pixels are stored, and they themselves.
#[derive(Debug)]
pub(super) struct Form {
    pub color: ColorType,
    pub depth: BitDepth,
    /// Red, green and blue of each index.
    pub palette: Vec<u8>,
    /// Alpha of the first indexes; the others are opaque.
    pub alphas: Vec<u8>,
    /// Bytes of a row.
    pub stride: usize,
    pub samples: Vec<u8>,
}

/// Red, green, blue and alpha of a pixel.
fn color(pixel: &[u8]) -> [u8; 4] {
    match *pixel {
        [grey] => [grey, grey, grey, 255],
        [red, green, blue] => [red, green, blue, 255],
        [red, green, blue, alpha] => [red, green, blue, alpha],
        _ => [0; 4],
    }
}

/// The different colours of a picture and their numbers, in order of appearance.
struct Colors {
    /// A colour and its number; colours that would stand at the same place stand behind each other.
    places: Vec<Option<([u8; 4], u8)>>,
    all: Vec<[u8; 4]>,
}

impl Colors {
    fn new() -> Self {
        Self { places: vec![None; PLACES], all: Vec::new() }
    }

    fn start(color: [u8; 4]) -> usize {
        // Multiplicative hashing (Knuth, The Art of Computer Programming, 6.4): the upper ten bits of the product.
        (u32::from_le_bytes(color).wrapping_mul(0x9E37_79B1) >> 22) as usize
    }

    /// The number of a colour that is known; else the free place where it belongs.
    fn find(&self, color: [u8; 4]) -> Result<u8, usize> {
        let mut at = Self::start(color);
        loop {
            match self.places[at] {
                Some((known, number)) if known == color => return Ok(number),
                Some(_) => at = (at + 1) % PLACES,
                None => return Err(at),
            }
        }
    }

    /// False where there is no room for one more.
    fn add(&mut self, color: [u8; 4]) -> bool {
        let Err(place) = self.find(color) else { return true };
        if self.all.len() == MOST_COLORS {
            return false;
        }
        self.places[place] = Some((color, self.all.len() as u8));
        self.all.push(color);
        true
    }

    /// With those first that are not opaque: only they have an entry in the list of alphas.
    fn sorted(&self) -> Self {
        let mut sorted = Self::new();
        for opaque in [false, true] {
            for color in self.all.iter().filter(|color| (color[3] == 255) == opaque) {
                sorted.add(*color);
            }
        }
        sorted
    }
}

/// What is true of all pixels.
struct Survey {
    opaque: bool,
    grey: bool,
    /// Where there are few enough for a palette.
    colors: Option<Colors>,
}

/// Stops as soon as nothing can be gained any more, which in photographs is within the first rows.
fn survey(picture: &Picture, watch: Watch) -> Result<Survey, ImagingError> {
    let mut survey = Survey { opaque: true, grey: true, colors: Some(Colors::new()) };
    let mut before = None;
    for (index, row) in picture.rows().enumerate() {
        watch.check_at(index)?;
        for pixel in row.chunks_exact(picture.channels.count()) {
            let color = color(pixel);
            if before.replace(color) == Some(color) {
                continue;
            }
            survey.opaque &= color[3] == 255;
            survey.grey &= color[0] == color[1] && color[1] == color[2];
            if survey.colors.as_mut().is_some_and(|colors| !colors.add(color)) {
                survey.colors = None;
            }
        }
        let alpha_may_go = survey.opaque && picture.channels == Channels::Rgba;
        if survey.colors.is_none() && !survey.grey && !alpha_may_go {
            break;
        }
    }
    Ok(survey)
}

/// Bits of a grey that all of `colors` are made of.
fn grey_bits(colors: &[[u8; 4]]) -> u8 {
    let all = |step: u8| colors.iter().all(|color| color[0].is_multiple_of(step));
    if all(255) {
        1
    } else if all(85) {
        2
    } else if all(17) {
        4
    } else {
        8
    }
}

fn index_bits(colors: usize) -> u8 {
    match colors {
        0..=2 => 1,
        3..=4 => 2,
        5..=16 => 4,
        _ => 8,
    }
}

/// Brings a picture, not CMYK, to its smallest form.
///
/// # Errors
/// The deadline.
pub(super) fn smallest(picture: Picture, watch: Watch) -> Result<Form, ImagingError> {
    let survey = survey(&picture, watch)?;
    let pixels = u64::from(picture.width) * u64::from(picture.height);
    let mut best = (pixels * 8 * picture.channels.count() as u64, None);
    let mut offer = |bits: u64, beside: u64, form: Kind| {
        let size = pixels * bits + 8 * beside;
        if size < best.0 {
            best = (size, Some(form));
        }
    };
    if let Some(colors) = &survey.colors {
        if survey.grey && survey.opaque {
            let bits = grey_bits(&colors.all);
            offer(bits.into(), 0, Kind::Grey(bits));
        }
        let bits = index_bits(colors.all.len());
        let transparent = colors.all.iter().filter(|color| color[3] < 255).count() as u64;
        let beside =
            CHUNK + 3 * colors.all.len() as u64 + transparent + if transparent > 0 { CHUNK } else { 0 };
        offer(bits.into(), beside, Kind::Indexed(bits));
    }
    if survey.grey {
        offer(16, 0, Kind::GreyAlpha);
    }
    if survey.opaque {
        offer(24, 0, Kind::Rgb);
    }
    Ok(match best.1 {
        None => as_it_is(picture),
        Some(Kind::Grey(bits)) => packed(&picture, bits, |color| color[0] / (255 / ((1 << bits) - 1) as u8)),
        Some(Kind::GreyAlpha) => spread(&picture, ColorType::GrayscaleAlpha, |color| [color[0], color[3]]),
        Some(Kind::Rgb) => spread(&picture, ColorType::Rgb, |color| [color[0], color[1], color[2]]),
        Some(Kind::Indexed(bits)) => {
            indexed(&picture, bits, survey.colors.unwrap_or_else(Colors::new).sorted())
        }
    })
}

/// What a picture may become, with bits of a pixel.
enum Kind {
    Grey(u8),
    GreyAlpha,
    Rgb,
    Indexed(u8),
}

fn as_it_is(picture: Picture) -> Form {
    let color = match picture.channels {
        Channels::Grey => ColorType::Grayscale,
        Channels::Rgb => ColorType::Rgb,
        Channels::Rgba | Channels::Cmyk => ColorType::Rgba,
    };
    form(color, 8, picture.stride(), picture.pixels)
}

fn form(color: ColorType, bits: u8, stride: usize, samples: Vec<u8>) -> Form {
    let depth = match bits {
        1 => BitDepth::One,
        2 => BitDepth::Two,
        4 => BitDepth::Four,
        _ => BitDepth::Eight,
    };
    Form { color, depth, palette: Vec::new(), alphas: Vec::new(), stride, samples }
}

/// Every pixel in `N` samples.
fn spread<const N: usize>(picture: &Picture, color: ColorType, samples: impl Fn([u8; 4]) -> [u8; N]) -> Form {
    let pixels = picture.pixels.chunks_exact(picture.channels.count());
    let samples = pixels.flat_map(|pixel| samples(self::color(pixel))).collect();
    form(color, 8, picture.width as usize * N, samples)
}

/// Every pixel in one sample of `bits` bits, the first one in the highest bits; rows begin with a byte.
fn packed(picture: &Picture, bits: u8, sample: impl Fn([u8; 4]) -> u8) -> Form {
    let a_byte = usize::from(8 / bits);
    let stride = (picture.width as usize).div_ceil(a_byte);
    let mut samples = Vec::with_capacity(stride * picture.height as usize);
    let mut before = ([0; 4], sample([0; 4]));
    for row in picture.rows() {
        for pixels in row.chunks(a_byte * picture.channels.count()) {
            let mut byte = 0;
            for (place, pixel) in pixels.chunks_exact(picture.channels.count()).enumerate() {
                let color = color(pixel);
                if before.0 != color {
                    before = (color, sample(color));
                }
                byte |= before.1 << (8 - usize::from(bits) * (place + 1));
            }
            samples.push(byte);
        }
    }
    form(ColorType::Grayscale, bits, stride, samples)
}

fn indexed(picture: &Picture, bits: u8, colors: Colors) -> Form {
    let mut form = packed(picture, bits, |color| colors.find(color).unwrap_or(0));
    form.color = ColorType::Indexed;
    form.palette = colors.all.iter().flat_map(|color| color[..3].to_vec()).collect();
    form.alphas = colors.all.iter().map(|color| color[3]).take_while(|alpha| *alpha < 255).collect();
    form
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    fn smallest_of(width: u32, channels: Channels, pixels: Vec<u8>) -> Form {
        let height = (pixels.len() / channels.count()) as u32 / width;
        smallest(Picture { width, height, channels, pixels }, Limits::default().watch()).unwrap()
    }

    #[test]
    fn greys_take_as_few_bits_as_they_need() {
        for (values, bits) in [
            (vec![0, 255], BitDepth::One),
            (vec![0, 85, 170, 255], BitDepth::Two),
            (vec![0, 17, 34, 51, 255], BitDepth::Four),
        ] {
            let row: Vec<u8> = values.iter().flat_map(|value| [*value; 3]).collect();
            let form = smallest_of(100, Channels::Rgb, row.repeat(100));
            assert_eq!((form.color, form.depth), (ColorType::Grayscale, bits), "{values:?}");
        }
        let form = smallest_of(16, Channels::Rgb, (0..=255).flat_map(|value| [value; 3]).collect());
        assert_eq!(
            (form.color, form.depth, form.samples),
            (ColorType::Grayscale, BitDepth::Eight, (0..=255).collect())
        );
    }

    #[test]
    fn a_palette_has_what_is_transparent_first_and_rows_begin_with_a_byte() {
        let (red, clear, half) = ([200, 0, 0, 255], [1, 2, 3, 0], [9, 9, 200, 128]);
        let row = [red, clear, half, red, red].concat();
        let form = smallest_of(5, Channels::Rgba, row.repeat(40));
        assert_eq!((form.color, form.depth, form.stride), (ColorType::Indexed, BitDepth::Two, 2));
        assert_eq!(form.palette, [1, 2, 3, 9, 9, 200, 200, 0, 0]);
        assert_eq!(form.alphas, [0, 128]);
        assert_eq!(form.samples[..2], [0b1000_0110, 0b1000_0000]);
    }

    #[test]
    fn one_colour_more_than_a_palette_holds_stays_as_it_is() {
        let color = |index: u32| [index as u8, (index >> 8) as u8, 7];
        let exact: Vec<u8> = (0..256).flat_map(color).collect();
        let form = smallest_of(64, Channels::Rgb, exact.repeat(16));
        assert_eq!((form.color, form.depth, form.palette.len()), (ColorType::Indexed, BitDepth::Eight, 768));
        let more: Vec<u8> = (0..257).flat_map(color).collect::<Vec<_>>().repeat(16);
        let form = smallest_of(257, Channels::Rgb, more.clone());
        assert_eq!((form.color, form.samples), (ColorType::Rgb, more));
    }

    #[test]
    fn alpha_goes_where_all_is_opaque_and_grey_may_keep_it() {
        let opaque: Vec<u8> =
            (0..300u32).flat_map(|index| [index as u8, (index / 3) as u8, 0, 255]).collect();
        let form = smallest_of(300, Channels::Rgba, opaque);
        assert_eq!((form.color, form.samples.len(), form.stride), (ColorType::Rgb, 900, 900));
        let grey: Vec<u8> = (0..600u32)
            .flat_map(|index| [[index as u8; 3], [(index / 3) as u8; 3]].concat()[..4].to_vec())
            .collect();
        let form = smallest_of(600, Channels::Rgba, grey);
        assert_eq!((form.color, form.samples.len()), (ColorType::GrayscaleAlpha, 1200));
    }

    #[test]
    fn a_palette_that_would_take_more_than_it_saves_is_left_out() {
        let form = smallest_of(2, Channels::Rgb, vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        assert_eq!(form.color, ColorType::Rgb);
    }
}
