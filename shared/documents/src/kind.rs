use crate::DocumentError;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Pdf,
    Docx,
}

/// Readers of PDF look for its mark this far into the file: mail and web servers put lines of their own before it.
const MARK_WITHIN: usize = 1024;
/// The compound files of old Office, and what a DOCX with a password is wrapped in.
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// By its bytes; what a name or a sender says is not asked.
pub fn of(bytes: &[u8]) -> Result<Kind, DocumentError> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(Kind::Docx);
    }
    let head = &bytes[..bytes.len().min(MARK_WITHIN)];
    if memchr::memmem::find(head, b"%PDF-").is_some() {
        return Ok(Kind::Pdf);
    }
    if bytes.starts_with(COMPOUND) && memchr::memmem::find(bytes, &utf16("EncryptedPackage")).is_some() {
        return Err(DocumentError::Encrypted);
    }
    Err(DocumentError::NotADocument)
}

/// Names of a compound file's directory are UTF-16, little-endian.
fn utf16(name: &str) -> Vec<u8> {
    name.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
