//! What classify and tag make of pictures and documents, and what they cannot.

use contract::limits::{
    MAX_DOCUMENT_BYTES, MAX_DOCUMENT_PAGES, MAX_IMAGE_BYTES, MAX_IMAGES, MAX_IMAGES_BYTES, MAX_MEDIA_BODY,
};
use maud::{Markup, html};

use super::text::inline;

pub const INDEX: [(&str, &str); 1] = [("seeing", "Pictures and documents in classify and tag")];

pub fn section() -> Markup {
    html! { section { (seeing()) } }
}

fn seeing() -> Markup {
    let megabytes = |bytes: usize| bytes / 1_000_000;
    html! {
        h2 id="seeing" { "Pictures and documents in classify and tag" }
        p {
            (inline(&format!("`image` takes a URL, `upload://` or base64, with or without a `data:` prefix, or a list of up to {MAX_IMAGES}: {} MB each and {} MB together. `file` takes a PDF or a \
            DOCX the same way: {} MB and {MAX_DOCUMENT_PAGES} pages. What the bytes say decides, not a name. `upload://` names an upload of yours, `storage://` an object of a connected storage. A body with pictures in \
            it may have {} MB; of the batch routes and on AWS, where a call has 6 MB, large inputs come by URL. A text beside them is matched together with them; without one they stand alone. \
            In a batch all texts share them.",
            megabytes(MAX_IMAGE_BYTES), megabytes(MAX_IMAGES_BYTES), megabytes(MAX_DOCUMENT_BYTES), megabytes(MAX_MEDIA_BODY))))
        }
        p {
            "What is seen is put into words, and these are matched with the labels as any text is. Of a picture they are the text that can be read in it, and up to three of the thousand things that "
            "ImageNet names: animals, plants, food, vehicles, tools, furniture, clothes, buildings. Of a document they are its text; a page that is a scan is read and looked at as a picture."
        }
        p {
            "So pictures of these things are told apart, and so are screenshots, receipts, forms and scans by what they say. What has no such name is not: people and what they do, faces and feelings, "
            "style, quality, colours, counts, brands without letters, places, charts, drawings. A picture of which nothing is recognised is answered all the same, with even shares in classify and no tags: set a threshold. "
            "A cat among the labels is found by its breed's name. Text is read in Latin and Chinese scripts; a page of some 40 lines is read whole, of a denser one headings, the beginning and some of every part; handwriting seldom. "
            "What a page with text shows beside it is not looked at. Where the operator has set a hosted model that takes pictures, it looks at pictures and pages itself, on priority standard."
        }
        p {
            (inline("`visual_tokens` of a picture or page are its squares of 32 pixels, once it is scaled down to 4 megapixels; a page counts as drawn at 150 pixels an inch, A4 has 2,145. `tokens` of an answer \
            contain them; what was read in a picture or a document is not counted again. In a batch they count once, in the first text that was worked on. With `explain`, evidence beyond the end of your text is in \
            the words of what was seen. Answers are kept under the digest of the bytes: the same file from another URL is a hit."))
        }
    }
}
