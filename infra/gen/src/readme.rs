//! Tables of the README.

use contract::Route;
use contract::endpoints::ROUTES;
use contract::settings::{self, Place};

/// One line an endpoint.
pub fn endpoints() -> String {
    let mut lines =
        vec!["| route | what it does | scope | function |".to_owned(), "|---|---|---|---|".to_owned()];
    lines.extend(ROUTES.iter().map(|route| endpoint(route)));
    lines.push(String::new());
    lines.push("Image routes answer under `/v1` too.".to_owned());
    lines.join("\n") + "\n"
}

fn endpoint(route: &Route) -> String {
    let first = route.family.prefixes()[0];
    let method =
        if route.head { format!("{}, HEAD", route.method.name()) } else { route.method.name().to_owned() };
    let also: String = route.also.iter().map(|path| format!(", `{first}{path}`")).collect();
    let scopes: Vec<_> = route.scopes().map(|scope| format!("`{}`", scope.name())).collect();
    let scope = if scopes.is_empty() { "no key".to_owned() } else { scopes.join(" or ") };
    let name = route.name;
    format!(
        "| `{method} {first}{}`{also} | {} | {scope} | [{name}](functions/{name}) |",
        route.path, route.summary
    )
}

/// One line a setting that an operator may use; those of tests are left out.
pub fn settings() -> String {
    let mut lines =
        vec!["| variable | default | where | what it does |".to_owned(), "|---|---|---|---|".to_owned()];
    lines.extend(settings::ALL.iter().filter(|setting| setting.place != Place::Test).map(|setting| {
        let default =
            if setting.default.is_empty() { String::new() } else { format!("`{}`", setting.default) };
        let place = match setting.place {
            Place::Serve => "`atelier serve`",
            Place::Aws => "AWS, set by the template",
            Place::Everywhere | Place::Hosted | Place::Test => "everywhere",
        };
        format!("| `{}` | {default} | {place} | {} |", setting.name, setting.doc)
    }));
    lines.join("\n") + "\n"
}
