//! Elements that are left out but for their looks: another one, that does nothing, bears these.

use html5ever::{Attribute, LocalName, QualName, local_name, ns};

use super::attributes::find;

/// Elements whose looks are a browser's own, or that are nothing but a place for others.
const BARE: [&str; 18] = [
    "applet", "audio", "body", "canvas", "dialog", "head", "html", "keygen", "meter", "noscript",
    "object", "optgroup", "option", "picture", "progress", "select", "textarea", "video",
];

/// What stands in the place of an element that loses its tags, with its attributes; `full` where
/// something is in it.
pub(super) fn find_for(name: &str, given: &[Attribute], full: bool) -> Option<Borne> {
    let looks = || ["class", "id", "style"].iter().any(|name| find(given, name).is_some());
    match name {
        "object" => picture(given).map(|attributes| ("img", attributes)),
        _ if !full => None,
        "nobr" => Some(("span", styled("white-space:nowrap", given))),
        "button" if looks() => Some(("span", styled("display:inline-block", given))),
        "marquee" => Some(("div", given.to_vec())),
        "fieldset" | "form" | "legend" if looks() => Some(("div", given.to_vec())),
        _ if !BARE.contains(&name) && looks() => Some(("span", given.to_vec())),
        _ => None,
    }
}

/// An element and its attributes.
pub(super) type Borne = (&'static str, Vec<Attribute>);

/// An object that is a picture is one: its source under the name that pictures have for it.
fn picture(given: &[Attribute]) -> Option<Vec<Attribute>> {
    let kind = find(given, "type")?;
    let is_picture = kind.get(..6).is_some_and(|kind| kind.eq_ignore_ascii_case("image/"));
    find(given, "data").filter(|_| is_picture)?;
    let others = given.iter().filter(|attribute| attribute.name.local != local_name!("src"));
    let renamed = others.cloned().map(|mut attribute| {
        if attribute.name.local == local_name!("data") {
            attribute.name.local = local_name!("src");
        }
        attribute
    });
    Some(renamed.collect())
}

/// The attributes with a declaration before those of the style.
fn styled(declaration: &str, given: &[Attribute]) -> Vec<Attribute> {
    let name: LocalName = local_name!("style");
    let before = find(given, "style").map(|style| format!(";{style}")).unwrap_or_default();
    let style = Attribute {
        name: QualName::new(None, ns!(), name.clone()),
        value: format!("{declaration}{before}").into(),
    };
    let others = given.iter().filter(|attribute| attribute.name.local != name).cloned();
    others.chain([style]).collect()
}
