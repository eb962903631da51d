//! Randomness from the browser's generator.

use super::window;

/// 16 random bytes.
///
/// # Panics
/// Never in a browser that runs WebAssembly: all of them have `crypto`.
#[must_use]
pub fn bytes() -> [u8; 16] {
    let mut bytes = [0; 16];
    let crypto = window().crypto().expect("every browser with WebAssembly has crypto");
    crypto.get_random_values_with_u8_array(&mut bytes).expect("16 bytes are within its quota");
    bytes
}

/// A number from 0 up to, but not including, 1.
#[must_use]
pub fn fraction() -> f64 {
    js_sys::Math::random()
}
