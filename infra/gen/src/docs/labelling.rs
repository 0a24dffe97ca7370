//! How classify and tag come to labels and confidences, and what their tiers allow.

use contract::limits::Tier;
use maud::{Markup, html};

use super::page;
use super::text::{inline, thousands};

pub const INDEX: [(&str, &str); 2] =
    [("labels", "Labels and confidences in classify and tag"), ("tiers", "Tiers and cached answers")];

pub fn section() -> Markup {
    html! {
        section { (labels()) }
        section { (tiers()) }
    }
}

fn labels() -> Markup {
    html! {
        h2 id="labels" { "Labels and confidences in classify and tag" }
        p {
            (inline("Nothing is trained: a label is what its name says (`credit_card-lost` is read as words), what its description says, and the texts given as its examples. A description helps most: \
            write a sentence with the words that such texts use. From three examples a label on, a linear classifier is fitted to them within the call (`confidence_method: fitted`); before that, texts are \
            compared with the labels' meanings (`similarity`). Of labels, descriptions and examples 40,000 tokens are read, shared evenly. `text_type` says what the texts are, as in `support ticket`. Where labels differ by feeling, as in positive and negative, a small lexicon helps."))
        }
        p {
            (inline("`priority: standard` reads with a sentence encoder (all-MiniLM-L6-v2, 8 bits), or with the hosted model that the operator has set. `fast` reads with a table of word vectors (WordLlama): it \
            knows what a text is about, from descriptions and examples nearly as well, from bare names worse, and nothing of word order. Both were made for English; other languages that share its words come out \
            weakly. Of a text over some 2,000 tokens `standard` reads windows that are spread over it."))
        }
        p {
            (inline("The `confidence` of classify is the share of a label given that exactly one of them applies; of tag, and of classify with one label, it is the probability that the label applies, whatever \
            the others do. Both are calibrated on texts that the models were not tuned on: of answers with 0.8 about 80 % are right, for labels like those. For yours, save a classifier and call \
            `/v1/classifiers/{name}/evaluate` with texts whose labels you know: it tells how good the classifier is, and fits its confidences. `explain: true` adds the parts of the text that speak for a \
            label (`start` and `end` count characters)."))
        }
        p {
            (inline("`tokens` are pieces of the encoder's vocabulary, whatever model runs: text, `text_type`, labels and descriptions; examples are free. With a classifier its labels and descriptions count too."))
        }
    }
}

fn kept(seconds: u32) -> Markup {
    if seconds < 3_600 {
        html! { (seconds / 60) " min" }
    } else {
        html! { (seconds / 3_600) " h" }
    }
}

fn tiers() -> Markup {
    let rows: Vec<Vec<Markup>> = Tier::ALL
        .iter()
        .map(|tier| {
            let limits = tier.limits();
            let name = match tier {
                Tier::Public => "public (no key)",
                Tier::Developer => "developer (default)",
                Tier::Enterprise => "enterprise (unless agreed otherwise)",
                tier => tier.name(),
            };
            vec![
                html! { (name) },
                html! { (thousands(u64::from(limits.requests_per_minute))) },
                html! { (thousands(u64::from(limits.tokens_per_minute))) },
                html! { (limits.concurrent) },
                kept(limits.cache_seconds),
            ]
        })
        .collect();
    html! {
        h2 id="tiers" { "Tiers and cached answers" }
        (page::table("Tiers", &["tier", "calls a minute", "tokens a minute", "at the same time", "answers kept"], &rows))
        p {
            (inline("The operator sets an account's tier. The state is in `X-RateLimit-Limit-Requests`, `X-RateLimit-Remaining-Requests`, `X-RateLimit-Limit-Tokens`, `X-RateLimit-Remaining-Tokens` and \
            `X-RateLimit-Reset`. The same request of the same account is answered from the cache: free, outside of the limits, with `cached: true`, `X-Cache: HIT`, `X-Cache-Age` in seconds and `X-Tokens-Used: 0`. \
            `cache: false` neither reads nor keeps. Equal calls at the same time are worked on once. Nothing is shared between accounts, and errors are never kept."))
        }
    }
}
