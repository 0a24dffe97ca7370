//! Formats of pictures that can be read.

use common::{ApiError, Cx, Function, Request, Response};
use contract::Nothing;
use contract::endpoints::EXTRACT_IMAGE_FORMATS;
use contract::extraction::{ExtractFormats, NATIVE_FORMATS};
use contract::images::INPUT_FORMATS;

pub fn function() -> Function {
    Function::http(EXTRACT_IMAGE_FORMATS, handle)
}

async fn handle(_: Cx, _: Request<Nothing>) -> Result<Response<ExtractFormats>, ApiError> {
    let named = |formats: &[&str]| formats.iter().map(|format| (*format).to_owned()).collect();
    let converted: Vec<&str> =
        INPUT_FORMATS.iter().copied().filter(|format| !NATIVE_FORMATS.contains(format)).collect();
    Ok(ExtractFormats { supported_formats: named(&NATIVE_FORMATS), converted: named(&converted) }.into())
}
