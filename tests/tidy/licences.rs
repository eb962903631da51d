//! Everything that is built may be given away under our own licences.

use crate::metadata::{Package, packages};

const ALLOWED: [&str; 16] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "WTFPL",
    "Zlib",
];

fn check(packages: &[Package]) -> Vec<String> {
    let refused = packages.iter().filter(|package| !package.license.as_deref().is_some_and(allows));
    refused
        .map(|Package { name, version, license, .. }| {
            let license = license.as_deref().unwrap_or("no licence");
            format!("{name} {version}: {license}: use another crate, or allow it here with care")
        })
        .collect()
}

/// An SPDX expression: AND binds tighter than OR; older crates write `/` for OR.
fn allows(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], " ");
    // With the parentheses gone every OR reads as the weakest: that is right only while none of
    // them stands inside an AND, so such an expression must pass in every reading.
    let simple = !(expression.contains(" AND ") && expression.contains(" OR "));
    let one = |name: &str| {
        ALLOWED.contains(&name.split_whitespace().collect::<Vec<_>>().join(" ").as_str())
    };
    match simple {
        true => expression.split(" OR ").any(|option| option.split(" AND ").all(one)),
        false => expression.split(" OR ").flat_map(|option| option.split(" AND ")).all(one),
    }
}

#[test]
fn every_licence_is_allowed() {
    let findings = check(packages());
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn other_licences_are_found() {
    for good in ["MIT", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "MIT AND ISC", "(MIT OR ISC) AND Zlib"]
    {
        assert!(allows(good), "{good}");
    }
    for bad in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR GPL-3.0) AND ISC", ""] {
        assert!(!allows(bad), "{bad}");
    }
    assert_eq!(check(&[crate::metadata::sample("a", "1.0.0")]).len(), 1);
}
