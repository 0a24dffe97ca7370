//! Who made a picture and who may use it, where EXIF does not say it: from XMP (ISO 16684-1, Dublin Core) and from the
//! IPTC record among Photoshop's resources (IPTC-NAA Information Interchange Model 4.2). Only these two texts are read.

use crate::exif::{Exif, LONGEST_TEXT};

/// Longer packets are passed over.
const LONGEST_PACKET: usize = 1 << 20;
/// IPTC, among Photoshop's image resources.
const IPTC: u16 = 0x0404;
const BY_LINE: u8 = 80;
const COPYRIGHT_NOTICE: u8 = 116;

/// Fills what is open in `exif` from an XMP packet.
pub(crate) fn add_xmp(exif: &mut Exif, packet: &[u8]) {
    if packet.len() > LONGEST_PACKET {
        return;
    }
    if exif.artist.is_none() {
        // EXIF separates several artists so.
        exif.artist = kept(items(packet, b"<dc:creator>", b"</dc:creator>").join(&b"; "[..]));
    }
    if exif.copyright.is_none() {
        let rights = items(packet, b"<dc:rights>", b"</dc:rights>");
        exif.copyright = rights.into_iter().next().and_then(kept);
    }
}

/// The texts of the `rdf:li` inside the first element that `start` and `end` enclose.
fn items(packet: &[u8], start: &[u8], end: &[u8]) -> Vec<Vec<u8>> {
    let element = after(packet, start).and_then(|rest| before(rest, end)).unwrap_or_default();
    let mut items = Vec::new();
    let mut rest = element;
    while let Some(item) = after(rest, b"<rdf:li").and_then(|item| after(item, b">")) {
        let text = before(item, b"<").unwrap_or_default();
        items.push(unescaped(text));
        rest = &item[text.len()..];
    }
    items
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn after<'a>(bytes: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    position(bytes, wanted).map(|at| &bytes[at + wanted.len()..])
}

fn before<'a>(bytes: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    position(bytes, wanted).map(|at| &bytes[..at])
}

fn unescaped(text: &[u8]) -> Vec<u8> {
    const ENTITIES: [(&[u8], u8); 5] =
        [(b"&amp;", b'&'), (b"&lt;", b'<'), (b"&gt;", b'>'), (b"&quot;", b'"'), (b"&apos;", b'\'')];
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.first() {
        let entity = ENTITIES.iter().find(|(name, _)| rest.starts_with(name));
        let (byte, length) = entity.map_or((*first, 1), |(name, byte)| (*byte, name.len()));
        plain.push(byte);
        rest = &rest[length..];
    }
    plain
}

/// Fills what is open in `exif` from the body of a Photoshop segment, without its name.
pub(crate) fn add_photoshop(exif: &mut Exif, resources: &[u8]) {
    let Some(record) = iptc(resources) else { return };
    let mut rest = record;
    // Data sets: a marker, record and number, a length of 15 bits, the text. Longer ones do not occur here.
    while let [0x1C, record, number, high, low, body @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some(text) = body.get(..length) else { return };
        match (record, *number) {
            (2, BY_LINE) if exif.artist.is_none() => exif.artist = kept(text.to_vec()),
            (2, COPYRIGHT_NOTICE) if exif.copyright.is_none() => exif.copyright = kept(text.to_vec()),
            _ => {}
        }
        rest = &body[length..];
    }
}

/// Resources: `8BIM`, a number, a name padded to even length, a length, the data padded to even length.
fn iptc(mut resources: &[u8]) -> Option<&[u8]> {
    while let Some(resource) = resources.strip_prefix(b"8BIM") {
        let number = u16::from_be_bytes(resource.get(..2)?.try_into().ok()?);
        let name = (1 + usize::from(*resource.get(2)?)).next_multiple_of(2);
        let rest = resource.get(2 + name..)?;
        let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?) as usize;
        let data = rest.get(4..)?.get(..length)?;
        if number == IPTC {
            return Some(data);
        }
        resources = rest.get(4 + length.next_multiple_of(2)..)?;
    }
    None
}

/// As EXIF may have it: not empty, not overlong, without NUL.
fn kept(text: Vec<u8>) -> Option<Vec<u8>> {
    let fits = text.len() < LONGEST_TEXT && !text.contains(&0) && !text.trim_ascii().is_empty();
    fits.then(|| text.trim_ascii().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: &[u8] = b"<rdf:RDF><dc:title><rdf:Alt><rdf:li>no</rdf:li></rdf:Alt></dc:title>\
        <dc:creator>\n <rdf:Seq><rdf:li>Ann</rdf:li><rdf:li>Bob</rdf:li></rdf:Seq></dc:creator>\
        <dc:rights><rdf:Alt><rdf:li xml:lang='x-default'> Ann &amp; Bob &lt;2024&gt; </rdf:li></rdf:Alt></dc:rights>";
    const RESOURCES: &[u8] = b"8BIM\x03\xED\x03ppi\0\0\0\x03abc\08BIM\x04\x04\0\0\0\0\0\x15\
        \x1C\x02\x50\0\x03Ann\x1C\x02\x74\0\x08Ann 2024\0";

    #[test]
    fn xmp_says_who_made_it_and_who_may_use_it() {
        let mut exif = Exif::default();
        add_xmp(&mut exif, PACKET);
        assert_eq!(exif.artist.as_deref(), Some(&b"Ann; Bob"[..]));
        assert_eq!(exif.copyright.as_deref(), Some(&b"Ann & Bob <2024>"[..]));
    }

    #[test]
    fn iptc_says_it_too() {
        let mut exif = Exif::default();
        add_photoshop(&mut exif, RESOURCES);
        assert_eq!(exif.artist.as_deref(), Some(&b"Ann"[..]));
        assert_eq!(exif.copyright.as_deref(), Some(&b"Ann 2024"[..]));
    }

    #[test]
    fn what_exif_says_stays() {
        let known =
            Exif { artist: Some(b"Cid".to_vec()), copyright: Some(b"Cid".to_vec()), ..Exif::default() };
        let mut exif = known.clone();
        add_xmp(&mut exif, PACKET);
        add_photoshop(&mut exif, RESOURCES);
        assert_eq!(exif, known);
    }

    #[test]
    fn broken_metadata_never_panics() {
        for whole in [PACKET, RESOURCES] {
            for end in 0..whole.len() {
                add_xmp(&mut Exif::default(), &whole[..end]);
                add_photoshop(&mut Exif::default(), &whole[..end]);
                let mut broken = whole.to_vec();
                broken[end] = 0xFF;
                add_xmp(&mut Exif::default(), &broken);
                add_photoshop(&mut Exif::default(), &broken);
            }
        }
    }
}
