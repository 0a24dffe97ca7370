//! What a client does, a function for each kind of load.

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};

use crate::Load;
use crate::connection::{Call, Connection};
use crate::load::{keys, run};
use crate::report::Report;

const ASYNC: &str = "/v1-beta1/image/edit/async";
const JSON: &str = "application/json";
const BOUNDARY: &str = "part-of-the-load-5f1a9c";

async fn expect(connection: &mut Connection, call: Call) -> Result<Bytes> {
    let what = format!("{} {}", call.method, call.path);
    let (status, body) = connection.send(call).await?;
    if !status.is_success() {
        bail!("{what}: {status}: {}", String::from_utf8_lossy(&body));
    }
    Ok(body)
}

/// The task in an answer: its id and its status.
fn task(body: &[u8]) -> Result<(u64, String)> {
    let answer: Value = serde_json::from_slice(body)?;
    let task = &answer["data"];
    let id = task["id"].as_u64().context("an answer without the task's id")?;
    Ok((id, task["status"].as_str().unwrap_or_default().to_owned()))
}

fn post(key: &str, path: &str, body: Bytes) -> Call {
    Call { method: Method::POST, path: path.into(), key: key.into(), media: JSON.into(), body }
}

fn get(key: &str, path: String) -> Call {
    Call { method: Method::GET, path, key: key.into(), media: String::new(), body: Bytes::new() }
}

pub async fn accept(load: Load, input: &str, tasks: &Path) -> Result<Report> {
    let keys = keys(&load)?;
    let body = json!({"input": input, "operations": {"resizing": {"width": 1000}}});
    let body = Bytes::from(body.to_string());
    let made = Rc::new(RefCell::new(String::new()));
    let list = made.clone();
    let report = run(&load, async move |connection: &mut Connection, number| {
        let place = number % keys.len();
        let (id, _) = task(&expect(connection, post(&keys[place], ASYNC, body.clone())).await?)?;
        list.borrow_mut().push_str(&format!("{place} {id}\n"));
        Ok(())
    })
    .await?;
    fs::write(tasks, made.take()).with_context(|| format!("{} cannot be written", tasks.display()))?;
    Ok(report)
}

pub async fn look(load: Load, tasks: &Path) -> Result<Report> {
    let keys = keys(&load)?;
    let text = fs::read_to_string(tasks).with_context(|| format!("{} cannot be read", tasks.display()))?;
    let tasks: Vec<(usize, u64)> = text.lines().map(listed).collect::<Result<_>>()?;
    ensure!(!tasks.is_empty(), "there is no task to look at");
    run(&load, async move |connection: &mut Connection, number| {
        // Why a stride: neighbours in the file lie side by side in the store.
        let (place, id) = tasks[number.wrapping_mul(7919) % tasks.len()];
        let key = keys.get(place).context("a task of a key that is not in the file")?;
        let (found, _) = task(&expect(connection, get(key, format!("{ASYNC}/{id}"))).await?)?;
        ensure!(found == id, "asked for task {id} and got {found}");
        Ok(())
    })
    .await
}

/// A line of the file of tasks: the place of its key, from 0, and its id.
fn listed(line: &str) -> Result<(usize, u64)> {
    let (place, id) = line.split_once(' ').context("a line of tasks is a place and an id")?;
    Ok((place.parse()?, id.parse()?))
}

pub async fn post_all(load: Load, path: &str, bodies: &Path) -> Result<Report> {
    let keys = keys(&load)?;
    let text = fs::read_to_string(bodies).with_context(|| format!("{} cannot be read", bodies.display()))?;
    let bodies: Vec<Bytes> = text.lines().map(|line| Bytes::from(line.to_owned())).collect();
    ensure!(!bodies.is_empty(), "there is nothing to post");
    let path = path.to_owned();
    run(&load, async move |connection: &mut Connection, number| {
        let call = post(&keys[number % keys.len()], &path, bodies[number % bodies.len()].clone());
        expect(connection, call).await.map(drop)
    })
    .await
}

pub async fn upload(load: Load, picture: &Path, request: &str) -> Result<Report> {
    let keys = keys(&load)?;
    let picture = fs::read(picture).with_context(|| format!("{} cannot be read", picture.display()))?;
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n{request}\r\n--{BOUNDARY}\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"picture.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
    );
    let end = format!("\r\n--{BOUNDARY}--\r\n");
    let body = Bytes::from([head.as_bytes(), &picture, end.as_bytes()].concat());
    run(&load, async move |connection: &mut Connection, number| {
        let call = Call {
            method: Method::POST,
            path: "/v1-beta1/image/edit/upload".into(),
            key: keys[number % keys.len()].clone(),
            media: format!("multipart/form-data; boundary={BOUNDARY}"),
            body: body.clone(),
        };
        expect(connection, call).await.map(drop)
    })
    .await
}

pub async fn edit(load: Load, input: &str, request: &str) -> Result<Report> {
    let keys = keys(&load)?;
    let mut body: Value = serde_json::from_str(request).context("the request is not JSON")?;
    body["input"] = input.into();
    let body = Bytes::from(body.to_string());
    run(&load, async move |connection: &mut Connection, number| {
        let key = &keys[number % keys.len()];
        let (id, mut status) = task(&expect(connection, post(key, ASYNC, body.clone())).await?)?;
        while matches!(status.as_str(), "ACCEPTED" | "PROCESSING") {
            let answer = expect(connection, get(key, format!("{ASYNC}/{id}?wait=20"))).await?;
            status = task(&answer)?.1;
            ensure!(status != "ERROR", "{}", String::from_utf8_lossy(&answer));
        }
        Ok(())
    })
    .await
}
