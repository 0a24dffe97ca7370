//! Models: weights of one's own, and the hosted model.

use super::setting::{Kind, Place, Setting, setting};

pub const MODELS: Setting = setting(
    "ATELIER_MODELS",
    "",
    Place::Serve,
    "Folder of the model files. Unset: models beside the binary, if there; else atelier/models in XDG_CACHE_HOME or ~/.cache.",
);
pub const ENCODER: Setting = setting(
    "ATELIER_ENCODER",
    "",
    Place::Everywhere,
    "A sentence encoder of your own for `standard`: an ONNX file, as a path or s3://bucket/key. Needs the next two.",
);
pub const ENCODER_SHA256: Setting =
    setting("ATELIER_ENCODER_SHA256", "", Place::Everywhere, "SHA-256 of that file; another one is refused.")
        .of(Kind::Sha256);
pub const ENCODER_TOKENIZER: Setting = setting(
    "ATELIER_ENCODER_TOKENIZER",
    "",
    Place::Everywhere,
    "Its tokenizer.json, as a path or s3://bucket/key.",
);
pub const ORT_LIBRARY: Setting = setting(
    "ATELIER_ORT_LIBRARY",
    "",
    Place::Serve,
    "Path of libonnxruntime.so: models that look at pictures run by ONNX Runtime. Unset: by the built-in library.",
);
pub const LLM_URL: Setting = setting(
    "ATELIER_LLM_URL",
    "",
    Place::Everywhere,
    "Base URL of a hosted model, as `http://localhost:11434/v1`. Unset: the provider's own, where another ATELIER_LLM_ setting chooses one.",
)
.of(Kind::Url);
pub const LLM_KEY: Setting = setting(
    "ATELIER_LLM_KEY",
    "",
    Place::Hosted,
    "Key of the hosted model. On Bedrock an API key; unset there, calls are signed with the credentials of AWS.",
)
.of(Kind::Secret);
pub const LLM_MODEL: Setting = setting(
    "ATELIER_LLM_MODEL",
    "",
    Place::Everywhere,
    "Name of the hosted model. May be unset for a server at ATELIER_LLM_URL that has only one.",
);
pub const LLM_WIRE: Setting = setting(
    "ATELIER_LLM_WIRE",
    "openai",
    Place::Everywhere,
    "Wire of the hosted model: openai (chat completions; also vLLM, Ollama, llama.cpp), gemini, anthropic or bedrock.",
)
.of(Kind::OneOf(&["openai", "gemini", "anthropic", "bedrock"], "openai, gemini, anthropic or bedrock"));
pub const LLM_FALLBACK: Setting = setting(
    "ATELIER_LLM_FALLBACK",
    "off",
    Place::Everywhere,
    "`on`: the local model answers when the hosted one fails; otherwise the call fails with 502 or 503.",
)
.of(Kind::Switch);
pub const LLM_VISION: Setting = setting(
    "ATELIER_LLM_VISION",
    "on",
    Place::Everywhere,
    "`off`: the hosted model takes no pictures; it is told what the local models read and recognise in them.",
)
.of(Kind::Switch);

/// What a server is asked for that has only one model.
pub const ONLY_MODEL: &str = "default";

/// Name of the operator's text encoder, where there is one.
pub fn own_encoder() -> Option<String> {
    let sha256 = ENCODER.value().and(ENCODER_SHA256.value())?;
    Some(format!("encoder-{}", sha256.get(..12).unwrap_or(&sha256).to_ascii_lowercase()))
}

/// Name of the hosted model, where the settings choose one.
///
/// Why the wire's default counts for nothing: the template sets every variable.
pub fn hosted_model() -> Option<String> {
    let chosen = LLM_URL.value().is_some()
        || LLM_MODEL.value().is_some()
        || LLM_WIRE.value_or_default() != LLM_WIRE.default;
    chosen.then(|| LLM_MODEL.value().unwrap_or_else(|| ONLY_MODEL.to_owned()))
}
