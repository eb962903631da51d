//! Origin, cookie and method: what another site's page cannot do.

use anyhow::Result;
use postern_tests::http::{self, Request, Response};
use postern_tests::link::Link;
use postern_tests::scene::Scene;
use postern_tests::visitor::post_session;

async fn post(scene: &Scene, headers: Vec<(&'static str, String)>) -> Result<Response> {
    let person = scene.person("anna");
    let body = format!(
        r#"{{"address":"{}","password":"{}","keep":false}}"#,
        person.address, person.password
    );
    http::fetch(
        scene.home().port,
        &Request { method: "POST", path: "/api/session".into(), headers, body: body.into() },
    )
    .await
}

#[tokio::test]
async fn a_sign_in_from_another_origin_or_from_none_is_refused() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let json = ("Content-Type", "application/json".to_owned());
    for origin in [Some("https://elsewhere.test"), Some("null"), None] {
        let mut headers = vec![json.clone()];
        headers.extend(origin.map(|origin| ("Origin", origin.to_owned())));
        let response = post(&scene, headers).await?;
        assert_eq!(response.status, 403, "{origin:?}: {}", response.text());
        assert_eq!(response.header("set-cookie"), "");
    }
    let form = ("Content-Type", "text/plain".to_owned());
    let response = post(&scene, vec![form, ("Origin", scene.home().origin())]).await?;
    assert!((400..500).contains(&response.status), "{}", response.status);
    assert_eq!(scene.world.host().connections().attempts("anna@example.test"), 0);
    Ok(())
}

#[tokio::test]
async fn another_host_name_is_refused() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let headers = vec![
        ("Host", "rebound.elsewhere.test".to_owned()),
        ("Origin", "http://rebound.elsewhere.test".to_owned()),
        ("Content-Type", "application/json".to_owned()),
    ];
    assert_eq!(post(&scene, headers).await?.status, 403);
    Ok(())
}

#[tokio::test]
async fn the_cookie_is_kept_from_scripts_and_from_other_sites() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let response = post_session(scene.home(), &scene.person("anna")).await?;
    let cookie = response.header("set-cookie").to_ascii_lowercase();
    for attribute in ["httponly", "samesite=lax", "path=/"] {
        assert!(cookie.contains(attribute), "{attribute} is missing in {cookie}");
    }
    assert!(!cookie.contains("max-age") && !cookie.contains("expires"), "{cookie}");
    assert!(!cookie.contains("secret"), "{cookie}");
    Ok(())
}

#[tokio::test]
async fn a_link_wants_the_cookie_and_the_origin() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let good = scene.visitor("anna").await?.handshake();
    Link::open(&good).await?;
    let mut foreign = good.clone();
    foreign.origin = "https://elsewhere.test".into();
    assert!(Link::open(&foreign).await.is_err(), "a foreign page opened a link");
    let mut forged = good.clone();
    forged.cookie = format!("{}x", good.cookie);
    assert!(Link::open(&forged).await.is_err(), "a forged cookie opened a link");
    let mut bare = good;
    bare.cookie = "theme=dark".into();
    assert!(Link::open(&bare).await.is_err(), "no cookie opened a link");
    Ok(())
}

#[tokio::test]
async fn a_cookie_that_travelled_from_elsewhere_cannot_sign_out() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let visitor = scene.visitor("anna").await?;
    let mut request = visitor.get("api/session");
    request.method = "DELETE";
    request.headers.push(("Origin", "https://elsewhere.test".into()));
    assert_eq!(http::fetch(scene.home().port, &request).await?.status, 403);
    assert_eq!(visitor.fetch("api/session").await?.status, 200);
    Ok(())
}
