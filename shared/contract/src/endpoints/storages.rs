//! Connected storages.

use serde_json::json;

use crate::endpoint::{Endpoint, Nothing};
use crate::images::{Storage, StorageCreate, StorageRef, StorageTested, StorageType, StorageUpdate};
use crate::resources::Needs::{Fetch, Seal, Storages, StoragesRead, Unseal};
use crate::{ErrorKind, Family, Scope};

pub const STORAGE_TYPES: Endpoint<Nothing, Vec<StorageType>> =
    Endpoint::get("storage-types", "/storage/storage-types")
        .family(Family::Images)
        .scope(Scope::Storage)
        .summary("The types of storages that can be connected");

pub const STORAGE_CREATE: Endpoint<StorageCreate, Storage> = Endpoint::post("storage-create", "/storage/storages")
    .family(Family::Images)
    .scope(Scope::Storage)
    .summary("Connect a storage: inputs may lie there, and results go there")
    .needs(&[Storages, Seal])
    .secret_request()
    .example(|| {
        json!({"name": "shop", "type": "s3", "parameters": {"bucket": "shop-pictures", "path": "catalogue", "region": "eu-central-1",
            "credentials": {"access_key": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}}})
    })
    .fails(&[ErrorKind::StorageExists, ErrorKind::TooManyStorages]);

pub const STORAGE_LIST: Endpoint<Nothing, Vec<Storage>> = Endpoint::get("storage-list", "/storage/storages")
    .family(Family::Images)
    .scope(Scope::Storage)
    .summary("All storages of the account by name, without credentials")
    .needs(&[StoragesRead]);

pub const STORAGE_GET: Endpoint<StorageRef, Storage> = Endpoint::get("storage-get", "/storage/storages/{id}")
    .family(Family::Images)
    .scope(Scope::Storage)
    .summary("One storage, with its access key and without the secret")
    .needs(&[StoragesRead])
    .fails(&[ErrorKind::StorageNotFound]);

pub const STORAGE_UPDATE: Endpoint<StorageUpdate, Storage> =
    Endpoint::patch("storage-update", "/storage/storages/{id}")
        .family(Family::Images)
        .scope(Scope::Storage)
        .summary("Rename a storage or change its parameters; what is not named stays")
        .needs(&[Storages, Seal])
        .secret_request()
        .example(|| json!({"name": "shop-2026", "parameters": {"path": "catalogue/2026"}}))
        .fails(&[ErrorKind::StorageNotFound, ErrorKind::StorageExists, ErrorKind::StorageChanged]);

pub const STORAGE_DELETE: Endpoint<StorageRef, ()> =
    Endpoint::delete("storage-delete", "/storage/storages/{id}")
        .family(Family::Images)
        .scope(Scope::Storage)
        .summary("Disconnect a storage; nothing in it is touched")
        .needs(&[Storages])
        .fails(&[ErrorKind::StorageNotFound, ErrorKind::StorageChanged]);

pub const STORAGE_TEST: Endpoint<StorageRef, StorageTested> =
    Endpoint::post("storage-test", "/storage/storages/{id}/test")
        .family(Family::Images)
        .scope(Scope::Storage)
        .summary("Try a storage: read a listing, write an object and delete it")
        .no_body()
        .needs(&[StoragesRead, Unseal, Fetch])
        .fails(&[ErrorKind::StorageNotFound]);
