//! All functions of the house.

use common::Function;

/// One of each, in no particular order.
pub fn all() -> Vec<Function> {
    vec![
        balance_get::function(),
        balance_grant::function(),
        batch_cancel::function(),
        batch_create::function(),
        batch_dead_letter::function(),
        batch_delete::function(),
        batch_get::function(),
        batch_list::function(),
        batch_results::function(),
        batch_start::function(),
        batch_upload::function(),
        batch_worker::function(),
        classifier_create::function(),
        classifier_delete::function(),
        classifier_evaluate::function(),
        classifier_get::function(),
        classifier_list::function(),
        classify::function(),
        classify_batch::function(),
        docs_get::function(),
        edit_batch_dead_letter::function(),
        edit_batch_worker::function(),
        edit_dead_letter::function(),
        edit_worker::function(),
        extract_document::function(),
        extract_image::function(),
        extract_image_formats::function(),
        extract_dead_letter::function(),
        extract_image_get::function(),
        extract_worker::function(),
        request_create::function(),
        request_get::function(),
        request_list::function(),
        request_model_create::function(),
        request_model_delete::function(),
        request_model_list::function(),
        fallback::function(),
        file_get::function(),
        health::function(),
        image_edit::function(),
        image_edit_async::function(),
        image_edit_async_delete::function(),
        image_edit_async_get::function(),
        image_edit_batch::function(),
        image_edit_batch_delete::function(),
        image_edit_batch_get::function(),
        image_edit_upload::function(),
        key_create::function(),
        key_delete::function(),
        key_get::function(),
        key_list::function(),
        key_rotate::function(),
        key_update::function(),
        ledger_list::function(),
        limits_get::function(),
        log_list::function(),
        openapi_get::function(),
        storage_create::function(),
        storage_delete::function(),
        storage_get::function(),
        storage_list::function(),
        storage_test::function(),
        storage_types::function(),
        storage_update::function(),
        sweep::function(),
        tag::function(),
        tag_batch::function(),
        upload_complete::function(),
        upload_create::function(),
        upload_delete::function(),
        upload_get::function(),
        upload_renew::function(),
        usage_get::function(),
        webhook_create::function(),
        webhook_dead_letter::function(),
        webhook_delete::function(),
        webhook_deliveries::function(),
        webhook_get::function(),
        webhook_list::function(),
        webhook_redeliver::function(),
        webhook_worker::function(),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn every_endpoint_and_worker_of_the_contract_is_served() {
        let served: BTreeSet<&str> = super::all().iter().map(|function| function.name).collect();
        let routes = contract::endpoints::ROUTES.iter().map(|route| route.name);
        let workers = contract::resources::WORKERS.iter().map(|worker| worker.name);
        let known: BTreeSet<&str> = routes.chain(workers).chain([contract::endpoints::FALLBACK]).collect();
        assert_eq!(served, known);
    }
}
