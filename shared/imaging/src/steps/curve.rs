//! Curves of single values that several steps use.

/// sRGB value to linear light, by the transfer function of IEC 61966-2-1, continued beyond 1.
pub(super) fn linear(value: f32) -> f32 {
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// Linear light to sRGB value.
pub(super) fn encoded(light: f32) -> f32 {
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

/// 0 up to `from`, 1 beyond `to`, smooth between.
pub(super) fn smoothstep(from: f32, to: f32, value: f32) -> f32 {
    let at = ((value - from) / (to - from)).clamp(0.0, 1.0);
    at * at * (3.0 - 2.0 * at)
}
