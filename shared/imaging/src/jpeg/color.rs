//! YCbCr of full range (ITU-R BT.601, as JFIF says) to RGB, in libjpeg's fixed point: the same samples.

/// Fraction bits of the factors.
const BITS: u32 = 16;
const HALF: i32 = 1 << (BITS - 1);
const RED_OF_CR: i32 = 91_881; // 1.402
const GREEN_OF_CB: i32 = -22_554; // -0.34414
const GREEN_OF_CR: i32 = -46_802; // -0.71414
const BLUE_OF_CB: i32 = 116_130; // 1.772

/// A row of pixels, three samples each, of rows of at least as many samples.
#[inline(always)]
pub(crate) fn rgb_row(luma: &[u8], blue: &[u8], red: &[u8], out: &mut [u8]) {
    let (pixels, _) = out.as_chunks_mut::<3>();
    let count = pixels.len();
    let (luma, blue, red) = (&luma[..count], &blue[..count], &red[..count]);
    for index in 0..count {
        let (luma, blue, red) = (i32::from(luma[index]), i32::from(blue[index]), i32::from(red[index]));
        let (blue, red) = (blue - 128, red - 128);
        let sample = |chroma: i32| (luma + ((chroma + HALF) >> BITS)).clamp(0, 255) as u8;
        pixels[index] = [
            sample(RED_OF_CR * red),
            sample(GREEN_OF_CB * blue + GREEN_OF_CR * red),
            sample(BLUE_OF_CB * blue),
        ];
    }
}
