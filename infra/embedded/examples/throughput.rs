//! How many asynchronous jobs a second the embedded stores take: per job what an accepting request writes (a
//! counter, a reservation and a settlement as transactions, a log row, usage) and a queue message; then
//! reads.
//!
//! `cargo run --release -p embedded --example throughput [folder]`

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, Put, ScalarAttributeType,
    TransactWriteItem, Update,
};
use embedded::{Embedded, EmbeddedOptions};

const CLIENTS: usize = 16;
const ACCOUNTS: usize = 20;
const DURATION: Duration = Duration::from_secs(5);

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn one() -> AttributeValue {
    AttributeValue::N("1".to_owned())
}

async fn make_table(client: &Client) -> Result<(), Failure> {
    let attribute = |name: &str| {
        AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build()
    };
    let key =
        |name: &str, kind: KeyType| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    let table = client.create_table().table_name("main").billing_mode(BillingMode::PayPerRequest);
    let table = table.attribute_definitions(attribute("pk")?).attribute_definitions(attribute("sk")?);
    let table = table.key_schema(key("pk", KeyType::Hash)?).key_schema(key("sk", KeyType::Range)?);
    table.send().await?;
    Ok(())
}

fn row(pk: String, sk: &str) -> Result<TransactWriteItem, Failure> {
    let put = Put::builder()
        .table_name("main")
        .item("pk", text(pk))
        .item("sk", text(sk))
        .item("body", text("x".repeat(400)))
        .condition_expression("attribute_not_exists(pk)");
    Ok(TransactWriteItem::builder().put(put.build()?).build())
}

fn counted(account: usize, attribute: &str) -> Result<TransactWriteItem, Failure> {
    let update = Update::builder()
        .table_name("main")
        .key("pk", text(format!("account{account}")))
        .key("sk", text("balance"))
        .update_expression("ADD #counted :one")
        .expression_attribute_names("#counted", attribute)
        .expression_attribute_values(":one", one());
    Ok(TransactWriteItem::builder().update(update.build()?).build())
}

async fn job(client: &Client, queue: &aws_sdk_sqs::Client, url: &str, name: String) -> Result<(), Failure> {
    let account = name.len() % ACCOUNTS;
    let counter = client.update_item().table_name("main").key("pk", text(format!("rate{account}")));
    let counter = counter.key("sk", text("minute")).update_expression("ADD used :one");
    let counter = counter.condition_expression("attribute_not_exists(used) OR used < :most");
    let most = AttributeValue::N("1000000000".to_owned());
    counter
        .expression_attribute_values(":one", one())
        .expression_attribute_values(":most", most)
        .send()
        .await?;
    let reserve = client.transact_write_items().transact_items(counted(account, "held")?);
    let reserve =
        reserve.transact_items(row(name.clone(), "hold")?).transact_items(row(name.clone(), "task")?);
    reserve.send().await?;
    let settle = client.transact_write_items().transact_items(counted(account, "spent")?);
    settle.transact_items(row(name.clone(), "ledger")?).send().await?;
    let log = client.put_item().table_name("main").item("pk", text(name.clone())).item("sk", text("log"));
    log.item("body", text("x".repeat(300))).send().await?;
    let usage = client.update_item().table_name("main").key("pk", text(format!("usage{account}")));
    let usage = usage.key("sk", text("hour")).update_expression("ADD calls :one");
    usage.expression_attribute_values(":one", one()).send().await?;
    queue.send_message().queue_url(url).message_body(name).send().await?;
    Ok(())
}

async fn read(client: &Client, name: String) -> Result<(), Failure> {
    let get = client.get_item().table_name("main").key("pk", text(name)).key("sk", text("task"));
    get.consistent_read(true).send().await?;
    Ok(())
}

/// CPU time of the process so far, of all threads, from the fields `utime` and `stime` of Linux.
fn cpu_time() -> Result<Duration, Failure> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(2).map(str::parse::<u64>).sum::<Result<_, _>>()?;
    // Linux counts in hundredths of a second on all common systems.
    Ok(Duration::from_millis(ticks * 10))
}

/// Runs a piece of work from all clients at once and prints how often it was done.
async fn measure<W, F>(what: &str, work: W) -> Result<(), Failure>
where
    W: Fn(String) -> F + Clone + Send + 'static,
    F: Future<Output = Result<(), Failure>> + Send,
{
    let (start, cpu, run) = (Instant::now(), cpu_time()?, std::process::id());
    let tasks: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let work = work.clone();
            tokio::spawn(async move {
                let mut times = Vec::new();
                while start.elapsed() < DURATION {
                    let begin = Instant::now();
                    work(format!("{run:x}-{client}-{}", times.len())).await?;
                    times.push(begin.elapsed());
                }
                Ok::<_, Failure>(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    times.sort_unstable();
    let rate = times.len() as f64 / start.elapsed().as_secs_f64();
    let cpu = (cpu_time()? - cpu) / u32::try_from(times.len())?;
    let (median, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!("{what}: CPU {cpu:?} each, {rate:.0}/s, median {median:?}, p99 {p99:?}");
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let start = Instant::now();
    let stores = match std::env::args().nth(1) {
        Some(folder) => Embedded::open(folder.as_ref(), &EmbeddedOptions::default())?,
        None => Embedded::temporary()?,
    };
    println!("opened in {:?}", start.elapsed());
    let (client, queue) = (stores.dynamodb_client(), stores.sqs_client());
    if client.describe_table().table_name("main").send().await.is_err() {
        make_table(&client).await?;
    }
    let url = queue.create_queue().queue_name("edits").send().await?.queue_url.unwrap_or_default();
    let writer = client.clone();
    measure("jobs", move |name| {
        let (client, queue, url) = (writer.clone(), queue.clone(), url.clone());
        async move { job(&client, &queue, &url, name).await }
    })
    .await?;
    measure("reads", move |name| {
        let client = client.clone();
        async move { read(&client, name).await }
    })
    .await?;
    stores.close().await;
    Ok(())
}
