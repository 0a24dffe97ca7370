//! Letters that OCR reads where digits stand.

/// `O`, `l` and their like as digits where they touch digits or the marks between them. Bytes keep their places.
pub(crate) fn digits(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let as_digit = |byte: u8| match byte {
        b'O' | b'o' => Some(b'0'),
        b'l' | b'I' | b'|' => Some(b'1'),
        _ => None,
    };
    let mut start = 0;
    while start < bytes.len() {
        let end =
            bytes[start..].iter().position(|&byte| byte == b' ').map_or(bytes.len(), |length| start + length);
        let token = &bytes[start..end];
        let count = token.iter().filter(|byte| byte.is_ascii_digit()).count();
        // Words of letters stay words: all but digits and marks must be such a letter.
        let is_number = count > 0
            && token
                .iter()
                .all(|&byte| byte.is_ascii_digit() || as_digit(byte).is_some() || b".,/-'".contains(&byte));
        if is_number {
            for byte in &mut bytes[start..end] {
                *byte = as_digit(*byte).unwrap_or(*byte);
            }
        }
        start = end + 1;
    }
    // Only ASCII was changed to ASCII.
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_numbers_are_repaired() {
        assert_eq!(super::digits("l2.O3.2O24 Olaf 1,5O €"), "12.03.2024 Olaf 1,50 €");
        assert_eq!(super::digits("Il lO I"), "Il lO I");
    }
}
