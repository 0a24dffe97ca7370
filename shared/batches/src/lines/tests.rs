use super::*;

/// All lines of a file that start in a range, the file given in pieces of so many bytes.
fn lines(file: &[u8], (from, until): (u64, u64), piece: usize) -> Vec<Line> {
    let skips = from > 0;
    let mut splitter = Splitter::new(from, until, skips, 0);
    let mut lines = Vec::new();
    let begin = usize::try_from(if skips { from - 1 } else { from }).expect("a small file");
    for mut piece in file[begin.min(file.len())..].chunks(piece) {
        while !piece.is_empty() && !splitter.is_done() {
            let (taken, line) = splitter.take(piece);
            piece = &piece[taken..];
            lines.extend(line);
        }
    }
    if !splitter.is_done() {
        lines.extend(splitter.end());
    }
    lines
}

fn texts(lines: &[Line]) -> Vec<String> {
    let text = |line: &Line| match &line.content {
        Ok(entry) => entry.text.clone(),
        Err(fault) => format!("!{}", fault.sentence),
    };
    lines.iter().map(text).collect()
}

const ODD: &str = "\u{feff}{\"text\":\"one\"}\r\n\r\n  \n{\"text\":\"zwö€𝄞lf\",\"custom_id\":7}\nnonsense\n{\"text\":\"three\"}";

#[test]
fn every_line_belongs_to_exactly_one_shard_wherever_the_borders_lie() {
    let whole = texts(&lines(ODD.as_bytes(), (0, u64::MAX), 1000));
    assert_eq!(whole, ["one", "zwö€𝄞lf", "!the line is not a JSON object", "three"]);
    let size = ODD.len() as u64;
    for shard in 1..=size {
        for piece in [1, 3, 1000] {
            let ranges = (0..size.div_ceil(shard)).map(|n| (n * shard, ((n + 1) * shard).min(size)));
            let found: Vec<String> =
                ranges.flat_map(|range| texts(&lines(ODD.as_bytes(), range, piece))).collect();
            assert_eq!(found, whole, "shards of {shard} bytes, read {piece} bytes at a time");
        }
    }
}

#[test]
fn what_is_wrong_with_a_line_is_said_and_its_neighbours_are_left_alone() {
    for (line, expected) in [
        ("{}", "!text is missing"),
        ("{\"text\":null}", "!text is missing"),
        ("{\"text\":1}", "!text is not a string"),
        ("{\"text\":[{\"a\":[1]}]}", "!text is not a string"),
        ("{\"text\":\" \"}", "!text is empty"),
        (
            "{\"text\":\"a\",\"custom_id\":{}}",
            "!custom_id is not a string of up to 512 characters or a number",
        ),
        ("[\"text\"]", "!the line is not a JSON object"),
        ("{\"text\":\"a\"", "!the line is not a JSON object"),
        ("{\"text\":\"a\"} {}", "!the line is not a JSON object"),
        ("{\"text\":\"\\ud800\"}", "!the line is not a JSON object"),
        ("{\"text\":\"a\",\"text\":\"b\"}", "b"),
        ("{\"other\":{\"text\":[1,2,{}]},\"te\\u0078t\":\"a\"}", "a"),
    ] {
        let file = format!("{{\"text\":\"before\"}}\n{line}\n{{\"text\":\"after\"}}\n");
        assert_eq!(texts(&lines(file.as_bytes(), (0, u64::MAX), 7)), ["before", expected, "after"], "{line}");
    }
    let broken = b"{\"text\":\"\xff\"}\n{\"text\":\"after\"}";
    assert_eq!(texts(&lines(broken, (0, u64::MAX), 100)), ["!the line is not valid UTF-8", "after"]);
    let deep = format!(
        "{{\"x\":{}1{},\"text\":\"a\"}}\n{{\"text\":\"after\"}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let found = texts(&lines(deep.as_bytes(), (0, u64::MAX), 4096));
    assert_eq!((found.len(), &found[1][..]), (2, "after"));
}

#[test]
fn a_line_over_the_limit_fails_alone_and_takes_no_memory() {
    let long = format!("{{\"text\":\"{}\"}}", "x".repeat(3 * MAX_BATCH_LINE));
    let file = format!("{{\"text\":\"before\"}}\n{long}\n{{\"text\":\"after\"}}\n");
    let found = texts(&lines(file.as_bytes(), (0, u64::MAX), 1 << 16));
    assert_eq!(found, ["before", "!the line is longer than 1048576 bytes", "after"]);
    // One line in many shards: the first has it, the others have nothing and do not read to its end.
    let size = long.len() as u64;
    let shard = size / 4;
    let of_shard = |n: u64| texts(&lines(long.as_bytes(), (n * shard, (n + 1) * shard), 1 << 16)).len();
    assert_eq!((0..4).map(of_shard).collect::<Vec<_>>(), [1, 0, 0, 0]);
    let fits = format!("{{\"a\":\"{}\",\"text\":\"b\"}}", "x".repeat(MAX_BATCH_LINE - 19));
    assert_eq!(fits.len(), MAX_BATCH_LINE);
    assert_eq!(texts(&lines(fits.as_bytes(), (0, u64::MAX), 1 << 16)), ["b"]);
}

#[test]
fn lines_are_numbered_with_the_blank_ones() {
    let found = lines(b"\n\n{}\n\n{}", (0, u64::MAX), 2);
    assert_eq!(found.iter().map(|line| line.number).collect::<Vec<_>>(), [2, 4]);
}
