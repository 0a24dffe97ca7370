//! Long texts in pieces that the encoder can read.

use crate::tokens::Tokenizer;

/// Tokens of a window, marks included. The encoder was trained on texts of this length, and attention costs the square of it.
pub const WINDOW: usize = 128;
/// Windows read of one text: some 2,000 tokens, 0.2 to 0.5 s of CPU.
/// Why not all: 100,000 characters are 200 windows, which no call has the time for; evenly spread ones tell the topic as well.
const MOST: usize = 16;
/// A text as the encoder reads it.
#[derive(Default)]
pub struct Windows {
    /// Token ids of each window, marks included. Never empty, but for a tier that reads none.
    pub windows: Vec<Vec<u32>>,
    /// All tokens of the text, read or not, without marks: what is billed.
    pub tokens: u32,
}

/// Cuts a text after sentences into windows, then takes at most `MOST` of them, spread evenly, the first and the last always among them.
pub fn windows(pieces: &Tokenizer, text: &str) -> Windows {
    // Sentences that are longer are cut.
    let longest = WINDOW - pieces.marks();
    let mut all = Vec::with_capacity(text.len() / 3);
    let mut ends = Vec::new();
    for (start, end) in sentences(text) {
        let before = all.len();
        pieces.encode(&text[start..end], &mut all);
        let mut at = before + longest;
        while at < all.len() {
            ends.push(at);
            at += longest;
        }
        ends.push(all.len());
    }
    let mut cuts = vec![0];
    for pair in ends.windows(2) {
        if pair[1] - cuts[cuts.len() - 1] > longest {
            cuts.push(pair[0]);
        }
    }
    cuts.push(all.len());
    let tokens = u32::try_from(all.len()).unwrap_or(u32::MAX);
    let window = |number: usize| pieces.marked(&all[cuts[number]..cuts[number + 1]]);
    Windows { windows: spread(cuts.len() - 1, MOST).map(window).collect(), tokens }
}

impl Windows {
    /// Leaves the first windows of at most `most` tokens together, marks included; the last of them may end early. One token at least stays.
    /// `marks` is how many a window has, the last of which stays the last.
    pub fn cut(&mut self, most: usize, marks: usize) {
        let mut left = most.max(marks + 1);
        let mut kept = 0;
        for window in &mut self.windows {
            if left <= marks {
                break;
            }
            if window.len() > left {
                let end = marks.min(1);
                let last = window.len() - end;
                window.drain(left - end..last);
            }
            left -= window.len();
            kept += 1;
        }
        self.windows.truncate(kept);
    }
}

/// `most` of the numbers below `count`, evenly spread from the first to the last.
fn spread(count: usize, most: usize) -> impl Iterator<Item = usize> {
    let taken = count.min(most);
    (0..taken).map(move |number| if taken < 2 { 0 } else { number * (count - 1) / (taken - 1) })
}

/// Byte ranges of a text's sentences, which together are the whole text: a sentence ends after a line or after `.`, `!` or `?` (also of other
/// scripts) and what closes it, where space follows.
pub fn sentences(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let (mut start, mut ended) = (0, false);
    for (at, character) in text.char_indices() {
        match character {
            '\n' => {
                found.push((start, at + 1));
                start = at + 1;
                ended = false;
            }
            '.' | '!' | '?' | '…' => ended = true,
            '。' | '！' | '？' => {
                found.push((start, at + character.len_utf8()));
                start = at + character.len_utf8();
                ended = false;
            }
            '"' | '\'' | ')' | '”' | '’' | ']' => {}
            _ if character.is_whitespace() && ended => {
                found.push((start, at));
                start = at;
                ended = false;
            }
            _ => ended = false,
        }
    }
    if start < text.len() {
        found.push((start, text.len()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{sentences, spread};

    #[test]
    fn sentences_are_the_whole_text_in_order() {
        for text in [
            "One. Two! \"Three?\" Four",
            "a\nb\n\nc.",
            "3.14 is pi. v1.2",
            "日本語。次の文。",
            "",
            "...",
            " x ",
        ] {
            let parts: String = sentences(text).iter().map(|(start, end)| &text[*start..*end]).collect();
            assert_eq!(parts, text);
        }
        assert_eq!(sentences("One. Two.").len(), 2);
        assert_eq!(sentences("3.14 is pi").len(), 1);
        assert_eq!(sentences("日本語。次の文。").len(), 2);
    }

    #[test]
    fn windows_taken_of_a_long_text_reach_from_its_start_to_its_end() {
        assert_eq!(spread(200, 5).collect::<Vec<_>>(), [0, 49, 99, 149, 199]);
        assert_eq!(spread(3, 5).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(spread(1, 5).collect::<Vec<_>>(), [0]);
    }
}
