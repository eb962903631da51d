//! A small built page, asked for in every way.

use super::*;
use axum::body::to_bytes;
use axum::http::header;

fn built() -> (tempfile::TempDir, Assets) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "index.html",
        "<meta name=\"base-path\" content=\"{{base}}\"><script src=\"{{base}}assets/a-1.js\">",
    );
    write("assets/a-1.js", "raw");
    write("assets/a-1.js.br", "packed");
    write("secret.txt", "not listed");
    write(
        "build.json",
        r#"{"build": "b1", "assets": [
            {"path": "index.html", "type": "text/html; charset=utf-8", "bytes": 1, "br": null, "hashed": false},
            {"path": "assets/a-1.js", "type": "text/javascript", "bytes": 3, "br": 6, "hashed": true}]}"#,
    );
    let access = Access { discovery: true, ..Access::default() };
    let assets = Assets::from_disk(folder.path(), Filling::new("/webmail/", &access));
    (folder, assets)
}

fn ask(assets: &Assets, path: &str, request: &[(header::HeaderName, &str)]) -> Response {
    let mut headers = HeaderMap::new();
    for (name, value) in request {
        headers.insert(name, value.parse().unwrap());
    }
    answer(assets.find(path), &headers)
}

async fn text(response: Response) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1_000_000).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn the_page_is_rendered_for_its_base_path() {
    let (_folder, assets) = built();
    let response = ask(&assets, INDEX, &[]);
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
    let page = text(response).await;
    assert!(
        page.contains("content=\"/webmail/\"") && page.contains("src=\"/webmail/assets/a-1.js\""),
        "{page}"
    );
    assert!(page.contains("<meta name=\"postern-access\" content=\"discovery\">"), "{page}");
    let packed = ask(&assets, INDEX, &[(header::ACCEPT_ENCODING, "gzip")]);
    assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
    assert_eq!(assets.build(), "b1");
}

#[tokio::test]
async fn a_hashed_file_is_kept_for_ever_and_sent_in_the_form_that_is_accepted() {
    let (_folder, assets) = built();
    let packed = ask(&assets, "assets/a-1.js", &[(header::ACCEPT_ENCODING, "br, gzip")]);
    assert!(packed.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    assert_eq!(packed.headers()[header::CONTENT_ENCODING], "br");
    assert_eq!(packed.headers()[header::CONTENT_TYPE], "text/javascript");
    let tag = packed.headers()[header::ETAG].to_str().unwrap().to_owned();
    assert_eq!(text(packed).await, "packed");
    let plain = ask(&assets, "assets/a-1.js", &[(header::ACCEPT_ENCODING, "gzip")]);
    assert_ne!(plain.headers()[header::ETAG].to_str().unwrap(), tag);
    assert_eq!(text(plain).await, "raw");
    let known = format!("\"other\", W/{tag}");
    let again = ask(
        &assets,
        "assets/a-1.js",
        &[(header::ACCEPT_ENCODING, "br"), (header::IF_NONE_MATCH, &known)],
    );
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(text(again).await, "");
}

#[test]
fn only_listed_files_are_served() {
    let (_folder, assets) = built();
    for path in ["secret.txt", "../secret.txt", "assets/a-2.js", "index.html/", "assets/a-1.js.br"]
    {
        assert_eq!(ask(&assets, path, &[]).status(), StatusCode::NOT_FOUND, "{path}");
    }
    let empty = tempfile::tempdir().unwrap();
    let response =
        ask(&Assets::from_disk(empty.path(), Filling::new("/", &Access::default())), INDEX, &[]);
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[test]
fn every_path_of_the_page_gives_the_page() {
    for path in
        ["", "login", "all", "outbox", "search", "mail/a/b/1-2", "compose/x", "settings/general"]
    {
        assert!(is_page(path), "{path}");
    }
    for path in ["assets/x.js", "favicon.ico", "loginx", "login/x", "wp-admin", "search.php"] {
        assert!(!is_page(path), "{path}");
    }
}
