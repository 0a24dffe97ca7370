//! A function: what one Lambda runs, and what the server runs beside all others in one process.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

use contract::resources::{Trigger, Worker};
use contract::settings::WrongSetting;
use contract::validate::typed;
use contract::{Check, Credits, Endpoint, Fault, Route};
use futures::future::BoxFuture;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::StoreError;

use crate::{ApiError, CachePlan, Cx, Hit, Plan, Platform, Quote, Quoter, Request, Response};

/// Name and work of one function.
#[derive(Debug)]
pub struct Function {
    pub name: &'static str,
    pub work: Work,
    /// Judges settings that only this function reads; a Lambda with a wrong one does not start.
    pub(crate) settings: fn() -> Result<(), WrongSetting>,
}

#[derive(Debug)]
pub enum Work {
    Http(HttpFunction),
    Queue(QueueFunction),
    Schedule(ScheduleFunction),
}

type Prepared = Box<dyn Any + Send + Sync>;
pub(crate) type Answer = Response<Value>;
type Prepare = fn(Value) -> Result<Prepared, Vec<Fault>>;
type PlannedCall = Result<(Request<Prepared>, Option<CachePlan>), ApiError>;
type PlanHook = Box<dyn Fn(Cx, Request<Prepared>) -> BoxFuture<'static, PlannedCall> + Send + Sync>;
type QuoteHook = Box<
    dyn for<'a> Fn(
            &'a Arc<Platform>,
            &'a (dyn Any + Send + Sync),
            &'a [Option<Hit>],
        ) -> BoxFuture<'a, Result<Quote, ApiError>>
        + Send
        + Sync,
>;
type Handler =
    Box<dyn Fn(Cx, Request<Prepared>) -> BoxFuture<'static, Result<Answer, ApiError>> + Send + Sync>;
type MessageHandler =
    Box<dyn Fn(Arc<Platform>, String) -> BoxFuture<'static, Result<(), WorkerError>> + Send + Sync>;
type ScheduleHandler = Box<dyn Fn(Arc<Platform>) -> BoxFuture<'static, Result<(), StoreError>> + Send + Sync>;

/// An endpoint behind the pipeline. Erased, so that the pipeline compiles once.
pub struct HttpFunction {
    pub route: Route,
    schema: OnceLock<Value>,
    pub(crate) prepare: Prepare,
    pub(crate) plan: Option<PlanHook>,
    pub(crate) quote: Option<QuoteHook>,
    pub(crate) handle: Handler,
}

pub struct QueueFunction {
    pub worker: Worker,
    pub(crate) handle: MessageHandler,
}

pub struct ScheduleFunction {
    pub worker: Worker,
    pub(crate) handle: ScheduleHandler,
}

/// Why a message stays in its queue. Shown in the log only.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct WorkerError(#[from] Box<dyn std::error::Error + Send + Sync>);

impl WorkerError {
    pub fn new(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(error.into())
    }
}

impl From<StoreError> for WorkerError {
    fn from(error: StoreError) -> Self {
        Self::new(error)
    }
}

impl From<ApiError> for WorkerError {
    fn from(error: ApiError) -> Self {
        Self::new(error)
    }
}

impl Function {
    /// An endpoint whose handler needs nothing but the context.
    pub fn http<Req, Res, F>(endpoint: Endpoint<Req, Res>, handle: fn(Cx, Request<Req>) -> F) -> Self
    where
        Req: DeserializeOwned + JsonSchema + Check + Send + Sync + 'static,
        Res: Serialize + JsonSchema + 'static,
        F: Future<Output = Result<Response<Res>, ApiError>> + Send + 'static,
    {
        Self::erased(endpoint.route, Box::new(move |cx, request| answer(handle, cx, request))).typed::<Req>()
    }

    /// An endpoint with heavy state, loaded once a process at its first call.
    pub fn with<State, Req, Res, F>(
        endpoint: Endpoint<Req, Res>,
        load: fn(&Platform) -> Result<State, ApiError>,
        handle: fn(Arc<State>, Cx, Request<Req>) -> F,
    ) -> Self
    where
        State: Send + Sync + 'static,
        Req: DeserializeOwned + JsonSchema + Check + Send + Sync + 'static,
        Res: Serialize + JsonSchema + 'static,
        F: Future<Output = Result<Response<Res>, ApiError>> + Send + 'static,
    {
        let handle = move |cx: Cx, request| match cx.platform.shared(load) {
            Ok(state) => answer(move |cx, request| handle(state, cx, request), cx, request),
            Err(error) => Box::pin(async move { Err(error) }) as BoxFuture<'static, _>,
        };
        Self::erased(endpoint.route, Box::new(handle)).typed::<Req>()
    }

    fn erased(route: Route, handle: Handler) -> Self {
        let function = HttpFunction {
            route,
            schema: OnceLock::new(),
            prepare: |_| Ok(Box::new(())),
            plan: None,
            quote: None,
            handle,
        };
        Self { name: route.name, work: Work::Http(function), settings: none_wrong }
    }

    fn typed<Req: DeserializeOwned + Check + Send + Sync + 'static>(mut self) -> Self {
        if let Work::Http(function) = &mut self.work {
            function.prepare = prepare::<Req>;
        }
        self
    }

    /// The price of a request of a priced endpoint.
    pub fn quoted<Req: 'static>(mut self, price: fn(&Req) -> Credits) -> Self {
        if let Work::Http(function) = &mut self.work {
            function.quote = Some(Box::new(move |_, request, _| {
                let price = request.downcast_ref().map_or(Credits::ZERO, price);
                Box::pin(async move { Ok(Quote { price, ..Quote::default() }) })
            }));
        }
        self
    }

    /// An endpoint whose answers may be given again. `plan` resolves what a request names and says under which keys its
    /// answer is kept; `quote` prices what the cache has not; `handle` gets the planned work.
    pub fn planned<Req, Planned, Res, P, H>(
        endpoint: Endpoint<Req, Res>,
        plan: fn(Cx, Request<Req>) -> P,
        quote: Quoter<Planned>,
        handle: fn(Cx, Request<Planned>) -> H,
    ) -> Self
    where
        Req: DeserializeOwned + JsonSchema + Check + Send + Sync + 'static,
        Planned: Send + Sync + 'static,
        Res: Serialize + JsonSchema + 'static,
        P: Future<Output = Result<Plan<Planned>, ApiError>> + Send + 'static,
        H: Future<Output = Result<Response<Res>, ApiError>> + Send + 'static,
    {
        let mut function =
            Self::erased(endpoint.route, Box::new(move |cx, request| answer(handle, cx, request)))
                .typed::<Req>();
        if let Work::Http(function) = &mut function.work {
            function.plan = Some(Box::new(move |cx, request| planned(plan, cx, request)));
            function.quote =
                Some(Box::new(move |platform, work, hits| match work.downcast_ref::<Planned>() {
                    Some(work) => quote(platform, work, hits),
                    None => {
                        Box::pin(async { Err(ApiError::internal("a quote got other work than its own")) })
                    }
                }));
        }
        function
    }

    /// A worker of the messages of a queue; each message's body is handed over as text.
    pub fn queue<F>(worker: Worker, handle: fn(Arc<Platform>, String) -> F) -> Self
    where
        F: Future<Output = Result<(), WorkerError>> + Send + 'static,
    {
        debug_assert!(!matches!(worker.trigger, Trigger::Schedule { .. }));
        let handle: MessageHandler = Box::new(move |platform, body| Box::pin(handle(platform, body)));
        let work = Work::Queue(QueueFunction { worker, handle });
        Self { name: worker.name, work, settings: none_wrong }
    }

    /// Work that a clock starts.
    pub fn schedule<F>(worker: Worker, handle: fn(Arc<Platform>) -> F) -> Self
    where
        F: Future<Output = Result<(), StoreError>> + Send + 'static,
    {
        let handle: ScheduleHandler = Box::new(move |platform| Box::pin(handle(platform)));
        let work = Work::Schedule(ScheduleFunction { worker, handle });
        Self { name: worker.name, work, settings: none_wrong }
    }

    /// Settings that only this function reads, judged before it starts as a Lambda.
    pub fn settings(mut self, check: fn() -> Result<(), WrongSetting>) -> Self {
        self.settings = check;
        self
    }
}

fn none_wrong() -> Result<(), WrongSetting> {
    Ok(())
}

impl HttpFunction {
    /// The schema of the request, built once.
    pub(crate) fn schema(&self) -> &Value {
        self.schema.get_or_init(self.route.request_schema)
    }
}

impl ScheduleFunction {
    pub async fn run(&self, platform: Arc<Platform>) -> Result<(), StoreError> {
        (self.handle)(platform).await
    }
}

fn prepare<Req: DeserializeOwned + Check + Send + Sync + 'static>(
    value: Value,
) -> Result<Prepared, Vec<Fault>> {
    Ok(Box::new(typed::<Req>(value)?))
}

fn planned<Req, Planned, P>(
    plan: fn(Cx, Request<Req>) -> P,
    cx: Cx,
    request: Request<Prepared>,
) -> BoxFuture<'static, PlannedCall>
where
    Req: Send + 'static,
    Planned: Send + Sync + 'static,
    P: Future<Output = Result<Plan<Planned>, ApiError>> + Send + 'static,
{
    Box::pin(async move {
        let Request { data, sent, file, headers } = request;
        let data =
            *data.downcast().map_err(|_| ApiError::internal("a plan got another request than its own"))?;
        let again = (sent.clone(), file.clone(), headers.clone());
        let Plan { work, cache } = plan(cx, Request { data, sent, file, headers }).await?;
        let data: Prepared = Box::new(work);
        Ok((Request { data, sent: again.0, file: again.1, headers: again.2 }, cache))
    })
}

fn answer<Req, Res, F>(
    handle: impl FnOnce(Cx, Request<Req>) -> F + Send + 'static,
    cx: Cx,
    request: Request<Prepared>,
) -> BoxFuture<'static, Result<Answer, ApiError>>
where
    Req: Send + 'static,
    Res: Serialize + 'static,
    F: Future<Output = Result<Response<Res>, ApiError>> + Send + 'static,
{
    Box::pin(async move {
        let Request { data, sent, file, headers } = request;
        let data =
            *data.downcast().map_err(|_| ApiError::internal("a handler got another request than its own"))?;
        handle(cx, Request { data, sent, file, headers }).await?.erase()
    })
}

impl fmt::Debug for HttpFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpFunction").field("route", &self.route.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for QueueFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueFunction").field("worker", &self.worker.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for ScheduleFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScheduleFunction").field("worker", &self.worker.name).finish_non_exhaustive()
    }
}
