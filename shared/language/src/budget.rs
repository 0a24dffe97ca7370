//! How much of labels and examples is read: what preparing labels costs is bounded, whatever is sent.

use crate::windows::Windows;

/// Tokens of labels and examples that the transformer reads: some 5 s of CPU with the encoder that the project ships.
/// Why bounded: a legal body of 1 MB holds 200 labels with 100 examples each, 300,000 tokens or more, and nobody waits that long.
const TOKENS: usize = 40_000;
/// Of them, what names and descriptions take at most.
const MEANINGS: usize = TOKENS / 2;
/// What a text costs beside its tokens: it is pooled, kept and learnt from.
const EACH: usize = 2;
/// Examples are cut to no fewer tokens than this; where that does not suffice, some are left out.
const FEWEST: usize = 16;

/// Cuts what is too long and leaves examples out until all fits, evenly over the labels: `meanings` and `examples` hold a group a label.
/// A text that is cut is read from its start. Examples that are left out are spread evenly over a label's.
pub fn limit(meanings: &mut [Vec<Windows>], examples: &mut [Vec<Windows>], marks: usize) -> Vec<Vec<usize>> {
    let spent: usize = meanings.iter().flatten().map(cost).sum::<usize>().min(MEANINGS);
    limit_groups(meanings, MEANINGS, None, marks);
    limit_groups(examples, TOKENS - spent, Some(FEWEST + EACH), marks)
}

/// The numbers of the texts that stay, a group each.
fn limit_groups(
    groups: &mut [Vec<Windows>],
    budget: usize,
    fewest: Option<usize>,
    marks: usize,
) -> Vec<Vec<usize>> {
    let sums: Vec<usize> = groups.iter().map(|group| group.iter().map(cost).sum()).collect();
    let most = level(&sums, budget);
    let limited = groups.iter_mut().zip(sums).map(|(group, sum)| {
        let all: Vec<usize> = (0..group.len()).collect();
        if sum <= most {
            return all;
        }
        let kept = fewest.map_or(group.len(), |fewest| enough(group, most, fewest));
        let numbers: Vec<usize> = (0..kept).map(|number| number * group.len() / kept).collect();
        let mut number = 0;
        group.retain(|_| {
            number += 1;
            numbers.binary_search(&(number - 1)).is_ok()
        });
        let costs: Vec<usize> = group.iter().map(cost).collect();
        let longest = level(&costs, most);
        group.iter_mut().for_each(|text| text.cut(longest.saturating_sub(EACH), marks));
        numbers
    });
    limited.collect()
}

/// How many of a group's texts fit, each cut to no less than `fewest`; at least one.
fn enough(group: &[Windows], budget: usize, fewest: usize) -> usize {
    let least: usize = group.iter().map(|text| cost(text).min(fewest)).sum();
    (group.len() * budget / least.max(1)).clamp(1, group.len())
}

fn cost(text: &Windows) -> usize {
    text.windows.iter().map(Vec::len).sum::<usize>() + EACH
}

/// The greatest number such that the sizes, each cut to it, fit together into `budget`.
fn level(sizes: &[usize], budget: usize) -> usize {
    let mut sorted = sizes.to_vec();
    sorted.sort_unstable();
    let mut left = budget;
    for (at, size) in sorted.iter().enumerate() {
        let share = left / (sorted.len() - at);
        if *size > share {
            return share;
        }
        left -= size;
    }
    usize::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lengths: &[usize]) -> Vec<Windows> {
        let text = |length: &usize| {
            let ids: Vec<u32> = (0..*length as u32).collect();
            Windows {
                windows: ids.chunks(126).map(|ids| [&[900], ids, &[901]].concat()).collect(),
                tokens: 0,
            }
        };
        lengths.iter().map(text).collect()
    }

    #[test]
    fn a_level_fills_the_budget_and_favours_nobody() {
        assert_eq!(level(&[10, 20, 30], 60), usize::MAX);
        assert_eq!(level(&[10, 100, 100], 60), 25);
        assert_eq!(level(&[], 60), usize::MAX);
        assert_eq!(level(&[5, 5], 3), 1);
    }

    #[test]
    fn what_fits_is_left_as_it_is() {
        let (mut meanings, mut examples) = (vec![texts(&[3, 9])], vec![texts(&[400, 20, 7])]);
        assert_eq!(limit(&mut meanings, &mut examples, 2), [[0, 1, 2]]);
        assert_eq!(examples[0][0].windows, texts(&[400])[0].windows);
    }

    #[test]
    fn the_largest_bodies_fit_into_the_budget_and_every_label_keeps_examples() {
        for (labels, count, length) in
            [(200, 100, 14), (200, 100, 1), (2, 100, 2000), (200, 1, 1700), (1, 100, 5000)]
        {
            let mut meanings: Vec<_> = (0..labels).map(|_| texts(&[100, 110, 500, 600])).collect();
            let mut examples: Vec<_> = (0..labels).map(|_| texts(&vec![length; count])).collect();
            let kept = limit(&mut meanings, &mut examples, 2);
            let spent: usize = meanings.iter().chain(&examples).flatten().map(cost).sum();
            assert!(spent <= TOKENS && spent > TOKENS / 4, "{labels} {count} {length}: {spent}");
            assert!(
                kept.iter().zip(&examples).all(|(kept, texts)| !kept.is_empty() && kept.len() == texts.len())
            );
            assert!(meanings.iter().all(|texts| texts.len() == 4));
            let whole =
                |window: &Vec<u32>| window.len() > 2 && window[0] == 900 && window[window.len() - 1] == 901;
            assert!(meanings.iter().chain(&examples).flatten().flat_map(|text| &text.windows).all(whole));
        }
    }

    #[test]
    fn a_label_with_few_short_examples_loses_none_to_one_with_many_long_ones() {
        let mut meanings = vec![texts(&[3]), texts(&[3])];
        let mut examples = vec![texts(&[10, 10]), texts(&[2000; 100])];
        let kept = limit(&mut meanings, &mut examples, 2);
        assert_eq!((kept[0].len(), kept[1].len()), (2, 100));
        assert_eq!(examples[0][0].windows, texts(&[10])[0].windows);
        assert!(examples[1].iter().all(|text| (300..450).contains(&cost(text))));
    }
}
