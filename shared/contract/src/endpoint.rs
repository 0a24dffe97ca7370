//! An endpoint as a typed constant. Folder = package = binary = Lambda name = operationId = [`Route::name`].

use std::marker::PhantomData;

use schemars::JsonSchema;
use serde_json::Value;

use crate::limits::{LimitClass, MAX_JSON_BODY};
use crate::resources::Needs;
use crate::{Check, ErrorKind, Family, Scope};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    Get,
    Post,
    Patch,
    Delete,
}

impl Method {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// How the request arrives. Limits are bytes of the decoded body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Path and query parameters only; a body is ignored.
    Parameters,
    Json {
        max_bytes: usize,
    },
    /// `file` (with a file name) and `data` (JSON), as multipart/form-data.
    Multipart {
        max_bytes: usize,
    },
    /// The fields of the body as parts of multipart/form-data, of which one may be a file; or as JSON.
    Form {
        max_bytes: usize,
        /// The field that may be a file.
        file: &'static str,
    },
}

/// What a Lambda of this endpoint is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Store calls only: 256 MB, 10 seconds.
    Light,
    /// Decodes and encodes pictures: 2 GB, 29 seconds.
    Pictures,
    /// Runs models on texts: 1 GB, 29 seconds.
    Models,
}

impl Size {
    pub const fn memory_mb(self) -> u32 {
        match self {
            Self::Light => 256,
            Self::Pictures => 2048,
            Self::Models => 1024,
        }
    }

    pub const fn timeout_seconds(self) -> u32 {
        match self {
            Self::Light => 25,
            Self::Pictures | Self::Models => 29,
        }
    }
}

/// The facts of an endpoint without its types, for everything that loops over all of them.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    pub name: &'static str,
    pub method: Method,
    /// Below the family's prefixes; parameters in braces: `/image/edit/async/{id}`.
    pub path: &'static str,
    /// Further paths of the same function.
    pub also: &'static [&'static str],
    /// Whether HEAD is answered too.
    pub head: bool,
    pub family: Family,
    /// `None`: served without a key.
    pub scope: Option<Scope>,
    /// Scopes that will do as well.
    pub or_scopes: &'static [Scope],
    /// Whether it is served without a key too where public mode is on.
    pub public: bool,
    pub summary: &'static str,
    /// Status of a success.
    pub status: u16,
    pub input: Input,
    pub size: Size,
    pub needs: &'static [Needs],
    pub limit: Option<LimitClass>,
    /// Whether a success costs credits.
    pub priced: bool,
    /// Whether it may take as long as it takes where the client waits: outside Lambda it has hours.
    pub patient: bool,
    /// Whether the answer holds a secret, so that a kept idempotent answer is encrypted.
    pub secret_answer: bool,
    /// Whether the body holds a secret, so that no log keeps it.
    pub secret_request: bool,
    /// What the route answers with when it is not the family's JSON.
    pub media: Option<&'static str>,
    /// Errors of its own, beside those that follow from its other facts.
    pub fails: &'static [ErrorKind],
    pub request_schema: fn() -> Value,
    pub response_schema: fn() -> Value,
    pub example: Option<fn() -> Value>,
}

impl Route {
    /// Every path the route answers, with the family's prefixes.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        let paths = std::iter::once(self.path).chain(self.also.iter().copied());
        paths.flat_map(|path| self.family.prefixes().iter().map(move |prefix| format!("{prefix}{path}")))
    }

    /// Names of the path parameters in order.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Bytes of body that are read at most.
    pub const fn max_body(&self) -> usize {
        match self.input {
            Input::Parameters => MAX_JSON_BODY,
            Input::Json { max_bytes } | Input::Multipart { max_bytes } | Input::Form { max_bytes, .. } => {
                max_bytes
            }
        }
    }

    /// The scopes of which a key needs one; none of a route that needs no key.
    pub fn scopes(&self) -> impl Iterator<Item = Scope> {
        self.scope.into_iter().chain(self.or_scopes.iter().copied())
    }

    /// Whether a key with these scopes may use it.
    pub fn granted_by(&self, held: &[Scope]) -> bool {
        self.scope.is_none() || self.scopes().any(|scope| scope.granted_by(held))
    }

    /// Whether `Idempotency-Key` is honoured.
    pub fn idempotent_by_key(&self) -> bool {
        self.method == Method::Post && self.scope.is_some()
    }
}

/// A route with the types of its request and response.
#[derive(Debug)]
pub struct Endpoint<Req, Res> {
    pub route: Route,
    types: PhantomData<fn(Req) -> Res>,
}

impl<Req, Res> Clone for Endpoint<Req, Res> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Req, Res> Copy for Endpoint<Req, Res> {}

impl<Req: JsonSchema + Check, Res: JsonSchema> Endpoint<Req, Res> {
    const fn new(method: Method, name: &'static str, path: &'static str, input: Input) -> Self {
        let route = Route {
            name,
            method,
            path,
            also: &[],
            head: false,
            family: Family::Platform,
            scope: None,
            or_scopes: &[],
            public: false,
            summary: "",
            status: 200,
            input,
            size: Size::Light,
            needs: &[],
            limit: None,
            priced: false,
            patient: false,
            secret_answer: false,
            secret_request: false,
            media: None,
            fails: &[],
            request_schema: schema_of::<Req>,
            response_schema: schema_of::<Res>,
            example: None,
        };
        Self { route, types: PhantomData }
    }

    pub const fn get(name: &'static str, path: &'static str) -> Self {
        Self::new(Method::Get, name, path, Input::Parameters)
    }

    pub const fn post(name: &'static str, path: &'static str) -> Self {
        Self::new(Method::Post, name, path, Input::Json { max_bytes: MAX_JSON_BODY })
    }

    pub const fn patch(name: &'static str, path: &'static str) -> Self {
        Self::new(Method::Patch, name, path, Input::Json { max_bytes: MAX_JSON_BODY })
    }

    pub const fn delete(name: &'static str, path: &'static str) -> Self {
        Self::new(Method::Delete, name, path, Input::Parameters)
    }

    pub const fn family(mut self, family: Family) -> Self {
        self.route.family = family;
        self
    }

    pub const fn also(mut self, paths: &'static [&'static str]) -> Self {
        self.route.also = paths;
        self
    }

    pub const fn head(mut self) -> Self {
        self.route.head = true;
        self
    }

    pub const fn scope(mut self, scope: Scope) -> Self {
        self.route.scope = Some(scope);
        self
    }

    /// Further scopes of which any will do.
    pub const fn or_scopes(mut self, scopes: &'static [Scope]) -> Self {
        self.route.or_scopes = scopes;
        self
    }

    pub const fn public(mut self) -> Self {
        self.route.public = true;
        self
    }

    pub const fn summary(mut self, summary: &'static str) -> Self {
        self.route.summary = summary;
        self
    }

    /// 201 instead of 200.
    pub const fn creates(mut self) -> Self {
        self.route.status = 201;
        self
    }

    /// 202 instead of 200.
    pub const fn accepts(mut self) -> Self {
        self.route.status = 202;
        self
    }

    /// Takes its path's parameters only, whatever its method.
    pub const fn no_body(mut self) -> Self {
        self.route.input = Input::Parameters;
        self
    }

    pub const fn multipart(mut self, max_bytes: usize) -> Self {
        self.route.input = Input::Multipart { max_bytes };
        self
    }

    /// Fields in a form, of which one may be a file, or JSON.
    pub const fn form(mut self, max_bytes: usize, file: &'static str) -> Self {
        self.route.input = Input::Form { max_bytes, file };
        self
    }

    /// A JSON body of up to so many bytes.
    pub const fn body(mut self, max_bytes: usize) -> Self {
        self.route.input = Input::Json { max_bytes };
        self
    }

    pub const fn size(mut self, size: Size) -> Self {
        self.route.size = size;
        self
    }

    pub const fn needs(mut self, needs: &'static [Needs]) -> Self {
        self.route.needs = needs;
        self
    }

    pub const fn limit(mut self, class: LimitClass) -> Self {
        self.route.limit = Some(class);
        self
    }

    pub const fn priced(mut self) -> Self {
        self.route.priced = true;
        self
    }

    /// Where nothing ends it from outside, it has hours.
    pub const fn patient(mut self) -> Self {
        self.route.patient = true;
        self
    }

    pub const fn secret_answer(mut self) -> Self {
        self.route.secret_answer = true;
        self
    }

    pub const fn secret_request(mut self) -> Self {
        self.route.secret_request = true;
        self
    }

    /// Answers with a body of this media type instead of the family's JSON.
    pub const fn media(mut self, media: &'static str) -> Self {
        self.route.media = Some(media);
        self
    }

    pub const fn fails(mut self, kinds: &'static [ErrorKind]) -> Self {
        self.route.fails = kinds;
        self
    }

    pub const fn example(mut self, example: fn() -> Value) -> Self {
        self.route.example = Some(example);
        self
    }
}

fn schema_of<T: JsonSchema>() -> Value {
    schemars::schema_for!(T).to_value()
}

/// The request of a route that takes nothing.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, JsonSchema)]
pub struct Nothing {}

impl Check for Nothing {}

/// The response of a route that does not answer JSON of its own.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, JsonSchema)]
pub struct Raw {}
