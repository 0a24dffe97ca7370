//! Money: integers in micro-credits, shown as JSON numbers of credits with up to six decimals.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An amount in micro-credits; 1 credit = 1,000,000. On display 1 credit is worth US$0.001.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Credits(i64);

const MICRO: i64 = 1_000_000;
/// The largest amount a request may name, in credits: keeps every sum far from overflow and exact as a JSON number.
pub const MAX_CREDITS: i64 = 1_000_000_000;
/// Credits up to which a JSON number holds every micro-credit.
const EXACT: f64 = 9e9;

impl Credits {
    pub const ZERO: Self = Self(0);

    pub const fn whole(credits: i64) -> Self {
        Self(credits * MICRO)
    }

    pub const fn from_micro(micro: i64) -> Self {
        Self(micro)
    }

    pub const fn micro(self) -> i64 {
        self.0
    }

    /// US dollars on display.
    pub fn usd(self) -> f64 {
        self.0 as f64 / 1e9
    }

    fn parse(credits: f64) -> Option<Self> {
        let micro = credits * MICRO as f64;
        let rounded = micro.round();
        let exact = (micro - rounded).abs() < 1e-3;
        (credits.abs() <= EXACT && exact).then_some(Self(rounded as i64))
    }
}

impl Add for Credits {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Credits {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Credits {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Credits {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, whole, part) = (
            if self.0 < 0 { "-" } else { "" },
            self.0.unsigned_abs() / 1_000_000,
            self.0.unsigned_abs() % 1_000_000,
        );
        if part == 0 {
            return write!(f, "{sign}{whole}");
        }
        let decimals = format!("{part:06}");
        write!(f, "{sign}{whole}.{}", decimals.trim_end_matches('0'))
    }
}

impl Serialize for Credits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % MICRO == 0 {
            serializer.serialize_i64(self.0 / MICRO)
        } else {
            serializer.serialize_f64(self.0 as f64 / MICRO as f64)
        }
    }
}

impl<'de> Deserialize<'de> for Credits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let credits = f64::deserialize(deserializer)?;
        Self::parse(credits).ok_or_else(|| de::Error::custom("at most 6 decimals and 9,000,000,000 credits"))
    }
}

impl JsonSchema for Credits {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Credits".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "number", "minimum": -MAX_CREDITS, "maximum": MAX_CREDITS, "multipleOf": 0.000001,
            "description": "Credits, with up to six decimals."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Credits;

    #[test]
    fn amounts_travel_through_json_without_losing_a_micro_credit() {
        for (micro, json) in [
            (1_000_000, "1"),
            (1_500_000, "1.5"),
            (1, "0.000001"),
            (-2_000_000, "-2"),
            (123_456_789, "123.456789"),
        ] {
            let credits = Credits::from_micro(micro);
            assert_eq!(serde_json::from_str::<Credits>(json).ok(), Some(credits));
            let again: Credits =
                serde_json::from_str(&serde_json::to_string(&credits).expect("json")).expect("credits");
            assert_eq!(again, credits);
        }
        assert_eq!(Credits::from_micro(10_500_000).to_string(), "10.5");
        assert!(serde_json::from_str::<Credits>("0.0000001").is_err());
        assert!(serde_json::from_str::<Credits>("1e18").is_err());
    }
}
