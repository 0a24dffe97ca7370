use std::net::IpAddr;
use std::time::Duration;

use contract::classification::Priority;
use contract::limits::{LimitClass, Rate, SYNC_SECONDS};
use contract::{Credits, settings};

/// How calls are answered in this process.
#[derive(Debug, Clone)]
pub struct Config {
    /// Start of every URL in answers; unset, it is shaped from the call.
    pub public_url: Option<String>,
    /// Hosts that may shape URLs on one machine.
    pub hosts: Vec<String>,
    pub trust_proxy: bool,
    /// Proxies whose headers are believed; empty = any.
    pub proxies: Vec<IpAddr>,
    /// Whether classify and tag are served without a key.
    pub public: bool,
    /// What calls without a key may cost a day.
    pub public_budget: Credits,
    pub rate_limits: bool,
    /// New requests of extraction models that an account may make in an hour.
    pub requests_an_hour: u32,
    /// Below it webhooks are told that the balance is low.
    pub low_balance: Credits,
    /// Deliveries that failed are sent again so many times sooner: for tests.
    pub webhook_speed: u32,
    /// Name of the operator's text encoder, where there is one.
    pub own_encoder: Option<String>,
    /// Name of the hosted model that works for `standard`, where there is one.
    pub hosted_model: Option<String>,
    /// After so long a call is 504.
    pub call_time: Duration,
    /// In a Lambda a large file is answered by a redirect, and rows are written before the answer.
    pub in_lambda: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: None,
            hosts: hosts(settings::HOSTS.default),
            trust_proxy: false,
            proxies: Vec::new(),
            public: false,
            public_budget: budget(settings::PUBLIC_CREDITS.default),
            rate_limits: true,
            requests_an_hour: count(settings::REQUESTS_PER_HOUR.default),
            low_balance: budget(settings::LOW_BALANCE.default),
            webhook_speed: count(settings::WEBHOOK_SPEED.default),
            own_encoder: None,
            hosted_model: None,
            call_time: Duration::from_secs(SYNC_SECONDS),
            in_lambda: false,
        }
    }
}

impl Config {
    /// Name of the models in the process that work at a priority.
    pub fn local_model(&self, priority: Priority) -> &str {
        match (priority, &self.own_encoder) {
            (Priority::Standard, Some(own)) => own,
            _ => priority.model(),
        }
    }

    /// The limits of a class for an account without a tier of its own.
    pub fn rate(&self, class: LimitClass) -> Rate {
        match class {
            LimitClass::Requests => Rate { per_hour: Some(self.requests_an_hour), ..class.rate() },
            _ => class.rate(),
        }
    }

    pub fn from_env() -> Self {
        Self {
            public_url: settings::PUBLIC_URL.value().map(|url| url.trim_end_matches('/').to_owned()),
            hosts: hosts(&settings::HOSTS.value_or_default()),
            trust_proxy: settings::TRUST_PROXY.is_on(),
            proxies: settings::PROXIES
                .value()
                .map(|list| list.split(',').filter_map(|address| address.trim().parse().ok()).collect())
                .unwrap_or_default(),
            public: settings::PUBLIC.is_on(),
            public_budget: budget(&settings::PUBLIC_CREDITS.value_or_default()),
            rate_limits: settings::RATE_LIMITS.is_on(),
            requests_an_hour: count(&settings::REQUESTS_PER_HOUR.value_or_default()),
            low_balance: budget(&settings::LOW_BALANCE.value_or_default()),
            webhook_speed: count(&settings::WEBHOOK_SPEED.value_or_default()),
            own_encoder: settings::own_encoder(),
            hosted_model: settings::hosted_model(),
            call_time: Duration::from_secs(SYNC_SECONDS),
            in_lambda: std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some(),
        }
    }

    pub fn for_testing() -> Self {
        Self { rate_limits: false, ..Self::default() }
    }
}

fn count(text: &str) -> u32 {
    text.parse().unwrap_or(u32::MAX)
}

fn budget(credits: &str) -> Credits {
    let whole = credits.parse::<i64>().unwrap_or(0);
    Credits::whole(whole.min(contract::MAX_CREDITS))
}

fn hosts(list: &str) -> Vec<String> {
    list.split(',').map(|host| host.trim().to_ascii_lowercase()).filter(|host| !host.is_empty()).collect()
}
