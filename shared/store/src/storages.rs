//! Connected storages. Two items each: the record under its id, and one that keeps its name unique. Credentials are sealed before they come here.

use contract::images::StorageType;
use contract::resources::STORAGES;

use crate::item::text;
use crate::transaction::Change;
use crate::{Guard, Item, Store, StoreError, Transaction};

/// The largest of [`crate::random_id`].
const MAX_ID: u64 = (1 << 53) - 1;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageRecord {
    pub account: String,
    pub id: u64,
    pub name: String,
    pub kind: StorageType,
    /// JSON of the parameters without credentials.
    pub parameters: String,
    pub access_key: Option<String>,
    /// The secret of the access key, sealed.
    pub secret: Option<String>,
    pub created_at_ms: i64,
    pub revision: i64,
}

#[derive(Debug)]
pub struct Storages<'a>(pub(crate) &'a Store);

fn of(account: &str) -> String {
    format!("STORAGES#{account}")
}

fn by_id(account: &str, id: u64) -> (String, String) {
    (of(account), format!("ID#{id:016}"))
}

fn by_name(account: &str, name: &str) -> (String, String) {
    (of(account), format!("NAME#{name}"))
}

fn count_key(account: &str) -> (String, String) {
    (of(account), "COUNT".into())
}

impl StorageRecord {
    fn item(&self) -> Item {
        let (pk, sk) = by_id(&self.account, self.id);
        Item::new(pk, sk)
            .text("account", &self.account)
            .text("id", self.id.to_string())
            .text("storage_name", &self.name)
            .text("kind", self.kind.name())
            .text("settings", &self.parameters)
            .optional_text("access_key", self.access_key.as_deref())
            .optional_text("sealed", self.secret.as_deref())
            .number("created_at", self.created_at_ms)
            .number("revision", self.revision)
    }

    fn name_item(&self) -> Item {
        let (pk, sk) = by_name(&self.account, &self.name);
        Item::new(pk, sk).text("id", self.id.to_string())
    }

    fn read(item: &Item) -> Result<Self, StoreError> {
        let own = |name: &str| item.get_text(name).map(str::to_owned);
        Ok(Self {
            account: own("account")?,
            id: id_of(item)?,
            name: own("storage_name")?,
            kind: StorageType::parse(item.get_text("kind")?)
                .ok_or_else(|| StoreError::malformed("the type of a storage"))?,
            parameters: own("settings")?,
            access_key: item.find_text("access_key").map(str::to_owned),
            secret: item.find_text("sealed").map(str::to_owned),
            created_at_ms: item.get_number("created_at")?,
            revision: item.get_number("revision")?,
        })
    }

    fn unchanged(&self) -> Change {
        Change::default().when("revision = :revision").number(":revision", self.revision)
    }
}

fn id_of(item: &Item) -> Result<u64, StoreError> {
    item.get_text("id")?.parse().map_err(|_| StoreError::malformed("the id of a storage"))
}

impl Storages<'_> {
    /// Adds a new storage to a transaction. Refused by [`Guard::StorageName`] where its name is taken, by [`Guard::StorageCount`] where the
    /// account has `most` already.
    pub fn create(
        &self,
        transaction: &mut Transaction<'_>,
        storage: &StorageRecord,
        most: i64,
    ) -> Result<(), StoreError> {
        let count = Change::new("ADD storage_count :one")
            .when("attribute_not_exists(storage_count) OR storage_count < :most")
            .number(":one", 1)
            .number(":most", most);
        transaction.update(Guard::StorageCount, &STORAGES, count_key(&storage.account), count)?;
        transaction.put_new(Guard::StorageName, &STORAGES, storage.name_item())?;
        transaction.put_new(Guard::Storage, &STORAGES, storage.item())
    }

    /// Adds a change to a transaction. Refused by [`Guard::Storage`] where another came between, by [`Guard::StorageName`] where the new
    /// name is taken.
    pub fn change(
        &self,
        transaction: &mut Transaction<'_>,
        before: &StorageRecord,
        after: &StorageRecord,
    ) -> Result<(), StoreError> {
        if before.name != after.name {
            transaction.put_new(Guard::StorageName, &STORAGES, after.name_item())?;
            transaction.delete(&STORAGES, by_name(&before.account, &before.name))?;
        }
        let changed = StorageRecord { revision: before.revision + 1, ..after.clone() };
        transaction.put(Guard::Storage, &STORAGES, changed.item(), before.unchanged())
    }

    /// Adds a deletion to a transaction. Refused by [`Guard::Storage`] where a change came between.
    pub fn delete(
        &self,
        transaction: &mut Transaction<'_>,
        storage: &StorageRecord,
    ) -> Result<(), StoreError> {
        let (account, id) = (&storage.account, storage.id);
        transaction.delete_when(Guard::Storage, &STORAGES, by_id(account, id), storage.unchanged())?;
        let count = Change::new("ADD storage_count :less").number(":less", -1);
        transaction.update(Guard::None, &STORAGES, count_key(account), count)?;
        transaction.delete(&STORAGES, by_name(account, &storage.name))
    }

    pub async fn find(&self, account: &str, id: u64) -> Result<Option<StorageRecord>, StoreError> {
        if id > MAX_ID {
            return Ok(None);
        }
        self.item(by_id(account, id)).await?.map(|item| StorageRecord::read(&item)).transpose()
    }

    /// The storage that `storage://{name}/` names.
    pub async fn find_named(&self, account: &str, name: &str) -> Result<Option<StorageRecord>, StoreError> {
        let Some(item) = self.item(by_name(account, name)).await? else { return Ok(None) };
        let found = self.find(account, id_of(&item)?).await?;
        // Why: between the two reads it may have got another name.
        Ok(found.filter(|storage| storage.name == name))
    }

    /// All storages of an account, by name.
    pub async fn list(&self, account: &str) -> Result<Vec<StorageRecord>, StoreError> {
        let call = self.0.dynamodb.query().table_name(self.0.names.table(&STORAGES));
        let mut items = call
            .key_condition_expression("pk = :pk AND begins_with(sk, :id)")
            .expression_attribute_values(":pk", text(of(account)))
            .expression_attribute_values(":id", text("ID#"))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut storages = Vec::new();
        while let Some(item) = items.next().await {
            storages.push(StorageRecord::read(&Item(item?))?);
        }
        storages.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(storages)
    }

    async fn item(&self, (pk, sk): (String, String)) -> Result<Option<Item>, StoreError> {
        let call = self.0.dynamodb.get_item().table_name(self.0.names.table(&STORAGES));
        let found = call.key("pk", text(pk)).key("sk", text(sk)).consistent_read(true).send().await?;
        Ok(found.item.map(Item))
    }
}
