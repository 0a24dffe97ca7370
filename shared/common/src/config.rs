use contract::settings;

/// How calls are answered in this process.
#[derive(Debug, Clone)]
pub struct Config {
    /// Start of every URL in answers; unset, it is shaped from the call.
    pub public_url: Option<String>,
    /// Hosts that may shape URLs on one machine.
    pub hosts: Vec<String>,
    pub trust_proxy: bool,
    pub rate_limits: bool,
    /// In a Lambda a large file is answered by a redirect, and rows are written before the answer.
    pub in_lambda: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: None,
            hosts: hosts(settings::HOSTS.default),
            trust_proxy: false,
            rate_limits: true,
            in_lambda: false,
        }
    }
}

impl Config {
    pub fn from_env() -> Self {
        Self {
            public_url: settings::PUBLIC_URL.value().map(|url| url.trim_end_matches('/').to_owned()),
            hosts: hosts(&settings::HOSTS.value_or_default()),
            trust_proxy: settings::TRUST_PROXY.is_on(),
            rate_limits: settings::RATE_LIMITS.is_on(),
            in_lambda: std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some(),
        }
    }

    pub fn for_testing() -> Self {
        Self { rate_limits: false, ..Self::default() }
    }
}

fn hosts(list: &str) -> Vec<String> {
    list.split(',').map(|host| host.trim().to_ascii_lowercase()).filter(|host| !host.is_empty()).collect()
}
