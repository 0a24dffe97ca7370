//! What a `tokenizer.json` says beside its vocabulary, and whether it is what is read here.
//! Source: the format of the Python package `tokenizers`, as its files show it.

use serde::Deserialize;
use serde_json::Value;

use super::hash::FastMap;
use crate::LanguageError;

#[derive(Deserialize)]
pub struct File {
    model: Model,
    #[serde(default)]
    normalizer: Value,
    #[serde(default)]
    pre_tokenizer: Value,
    #[serde(default)]
    post_processor: Value,
}

#[derive(Deserialize)]
struct Model {
    /// Old files do not say it: those have WordPiece or BPE, told apart by `merges`.
    #[serde(rename = "type")]
    kind: Option<String>,
    vocab: Value,
    merges: Option<Value>,
    unk_token: Option<String>,
    continuing_subword_prefix: Option<String>,
    max_input_chars_per_word: Option<usize>,
    #[serde(default)]
    byte_fallback: bool,
}

pub enum Kind {
    WordPiece { cased: bool, unknown: String },
    Bpe,
}

fn refused(what: impl std::fmt::Display) -> LanguageError {
    LanguageError::Vocabulary(format!("{what}; BERT's WordPiece and Llama's byte-fallback BPE are read"))
}

impl File {
    pub fn read(json: &[u8]) -> Result<Self, LanguageError> {
        serde_json::from_slice(json).map_err(|error| LanguageError::Vocabulary(error.to_string()))
    }

    pub fn kind(&self) -> Result<Kind, LanguageError> {
        let guessed = if self.model.merges.is_some() { "BPE" } else { "WordPiece" };
        match self.model.kind.as_deref().unwrap_or(guessed) {
            "WordPiece" => self.word_piece(),
            "BPE" => self.bpe(),
            "Unigram" => Err(refused("its tokenizer is Unigram, as SentencePiece makes it")),
            other => Err(refused(format!("its tokenizer is {other}"))),
        }
    }

    /// Pieces by their ids, of WordPiece.
    pub fn vocabulary(&self) -> FastMap<String, u32> {
        FastMap::deserialize(&self.model.vocab).unwrap_or_default()
    }

    fn word_piece(&self) -> Result<Kind, LanguageError> {
        let model = &self.model;
        let usual = model.continuing_subword_prefix.as_deref().unwrap_or("##") == "##"
            && model.max_input_chars_per_word.unwrap_or(100) == 100;
        if !usual {
            return Err(refused("its WordPiece has other prefixes or lengths than BERT's"));
        }
        if type_of(&self.normalizer) != "BertNormalizer" || type_of(&self.pre_tokenizer) != "BertPreTokenizer"
        {
            return Err(refused("its text is not prepared as BERT's is"));
        }
        let says = |name: &str| self.normalizer.get(name).and_then(Value::as_bool);
        let lower = says("lowercase").unwrap_or(true);
        let plain = says("clean_text").unwrap_or(true) && says("handle_chinese_chars").unwrap_or(true);
        // Unset, accents go with the case.
        if !plain || says("strip_accents").unwrap_or(lower) != lower {
            return Err(refused("its BertNormalizer is set in another way than BERT's"));
        }
        let unknown = model.unk_token.clone().unwrap_or_else(|| "[UNK]".to_owned());
        Ok(Kind::WordPiece { cased: !lower, unknown })
    }

    fn bpe(&self) -> Result<Kind, LanguageError> {
        if !self.model.byte_fallback {
            return Err(refused("its BPE works on bytes, as GPT-2's does"));
        }
        let steps = self.normalizer.get("normalizers").and_then(Value::as_array);
        let steps: Vec<&str> = steps.into_iter().flatten().map(type_of).collect();
        if steps != ["Prepend", "Replace"] || !self.pre_tokenizer.is_null() {
            return Err(refused("its text is not prepared as Llama's is"));
        }
        Ok(Kind::Bpe)
    }

    /// The marks before and after a single text.
    pub fn marks(&self) -> Result<(Option<u32>, Option<u32>), LanguageError> {
        let number = |value: &Value| value.as_u64().and_then(|id| u32::try_from(id).ok());
        let odd = || refused("its marks are put in an unknown way");
        let post = &self.post_processor;
        match type_of(post) {
            "" => Ok((None, None)),
            "BertProcessing" | "RobertaProcessing" => {
                let mark = |name: &str| post.get(name)?.get(1).and_then(number);
                Ok((Some(mark("cls").ok_or_else(odd)?), Some(mark("sep").ok_or_else(odd)?)))
            }
            "TemplateProcessing" => {
                let (mut before, mut after, mut passed) = (None, None, false);
                for part in post.get("single").and_then(Value::as_array).ok_or_else(odd)? {
                    if part.get("Sequence").is_some() {
                        passed = true;
                        continue;
                    }
                    let name = part.pointer("/SpecialToken/id").and_then(Value::as_str).ok_or_else(odd)?;
                    let ids =
                        post.get("special_tokens").and_then(|all| all.get(name)?.get("ids")?.as_array());
                    let [id] = &ids.ok_or_else(odd)?[..] else { return Err(odd()) };
                    let place = if passed { &mut after } else { &mut before };
                    if place.replace(number(id).ok_or_else(odd)?).is_some() {
                        return Err(odd());
                    }
                }
                Ok((before, after))
            }
            _ => Err(odd()),
        }
    }
}

fn type_of(value: &Value) -> &str {
    value.get("type").and_then(Value::as_str).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use crate::tokens::Tokenizer;

    const POST: &str = r#"{"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]}"#;
    const VOCABULARY: &str =
        r###"{"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "cafe": 3, "Café": 4, "##s": 5, "cafes": 6}"###;

    fn file(kind: &str, normalizer: &str, post: &str) -> String {
        format!(
            r#"{{"normalizer": {normalizer}, "pre_tokenizer": {{"type": "BertPreTokenizer"}}, "post_processor": {post},
                "model": {{"type": "{kind}", "vocab": {VOCABULARY}, "unk_token": "[UNK]"}}}}"#
        )
    }

    fn bert(lower: bool) -> String {
        format!(r#"{{"type": "BertNormalizer", "lowercase": {lower}}}"#)
    }

    fn ids(json: &str, text: &str) -> Vec<u32> {
        let tokenizer = Tokenizer::new(json.as_bytes()).unwrap();
        let mut ids = Vec::new();
        tokenizer.encode(text, &mut ids);
        tokenizer.marked(&ids)
    }

    #[test]
    fn case_and_accents_are_kept_where_the_file_says_so() {
        assert_eq!(ids(&file("WordPiece", &bert(true), POST), "Cafés Café"), [1, 6, 3, 2]);
        assert_eq!(ids(&file("WordPiece", &bert(false), POST), "Cafés Café cafe"), [1, 4, 5, 4, 3, 2]);
    }

    #[test]
    fn marks_are_those_of_the_template() {
        let template = r#"{"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}},
            {"SpecialToken": {"id": "[SEP]", "type_id": 0}}], "special_tokens": {"[SEP]": {"id": "[SEP]", "ids": [2]}}}"#;
        assert_eq!(ids(&file("WordPiece", &bert(true), template), "cafe"), [3, 2]);
        assert_eq!(ids(&file("WordPiece", &bert(true), "null"), "cafe"), [3]);
    }

    #[test]
    fn what_would_be_cut_in_another_way_is_refused_by_name() {
        let refusal = |json: &str| Tokenizer::new(json.as_bytes()).map(drop).unwrap_err().to_string();
        assert!(refusal(&file("Unigram", &bert(true), POST)).contains("Unigram"));
        assert!(refusal(&file("WordLevel", &bert(true), POST)).contains("WordLevel"));
        assert!(refusal(&file("BPE", "null", POST)).contains("GPT-2"));
        assert!(refusal(&file("WordPiece", r#"{"type": "NFC"}"#, POST)).contains("not prepared"));
        let stripped = r#"{"type": "BertNormalizer", "lowercase": true, "strip_accents": false}"#;
        assert!(refusal(&file("WordPiece", stripped, POST)).contains("BertNormalizer"));
        assert!(refusal(&file("WordPiece", &bert(true), r#"{"type": "ByteLevel"}"#)).contains("marks"));
        assert!(refusal("{").contains("not usable"));
        assert!(refusal(r#"{"model": {"type": "Unigram", "vocab": [["a", -1.5]]}}"#).contains("Unigram"));
    }
}
