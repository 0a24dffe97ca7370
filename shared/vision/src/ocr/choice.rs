//! Which lines of a page with much text are read.

use super::order;
use super::recognizer::HEIGHT;
use super::strips::Strip;
use crate::sample::Point;

/// As many times as high as the usual line: a heading.
const LARGE: f32 = 1.3;
/// Of what may be read, the most that headings take, and after them what comes first: it says what the rest is about.
const HEADINGS: f32 = 0.5;
const BEGINNING: f32 = 0.25;

/// Of the lines of a page as many as are together at most `most` times as long as high: headings, those that come first, and of the
/// others some of every part of the page. At least one.
pub(super) fn within(corners: Vec<[Point; 4]>, most: u32) -> Vec<[Point; 4]> {
    let lengths: Vec<f32> =
        corners.iter().map(|corners| Strip::new(*corners).width as f32 / HEIGHT as f32).collect();
    let most = most as f32;
    if lengths.iter().sum::<f32>() <= most {
        return corners;
    }
    let height = |corners: &[Point; 4]| (corners[3][0] - corners[0][0]).hypot(corners[3][1] - corners[0][1]);
    let mut heights: Vec<f32> = corners.iter().map(height).collect();
    heights.sort_by(f32::total_cmp);
    let usual = heights.get(heights.len() / 2).copied().unwrap_or(0.0);
    let order = order::rows(&corners).concat();
    let first = order.first().copied();
    let (large, others): (Vec<usize>, Vec<usize>) =
        order.into_iter().partition(|&index| height(&corners[index]) >= LARGE * usual);
    let mut kept = Vec::new();
    let mut left = most;
    for (lines, share) in [(&large, HEADINGS), (&others, BEGINNING)] {
        let mut budget = most * share;
        for &index in lines {
            budget -= lengths[index];
            if budget < 0.0 {
                break;
            }
            left -= lengths[index];
            kept.push(index);
        }
    }
    let rest: Vec<usize> = others.into_iter().filter(|index| !kept.contains(index)).collect();
    let share = left / rest.iter().map(|&index| lengths[index]).sum::<f32>().max(left);
    let mut owed = 0.0;
    for index in rest {
        owed += lengths[index] * share;
        if owed >= lengths[index] {
            owed -= lengths[index];
            kept.push(index);
        }
    }
    if kept.is_empty() {
        kept.extend(first);
    }
    kept.into_iter().map(|index| corners[index]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 40 lines twenty times as long as high, below a heading.
    fn page() -> Vec<[Point; 4]> {
        let line = |top: f32, width: f32, height: f32| {
            [[0.0, top], [width, top], [width, top + height], [0.0, top + height]]
        };
        let mut page: Vec<_> = (0..40).map(|row| line(60.0 + row as f32 * 15.0, 200.0, 10.0)).collect();
        page.push(line(0.0, 200.0, 40.0));
        page
    }

    #[test]
    fn of_much_text_the_heading_the_beginning_and_some_of_every_part_are_read() {
        let kept = within(page(), 200);
        let tops: Vec<f32> = kept.iter().map(|corners| corners[0][1]).collect();
        assert_eq!(tops[..3], [0.0, 60.0, 75.0]);
        for third in [60.0..260.0, 260.0..460.0, 460.0..660.0] {
            assert!(tops[3..].iter().any(|top| third.contains(top)), "{tops:?}");
        }
        let length = 5 + (kept.len() - 1) * 20;
        assert!((160..=200).contains(&length), "{tops:?}");
    }

    #[test]
    fn of_little_text_all_is_read_and_of_any_at_least_a_line() {
        assert_eq!(within(page(), 1_000), page());
        assert_eq!(within(page(), 1).len(), 1);
        assert_eq!(within(Vec::new(), 0), Vec::<[Point; 4]>::new());
    }
}
