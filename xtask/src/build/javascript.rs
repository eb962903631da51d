//! One script from the glue and our own parts, and the little minifying that is safe by lines.

use anyhow::{Context as _, Result, ensure};

/// The line of `boot.js` that stands for the glue, so that editors see a valid module.
const IMPORT: &str = "import init from \"./glue.js\";";

/// How the glue names the loader of the split modules.
const LOADER: &str = " from \"./__wasm_split.js\"";

/// Puts the glue where `boot.js` imports it, the loader where the glue imports that, and the other
/// parts behind: one request, no waterfall.
pub fn join(glue: &str, loader: &str, boot: &str, parts: &[&str]) -> Result<String> {
    let boot = boot.split_once(IMPORT).context("boot.js no longer imports ./glue.js")?.1;
    let at = glue.rfind("\nexport {").context("the glue no longer ends in an export list")?;
    let (body, exports) = glue.split_at(at);
    let body = &with_loader(body, loader)?;
    let start = exports
        .trim_matches(|c: char| c.is_whitespace() || c == ';')
        .trim_start_matches("export {")
        .trim_end_matches('}')
        .split(',')
        .find_map(|export| export.trim().strip_suffix(" as default"))
        .context("the glue no longer exports a default")?;
    // In a block the glue's many names cannot meet ours; what it exports by itself is not used.
    let body =
        body.replace("\nexport function ", "\nfunction ").replace("\nexport class ", "\nclass ");
    let mut script = format!("const init = (() => {{\n{body}\nreturn {start};\n}})();\n{boot}");
    for part in parts {
        // A block of its own, so that two parts may use the same name.
        script.push_str(&format!("{{\n{part}\n}}\n"));
    }
    Ok(minify(&script))
}

/// The glue with the loader in the place of its import of it.
fn with_loader(glue: &str, loader: &str) -> Result<String> {
    let is_import = |line: &&str| line.starts_with("import * as ") && line.contains(LOADER);
    let (imports, rest): (Vec<&str>, Vec<&str>) = glue.lines().partition(is_import);
    ensure!(!imports.is_empty(), "the glue no longer imports the loader of the split modules");
    let names = loader.lines().filter_map(|line| line.strip_prefix("export const "));
    let names: Vec<&str> = names.filter_map(|line| line.split(' ').next()).collect();
    let (names, loader) = (names.join(", "), loader.replace("export const ", "const "));
    let mut script = rest.join("\n");
    script.push_str(&format!("\nconst load = (() => {{\n{loader}\nreturn {{ {names} }};\n}})();"));
    // Each function of the loader is imported by itself.
    for name in imports.iter().filter_map(|import| import.split(' ').nth(3)) {
        script.push_str(&format!("\nconst {name} = load;"));
    }
    Ok(script)
}

/// Drops indentation, blank lines and whole-line comments. A script with a template literal over
/// several lines is left alone, because there whitespace means something.
pub fn minify(script: &str) -> String {
    if script.lines().any(|line| line.matches('`').count() % 2 == 1) {
        return script.to_owned();
    }
    let mut out = String::with_capacity(script.len());
    let mut comment = false;
    for line in script.lines().map(str::trim) {
        comment |= line.starts_with("/*");
        if comment {
            comment = !line.ends_with("*/");
        } else if !line.is_empty() && !line.starts_with("//") {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{join, minify};

    #[test]
    fn glue_and_parts_become_one_script() {
        let glue = "/* x */\nimport * as import1 from \"./__wasm_split.js\"\nlet wasm;\n\
                    export function greet() {}\nasync function start() {}\n\
                    \nexport { initSync, start as default };\n";
        let loader = "let b;\nexport const c = b;\n";
        let boot = "// Starts.\nimport init from \"./glue.js\";\nawait init();\n";
        let script = join(glue, loader, boot, &["const a = 1;"]).unwrap();
        assert_eq!(
            script,
            "const init = (() => {\nlet wasm;\nfunction greet() {}\nasync function start() {}\n\
             const load = (() => {\nlet b;\nconst c = b;\nreturn { c };\n})();\n\
             const import1 = load;\n\
             return start;\n})();\nawait init();\n{\nconst a = 1;\n}\n"
        );
    }

    #[test]
    fn a_changed_glue_is_an_error_and_not_a_broken_page() {
        let (boot, exports) = ("import init from \"./glue.js\";", "\nexport { a as default };");
        let import = "import * as b from \"./__wasm_split.js\";\n";
        assert!(join(&[import, "let a;", exports].concat(), "", boot, &[]).is_ok());
        assert!(join(&[import, "let a;\n"].concat(), "", boot, &[]).is_err());
        assert!(join(&["let a;", exports].concat(), "", boot, &[]).is_err());
        assert!(join(&[import, "let a;", exports].concat(), "", "init();", &[]).is_err());
    }

    #[test]
    fn only_whole_line_comments_go() {
        assert_eq!(minify("  a(); // b\n  // c\n/**\n * d\n */\n\n  e();"), "a(); // b\ne();\n");
    }

    #[test]
    fn long_template_literals_are_left_alone() {
        let script = "const a = `\n  // kept\n`;";
        assert_eq!(minify(script), script);
    }
}
