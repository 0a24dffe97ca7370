//! DynamoDB items to and from plain values. Every item carries `v`, the version of its shape.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use contract::Credits;

use crate::StoreError;

/// The version of the shape of every item written by this code.
const SHAPE: i64 = 1;

/// One item of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Item(pub(crate) HashMap<String, AttributeValue>);

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

impl Item {
    pub(crate) fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self::default().text("pk", pk).text("sk", sk).number("v", SHAPE)
    }

    pub(crate) fn text(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.insert(name.into(), text(value));
        self
    }

    pub(crate) fn number(mut self, name: &str, value: i64) -> Self {
        self.0.insert(name.into(), number(value));
        self
    }

    pub(crate) fn flag(mut self, name: &str, value: bool) -> Self {
        self.0.insert(name.into(), AttributeValue::Bool(value));
        self
    }

    pub(crate) fn optional_text(self, name: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    pub(crate) fn optional_number(self, name: &str, value: Option<i64>) -> Self {
        match value {
            Some(value) => self.number(name, value),
            None => self,
        }
    }

    pub(crate) fn get_text(&self, name: &str) -> Result<&str, StoreError> {
        self.find_text(name).ok_or_else(|| self.lacks(name))
    }

    pub(crate) fn find_text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_s().ok().map(String::as_str)
    }

    pub(crate) fn get_number(&self, name: &str) -> Result<i64, StoreError> {
        self.find_number(name).ok_or_else(|| self.lacks(name))
    }

    pub(crate) fn find_number(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_n().ok()?.parse().ok()
    }

    pub(crate) fn credits(&self, name: &str) -> Credits {
        Credits::from_micro(self.find_number(name).unwrap_or(0))
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.0.get(name).and_then(|value| value.as_bool().ok()).copied().unwrap_or(false)
    }

    fn lacks(&self, name: &str) -> StoreError {
        let key = |name| self.find_text(name).unwrap_or("?");
        StoreError::malformed(format!("item {}/{} has no {name}", key("pk"), key("sk")))
    }
}
