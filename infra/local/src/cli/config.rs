use contract::settings::{ALL, Kind, Place};

/// Every setting: its value or default, and what it is for.
pub fn print() {
    for setting in ALL {
        let value = match setting.value() {
            Some(_) if setting.kind == Kind::Secret => "(set)".to_owned(),
            Some(value) => value,
            None if setting.default.is_empty() => "(unset)".to_owned(),
            None => format!("{} (default)", setting.default),
        };
        let place = match setting.place {
            Place::Everywhere | Place::Hosted => "",
            Place::Serve => " [atelier serve]",
            Place::Aws => " [AWS]",
            Place::Test => " [tests]",
        };
        println!("{} = {value}\n    {}{place}", setting.name, setting.doc);
    }
}
