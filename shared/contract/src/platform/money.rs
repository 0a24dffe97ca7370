use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Credits;
use crate::fault::{Check, Fault};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Balance {
    /// What can be spent.
    pub balance: Credits,
    /// What calls and tasks in work hold.
    pub held: Credits,
    pub spent: Credits,
    /// Always `credits`.
    pub currency: String,
    pub usd: Usd,
    /// Since the first of the month (UTC).
    pub spent_this_month: Credits,
    pub updated_at: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Usd {
    pub balance: f64,
    pub spent: f64,
}

/// `POST /v1/balance/grants`, for the operator.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GrantCreate {
    #[schemars(length(min = 1, max = 64))]
    pub account: String,
    /// Not 0. A negative grant takes back at most what is available.
    pub credits: Credits,
    #[schemars(length(min = 1, max = 200))]
    pub reason: String,
}

impl Check for GrantCreate {
    fn check(&self, faults: &mut Vec<Fault>) {
        if self.credits == Credits::ZERO {
            faults.push(Fault::other("credits", "must not be 0"));
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    Grant,
    Hold,
    Charge,
    Release,
}

/// One row of the ledger.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LedgerEntry {
    pub id: String,
    pub kind: EntryKind,
    pub credits: Credits,
    pub created_at: String,
    /// The call that caused it; the id of its log row.
    pub request_id: Option<String>,
    pub key_id: Option<String>,
    pub reason: Option<String>,
}
