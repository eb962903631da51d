//! `{{name}}` in index.html, sw.js, the manifest and the scripts.

use anyhow::{Result, bail};

/// Replaces every `{{name}}` by its value. `{{base}}` stays in documents, where the bridge fills it;
/// any other unknown name is an error.
pub fn fill(file: &str, template: &str, values: &[(&str, String)]) -> Result<String> {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, tail)) = after.split_once("}}") else {
            bail!("{file}: `{{{{` without `}}}}`");
        };
        out.push_str(before);
        match values.iter().find(|(known, _)| *known == name.trim()) {
            Some((_, value)) => out.push_str(value),
            None if name == "base" && file.ends_with(".html") => out.push_str("{{base}}"),
            None => {
                let known: Vec<&str> = values.iter().map(|(known, _)| *known).collect();
                bail!("{file}: no value for {{{{{name}}}}}; there are {}", known.join(", "));
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn values_are_filled_in_and_the_base_is_left() {
        let filled =
            fill("index.html", "{{base}}{{js}} {{ js }}", &[("js", "a.js".into())]).unwrap();
        assert_eq!(filled, "{{base}}a.js a.js");
    }

    #[test]
    fn an_unknown_name_is_an_error() {
        assert!(fill("sw.js", "{{base}}", &[]).is_err());
        assert!(fill("index.html", "{{nope}}", &[]).is_err());
        assert!(fill("index.html", "{{js", &[("js", "a".into())]).is_err());
    }
}
