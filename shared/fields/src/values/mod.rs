//! Values as pages print them: where they stand in a text, and what they mean.

pub(crate) mod amount;
pub(crate) mod codes;
pub(crate) mod contact;
pub(crate) mod currency;
pub(crate) mod date;
pub(crate) mod place;
pub(crate) mod repair;
pub(crate) mod time;

/// What the page as a whole says about how it writes numbers and dates.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Habits {
    /// Whether the comma stands before decimals, where the page shows it.
    pub decimal_comma: Option<bool>,
    /// Whether 3/4/2026 is in March.
    pub month_first: bool,
}

impl Habits {
    pub(crate) fn of<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> Self {
        let (mut commas, mut points) = (0, 0);
        let (mut dollars, mut others) = (0, 0);
        for text in texts.clone() {
            for number in amount::numbers(text, Self::default()) {
                match number.decimal_mark {
                    Some(',') => commas += 1,
                    Some('.') => points += 1,
                    _ => {}
                }
                match number.currency {
                    Some("USD") => dollars += 1,
                    Some(_) => others += 1,
                    None => {}
                }
            }
        }
        let decimal_comma = (commas != points).then_some(commas > points);
        let clear = texts
            .flat_map(date::orders)
            .fold(0, |sum: i32, month_first| sum + if month_first { 1 } else { -1 });
        let month_first = clear > 0 || clear == 0 && dollars > others && decimal_comma != Some(true);
        Self { decimal_comma, month_first }
    }
}
