//! Every Lambda function with the facts that its resources follow from.

use std::collections::BTreeSet;

use contract::endpoints::{FALLBACK, ROUTES};
use contract::resources::{AUTHENTICATED, Needs, Trigger, WORKERS};
use contract::{Route, Size};

/// What calls a function.
#[derive(Debug, Clone, Copy)]
pub enum Caller {
    Route(&'static Route),
    /// The gateway's default route.
    Default,
    Event(Trigger),
}

#[derive(Debug, Clone)]
pub struct Function {
    /// Folder, package, binary and Lambda name.
    pub name: &'static str,
    pub summary: &'static str,
    pub memory_mb: u32,
    pub timeout_seconds: u32,
    /// Whether it must not link pixels, models or codecs.
    pub light: bool,
    pub needs: Vec<Needs>,
    pub caller: Caller,
}

/// All functions: routes in the order of the docs, the fallback, the workers.
pub fn functions() -> Vec<Function> {
    let mut all: Vec<Function> = ROUTES.iter().map(|route| of_route(route)).collect();
    all.push(Function {
        name: FALLBACK,
        summary: "Unknown paths and methods, in the shape of their family",
        memory_mb: Size::Light.memory_mb(),
        timeout_seconds: Size::Light.timeout_seconds(),
        light: true,
        needs: Vec::new(),
        caller: Caller::Default,
    });
    all.extend(WORKERS.iter().map(|worker| Function {
        name: worker.name,
        summary: worker.summary,
        memory_mb: worker.memory_mb,
        timeout_seconds: worker.timeout_seconds,
        light: !works_on_pictures(worker.needs),
        needs: worker.needs.to_vec(),
        caller: Caller::Event(worker.trigger),
    }));
    all
}

fn of_route(route: &'static Route) -> Function {
    let own: &[Needs] = if route.scope.is_some() { &AUTHENTICATED } else { &[] };
    let mut seen = BTreeSet::new();
    let needs =
        own.iter().chain(route.needs).copied().filter(|need| seen.insert(format!("{need:?}"))).collect();
    Function {
        name: route.name,
        summary: route.summary,
        memory_mb: route.size.memory_mb(),
        timeout_seconds: route.size.timeout_seconds(),
        light: route.size == Size::Light,
        needs,
        caller: Caller::Route(route),
    }
}

/// What writes results makes them from pixels; what may ask a hosted model runs local ones too.
fn works_on_pictures(needs: &[Needs]) -> bool {
    needs.contains(&Needs::Results) || needs.contains(&Needs::HostedModel)
}

/// `image-edit` → `ImageEdit`: the start of a function's logical names in the template.
pub fn camel(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_what_starts_from_them_are_unique() {
        let all = functions();
        let names: BTreeSet<_> = all.iter().map(|function| function.name).collect();
        let logical: BTreeSet<_> = all.iter().map(|function| camel(function.name)).collect();
        assert_eq!((names.len(), logical.len()), (all.len(), all.len()));
        assert_eq!(camel("image-edit-async"), "ImageEditAsync");
    }

    #[test]
    fn only_what_makes_pictures_or_runs_models_may_link_what_that_takes() {
        let heavy: Vec<_> = functions()
            .into_iter()
            .filter(|function| !function.light)
            .map(|function| function.name)
            .collect();
        let models = [
            "classify",
            "tag",
            "classify-batch",
            "tag-batch",
            "batch-start",
            "extract-image",
            "extract-document",
            "classifier-evaluate",
        ];
        assert_eq!(
            heavy,
            [
                &["image-edit", "image-edit-upload"][..],
                &models,
                &["edit-worker", "edit-batch-worker", "batch-worker", "extract-worker"]
            ]
            .concat()
        );
    }
}
