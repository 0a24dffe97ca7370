//! Saved classifiers. An item a name says which versions there are, and an item a version holds what it means. A version is
//! never written twice and its number never given again: the name's item outlives its deletion.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use contract::classification::{Classifier, Definition, Fits, Mode};
use contract::clock::seconds;
use contract::resources::CLASSIFIERS;
use serde::{Deserialize, Serialize};

use crate::item::text;
use crate::transaction::Change;
use crate::{Guard, Item, Store, StoreError, Transaction};

#[derive(Debug)]
pub struct Classifiers<'a>(pub(crate) &'a Store);

/// What is known of a name: its versions, from the first after its last deletion on.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassifierHead {
    pub account: String,
    pub name: String,
    pub first: u32,
    pub latest: u32,
    pub deleted: bool,
    /// What evaluations have fitted, by version.
    fits: HashMap<u32, Fits>,
}

/// The unchanging part of a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewVersion {
    pub mode: Mode,
    pub definition: Definition,
    pub threshold: Option<f64>,
}

/// Names looked at for one page of a list.
const MOST_LOOKED_AT: usize = 1000;

fn head_key(account: &str, name: &str) -> (String, String) {
    (format!("CLASSIFIERS#{account}"), format!("NAME#{name}"))
}

fn version_key(account: &str, name: &str, version: u32) -> (String, String) {
    (format!("CLASSIFIER#{account}#{name}"), format!("V#{version:010}"))
}

fn primary(key: (String, String)) -> HashMap<String, AttributeValue> {
    HashMap::from([("pk".into(), text(key.0)), ("sk".into(), text(key.1))])
}

impl ClassifierHead {
    fn read(account: &str, item: &Item) -> Result<Self, StoreError> {
        let version = |name: &str| item.get_number(name).map(|n| u32::try_from(n).unwrap_or(0));
        let fitted = item.0.iter().filter_map(|(name, value)| {
            let version = name.strip_prefix("fit_")?.parse().ok()?;
            Some((version, serde_json::from_str(value.as_s().ok()?).ok()?))
        });
        Ok(Self {
            account: account.to_owned(),
            name: item.get_text("name")?.to_owned(),
            first: version("first_version")?,
            latest: version("latest_version")?,
            deleted: item.is("deleted"),
            fits: fitted.collect(),
        })
    }

    /// Whether there is this version.
    pub fn has(&self, version: u32) -> bool {
        !self.deleted && (self.first..=self.latest).contains(&version)
    }

    /// What an evaluation of a version has fitted.
    pub fn fits(&self, version: u32) -> Fits {
        self.fits.get(&version).cloned().unwrap_or_default()
    }
}

impl Classifiers<'_> {
    /// What is known of a name, deleted or not.
    pub async fn head(&self, account: &str, name: &str) -> Result<Option<ClassifierHead>, StoreError> {
        let found = self.get(head_key(account, name)).await?;
        found.map(|item| ClassifierHead::read(account, &item)).transpose()
    }

    /// One version, the latest by default; `None` where there is none.
    pub async fn find(
        &self,
        account: &str,
        name: &str,
        version: Option<u32>,
    ) -> Result<Option<(ClassifierHead, Classifier)>, StoreError> {
        let Some(head) = self.head(account, name).await? else { return Ok(None) };
        let version = version.unwrap_or(head.latest);
        let found = self.version(&head, version).await?;
        Ok(found.map(|classifier| (head, classifier)))
    }

    /// A version of a name that is known; `None` where it has none of this number.
    pub async fn version(
        &self,
        head: &ClassifierHead,
        version: u32,
    ) -> Result<Option<Classifier>, StoreError> {
        if !head.has(version) {
            return Ok(None);
        }
        let Some(item) = self.get(version_key(&head.account, &head.name, version)).await? else {
            return Ok(None);
        };
        let saved: NewVersion = serde_json::from_str(item.get_text("saved")?)
            .map_err(|error| StoreError::malformed(format!("classifier {}: {error}", head.name)))?;
        Ok(Some(Classifier {
            name: head.name.clone(),
            version,
            mode: saved.mode,
            definition: saved.definition,
            threshold: saved.threshold,
            temperature: head.fits(version).standard.map(|fit| f64::from(fit.temperature)),
            created_at: seconds(item.get_number("created_at")?),
        }))
    }

    async fn get(&self, key: (String, String)) -> Result<Option<Item>, StoreError> {
        let call = self.0.dynamodb.get_item().table_name(self.0.names.table(&CLASSIFIERS));
        let found = call.set_key(Some(primary(key))).consistent_read(true).send().await?;
        Ok(found.item.map(Item))
    }

    /// One page of an account's names in their order, and the name to go on after. A page may be short and have one.
    pub async fn list(
        &self,
        account: &str,
        limit: usize,
        after: Option<&str>,
    ) -> Result<(Vec<ClassifierHead>, Option<String>), StoreError> {
        let mut start = after.map(|name| primary(head_key(account, name)));
        let (mut heads, mut looked_at) = (Vec::new(), 0);
        loop {
            let wanted = limit - heads.len();
            let page = self
                .0
                .dynamodb
                .query()
                .table_name(self.0.names.table(&CLASSIFIERS))
                .key_condition_expression("pk = :pk AND begins_with(sk, :name)")
                .expression_attribute_values(":pk", text(head_key(account, "").0))
                .expression_attribute_values(":name", text("NAME#"))
                .limit(i32::try_from(wanted).unwrap_or(100))
                .set_exclusive_start_key(start)
                .send()
                .await?;
            looked_at += wanted;
            for item in page.items.unwrap_or_default() {
                heads.push(ClassifierHead::read(account, &Item(item))?);
            }
            start = page.last_evaluated_key;
            let last = start.clone().map(Item);
            heads.retain(|head| !head.deleted);
            if start.is_none() || heads.len() >= limit || looked_at >= MOST_LOOKED_AT {
                let next = last.and_then(|key| key.find_text("sk")?.strip_prefix("NAME#").map(str::to_owned));
                return Ok((heads, next));
            }
        }
    }

    /// Adds the writes of a name's next version and returns its number. Refused by [`Guard::Classifier`] where the name
    /// was changed since `head` was read.
    pub fn create(
        &self,
        transaction: &mut Transaction<'_>,
        (account, name): (&str, &str),
        head: Option<&ClassifierHead>,
        new: &NewVersion,
        now_ms: i64,
    ) -> Result<u32, StoreError> {
        let version = next_version(head);
        let first = head.filter(|head| !head.deleted).map_or(version, |head| head.first);
        let mut item = head_item(account, name, first, version, false);
        for (fitted, fits) in head.filter(|head| !head.deleted).iter().flat_map(|head| &head.fits) {
            item = item.text(&format!("fit_{fitted}"), written(fits)?);
        }
        transaction.put(Guard::Classifier, &CLASSIFIERS, item, unchanged(head))?;
        let (pk, sk) = version_key(account, name, version);
        let saved = serde_json::to_string(new).map_err(|error| StoreError::malformed(error.to_string()))?;
        let item = Item::new(pk, sk).text("saved", saved).number("created_at", now_ms);
        transaction.put(Guard::None, &CLASSIFIERS, item, Change::default())?;
        Ok(version)
    }

    /// Adds the write that deletes a name; its numbers stay taken.
    pub fn delete(&self, transaction: &mut Transaction<'_>, head: &ClassifierHead) -> Result<(), StoreError> {
        let item = head_item(&head.account, &head.name, head.latest + 1, head.latest, true);
        transaction.put(Guard::Classifier, &CLASSIFIERS, item, unchanged(Some(head)))
    }

    /// Removes the versions that a deletion left. Nothing shows them any more.
    pub async fn clear(&self, head: &ClassifierHead) -> Result<(), StoreError> {
        for version in head.first..=head.latest {
            self.0
                .dynamodb
                .delete_item()
                .table_name(self.0.names.table(&CLASSIFIERS))
                .set_key(Some(primary(version_key(&head.account, &head.name, version))))
                .send()
                .await?;
        }
        Ok(())
    }

    /// Adds the write of what an evaluation of a version has fitted. Refused by [`Guard::Classifier`] where the name was
    /// deleted since.
    pub fn fit(
        &self,
        transaction: &mut Transaction<'_>,
        head: &ClassifierHead,
        version: u32,
        fits: &Fits,
    ) -> Result<(), StoreError> {
        let mut change = Change::new(format!("SET fit_{version} = :fitted"))
            .when("deleted = :no AND first_version <= :version")
            .number(":version", version.into())
            .text(":fitted", written(fits)?);
        change.values.insert(":no".into(), AttributeValue::Bool(false));
        transaction.update(Guard::Classifier, &CLASSIFIERS, head_key(&head.account, &head.name), change)
    }
}

fn written(fits: &Fits) -> Result<String, StoreError> {
    serde_json::to_string(fits).map_err(|error| StoreError::malformed(error.to_string()))
}

/// The number that the next version of a name gets.
pub fn next_version(head: Option<&ClassifierHead>) -> u32 {
    head.map_or(1, |head| head.latest.saturating_add(1))
}

fn head_item(account: &str, name: &str, first: u32, latest: u32, deleted: bool) -> Item {
    let (pk, sk) = head_key(account, name);
    Item::new(pk, sk)
        .text("name", name)
        .number("first_version", first.into())
        .number("latest_version", latest.into())
        .flag("deleted", deleted)
}

fn unchanged(head: Option<&ClassifierHead>) -> Change {
    let Some(head) = head else { return Change::default().when("attribute_not_exists(pk)") };
    let mut change = Change::default()
        .when("latest_version = :latest AND deleted = :deleted")
        .number(":latest", head.latest.into());
    change.values.insert(":deleted".into(), AttributeValue::Bool(head.deleted));
    change
}
