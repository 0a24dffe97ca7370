use maud::{Markup, html};

use super::{curl, page};

/// From nothing to the first picture.
pub fn section() -> Markup {
    let environment = "export ATELIER_URL=http://127.0.0.1:9000\nexport ATELIER_KEY=$(cat .atelier/key)";
    html! {
        section {
            h1 { "Atelier reference" }
            p.lead {
                "Send a picture or its address with a list of operations, get the edited picture back: at once, or in the background "
                "with a task to look at. This page describes exactly the version that serves it."
            }
            h2 id="start" { "First request" }
            p {
                "Calls carry a key in " code { "Authorization: Bearer" } ". Every line on this page reads the address and the key from the "
                "environment, so set both once; the values shown are those of " code { "make run" } ":"
            }
            (page::code("Environment", environment))
            p { "Edit a file of yours:" }
            (page::code("First request", &curl::line(&contract::endpoints::IMAGE_EDIT_UPLOAD.route)))
            p {
                "The answer names the result in " code { "data.output.tmp_url" } ". It answers the bytes to anyone who has the link, for 24 hours."
            }
        }
    }
}
