//! Loops that are compiled once for every processor, and on x86-64 once more for those with AVX2 and FMA. Sums are rounded once
//! or twice by that, which moves a sample in some ten thousand by one level.
//!
//! Bodies are plain loops over indexes of slices that were cut to one length: what is not inlined into them (closures of
//! iterators, for one) is compiled without the wider registers.

/// Runs `body::<.., FUSED>`, with wider registers and fused products where the processor has them.
macro_rules! widest {
    ($body:ident $(<$type:ident>)? ($($argument:ident: $kind:ty),*)) => {{
        #[cfg(target_arch = "x86_64")]
        {
            #[target_feature(enable = "avx2,fma")]
            fn wide $(<$type: $crate::picture::Sample>)? ($($argument: $kind),*) {
                $body::<$($type,)? true>($($argument),*);
            }
            if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
                // SAFETY: the processor has what the function is compiled for.
                #[allow(unsafe_code)]
                return unsafe { wide $(::<$type>)? ($($argument),*) };
            }
        }
        $body::<$($type,)? { cfg!(target_arch = "aarch64") }>($($argument),*)
    }};
}
pub(crate) use widest;

/// One more product of a sum.
#[inline(always)]
pub(crate) fn add<const FUSED: bool>(sum: &mut f32, value: f32, weight: f32) {
    *sum = if FUSED { value.mul_add(weight, *sum) } else { *sum + value * weight };
}
