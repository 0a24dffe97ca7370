//! Edits of pictures and their batches.

use serde_json::json;

use crate::endpoint::{Endpoint, Size};
use crate::images::{BatchEditRequest, BatchReport, EditData, EditRequest, UploadEditRequest};
use crate::limits::{LimitClass, MAX_BATCH_BODY, MAX_MULTIPART_BODY};
use crate::resources::Needs::{
    Announce, DeliveryQueue, EditBatchFiles, EditBatchQueue, EditBatches, EditQueue, Fetch, FileKeys,
    Results, StoragesRead, Tasks, Unseal, UploadFiles, Uploads,
};
use crate::tasks::{Task, TaskQuery, TaskRef, TaskReport};
use crate::{ErrorKind, Family, Scope};

pub const IMAGE_EDIT: Endpoint<EditRequest, EditData> = Endpoint::post("image-edit", "/image/edit")
    .family(Family::Images)
    .scope(Scope::ImageEditing)
    .summary("Edit a picture and wait for the result")
    .size(Size::Pictures)
    .needs(&[Results, FileKeys, Fetch, Uploads, UploadFiles, StoragesRead, Unseal])
    .limit(LimitClass::ImageEdit)
    .priced()
    .fails(&[ErrorKind::StorageNotFound, ErrorKind::OutputNotWritten, ErrorKind::OutputExists])
    .example(|| json!({"input": "https://example.com/photo.jpg", "operations": {"resizing": {"width": 800, "fit": "bounds"}}}));

pub const IMAGE_EDIT_ASYNC: Endpoint<EditRequest, Task> = Endpoint::post("image-edit-async", "/image/edit/async")
    .family(Family::Images)
    .scope(Scope::ImageEditing)
    .summary("Edit a picture in the background")
    .needs(&[Tasks, EditQueue, Uploads, UploadFiles, StoragesRead])
    .limit(LimitClass::ImageEdit)
    .priced()
    .fails(&[ErrorKind::StorageNotFound])
    .example(|| json!({"input": "https://example.com/photo.jpg", "operations": {"resizing": {"width": 1000}, "adjustments": {"sharpness": 20}}, "output": {"format": "webp"}}));

pub const IMAGE_EDIT_ASYNC_GET: Endpoint<TaskQuery, TaskReport> =
    Endpoint::get("image-edit-async-get", "/image/edit/async/{id}")
        .family(Family::Images)
        .scope(Scope::ImageEditing)
        .summary("Look at a task, or wait for its end with `?wait=`")
        .needs(&[Tasks])
        .fails(&[ErrorKind::TaskNotFound]);

pub const IMAGE_EDIT_ASYNC_DELETE: Endpoint<TaskRef, Task> =
    Endpoint::delete("image-edit-async-delete", "/image/edit/async/{id}")
        .family(Family::Images)
        .scope(Scope::ImageEditing)
        .summary("Cancel a task; its hold is released")
        .needs(&[Tasks])
        .fails(&[ErrorKind::TaskNotFound, ErrorKind::TaskFinished]);

pub const IMAGE_EDIT_BATCH: Endpoint<BatchEditRequest, Task> =
    Endpoint::post("image-edit-batch", "/image/edit/batch")
        .family(Family::Images)
        .scope(Scope::ImageEditing)
        .summary("Edit a folder of a storage, or a list of pictures, in the background")
        .needs(&[
            EditBatches,
            EditBatchQueue,
            EditBatchFiles,
            Fetch,
            Uploads,
            UploadFiles,
            StoragesRead,
            Unseal,
        ])
        .limit(LimitClass::ImageEdit)
        .body(MAX_BATCH_BODY)
        .priced()
        .fails(&[ErrorKind::StorageNotFound, ErrorKind::InputUnreachable, ErrorKind::OutputNotWritten])
        .example(|| {
            json!({"input": {"source": "storage://shop/originals/", "recursive": true},
                "operations": {"resizing": {"width": 1000, "height": 1000, "fit": "bounds"}},
                "output": {"format": "webp", "destination": "storage://shop/web/"}})
        });

pub const IMAGE_EDIT_BATCH_GET: Endpoint<TaskQuery, BatchReport> =
    Endpoint::get("image-edit-batch-get", "/image/edit/batch/{id}")
        .family(Family::Images)
        .scope(Scope::ImageEditing)
        .summary("Look at a batch of edits, or wait for its end with `?wait=`")
        .needs(&[EditBatches, EditBatchFiles, FileKeys])
        .fails(&[ErrorKind::TaskNotFound]);

pub const IMAGE_EDIT_BATCH_DELETE: Endpoint<TaskRef, Task> =
    Endpoint::delete("image-edit-batch-delete", "/image/edit/batch/{id}")
        .family(Family::Images)
        .scope(Scope::ImageEditing)
        .summary("Cancel a batch of edits; what is done is kept and charged")
        .needs(&[EditBatches, EditBatchQueue, EditBatchFiles, FileKeys, Announce, DeliveryQueue])
        .fails(&[ErrorKind::TaskNotFound, ErrorKind::TaskFinished]);

pub const IMAGE_EDIT_UPLOAD: Endpoint<UploadEditRequest, EditData> =
    Endpoint::post("image-edit-upload", "/image/edit/upload")
        .family(Family::Images)
        .scope(Scope::ImageEditing)
        .summary("Edit a picture sent with the request")
        .multipart(MAX_MULTIPART_BODY)
        .size(Size::Pictures)
        .needs(&[Results, FileKeys, Fetch, StoragesRead, Unseal])
        .limit(LimitClass::ImageEdit)
        .priced()
    .fails(&[ErrorKind::StorageNotFound, ErrorKind::OutputNotWritten, ErrorKind::OutputExists])
        .example(|| json!({"operations": {"resizing": {"width": 400, "height": 400, "fit": "crop"}}, "output": {"format": "png"}}));
