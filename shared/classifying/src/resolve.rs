//! Labels of a request: its own, or those of the classifier it names.

use common::{ApiError, CacheKey, Cx, Platform};
use contract::ErrorKind;
use contract::classification::{ClassifierName, Definition, Fits, Options, TierFit};
use language::{Calibration, Label, Labels, Tier};
use serde::Serialize;
use store::ClassifierHead;

/// Labels and what is known of them.
#[derive(Debug, Clone)]
pub(crate) struct Resolved {
    pub definition: Definition,
    /// What an evaluation has fitted.
    pub fits: Fits,
    /// That of the classifier.
    pub threshold: Option<f64>,
    /// `name@v2`.
    pub classifier: Option<String>,
}

pub(crate) async fn resolve(cx: &Cx, options: &Options) -> Result<Resolved, ApiError> {
    let Some(name) = &options.classifier else {
        let definition = options.definition();
        return Ok(Resolved { definition, fits: Fits::default(), threshold: None, classifier: None });
    };
    Ok(find(cx, name).await?.1)
}

/// A saved classifier of the caller.
pub(crate) async fn find(cx: &Cx, name: &str) -> Result<(ClassifierHead, Resolved), ApiError> {
    let unknown = || ApiError::new(ErrorKind::ClassifierNotFound);
    let ClassifierName { name, version } = ClassifierName::parse(name).ok_or_else(unknown)?;
    let found = cx.store.classifiers().find(cx.account(), &name, version).await?;
    let (head, classifier) = found.ok_or_else(unknown)?;
    let resolved = Resolved {
        fits: usable(head.fits(classifier.version), &cx.platform),
        threshold: classifier.threshold,
        classifier: Some(format!("{name}@v{}", classifier.version)),
        definition: classifier.definition,
    };
    Ok((head, resolved))
}

/// What was fitted with another encoder than the one that works now says nothing of it.
pub(crate) fn usable(fits: Fits, platform: &Platform) -> Fits {
    let is_same = fits.encoder == platform.config.own_encoder;
    Fits { standard: fits.standard.filter(|_| is_same), ..fits }
}

impl Resolved {
    /// Of what the labels come to, before any confidence.
    pub fn key(&self, tier: Tier) -> Result<CacheKey, ApiError> {
        #[derive(Serialize)]
        struct Parts<'a>(&'a Definition, Tier);
        CacheKey::of(&Parts(&self.definition, tier))
    }

    pub fn fit(&self, tier: Tier) -> Option<TierFit> {
        match tier {
            Tier::Fast => self.fits.fast,
            Tier::Standard => self.fits.standard,
        }
    }

    /// Of this hosted model's shares, where it has been evaluated.
    pub fn temperature(&self, model: &str) -> Option<f32> {
        self.fits.hosted.as_ref().filter(|fit| fit.model == model).map(|fit| fit.temperature)
    }

    pub fn calibration(&self, tier: Tier) -> Option<Calibration> {
        let TierFit { temperature, slope, offset } = self.fit(tier)?;
        Some(Calibration { temperature, slope, offset })
    }
}

/// As the models take them.
pub(crate) fn labels(definition: &Definition) -> Labels<'_> {
    let labels = definition.labels.iter().map(|name| Label {
        name,
        description: definition.descriptions.get(name).map(String::as_str),
        examples: definition.examples.get(name).into_iter().flatten().map(String::as_str).collect(),
    });
    Labels { labels: labels.collect(), text_type: definition.text_type.as_deref() }
}

/// Texts that are billed with each text, examples being free.
pub(crate) fn billed(definition: &Definition) -> impl Iterator<Item = &str> {
    let descriptions = definition.descriptions.values();
    definition.text_type.iter().chain(&definition.labels).chain(descriptions).map(String::as_str)
}
