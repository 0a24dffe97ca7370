//! How `atelier` is linked.

use std::process::Command;

/// The relocations of a binary of this size take 2 MB, all of them read at its start; packed, 25 KB. It stays position-independent.
/// glibc knows packed ones from 2.36 on, and a binary that asks an older one for them does not start.
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let host = std::env::var("HOST").ok();
    if host.is_some_and(|it| it.ends_with("linux-gnu"))
        && std::env::var("TARGET") == std::env::var("HOST")
        && glibc() >= Some((2, 36))
    {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

fn glibc() -> Option<(u32, u32)> {
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?.stdout;
    let text = String::from_utf8(said).ok()?;
    let (major, minor) = text.strip_prefix("glibc ")?.trim().split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
