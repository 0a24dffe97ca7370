//! Paths that are no endpoint's.

use crate::check::Check;
use crate::subject::{Subject, bounded};
use crate::table::methods::unknown_paths;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_path_is_404_in_the_shape_of_the_family_of_its_longest_known_prefix() {
    bounded(60, async {
        let subject = Subject::server().await;
        let mut check = Check::new(&subject);
        unknown_paths(&mut check).await;
        check.finish();
    })
    .await;
}
