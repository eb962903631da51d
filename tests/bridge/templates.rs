//! Templates: kept, made safe, and their user's alone.

use anyhow::Result;
use postern_shared::api::templates::{DeleteTemplate, ListTemplates, SaveTemplate};
use postern_shared::error::ErrorCode;
use postern_shared::template::Template;
use postern_tests::scene::Scene;
use postern_tests::visitor::action;

#[tokio::test]
async fn templates_are_kept_made_safe_and_are_their_user_s() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let mut tab = scene.tab("anna").await?;
    let template = Template {
        name: " Thanks 谢谢 ".into(),
        subject: "Thank you".into(),
        text: "Thanks.".into(),
        html: "<p onclick=x()>Thanks.</p>".into(),
        ..Template::default()
    };
    let call = SaveTemplate { action: action(), template };
    let kept = tab.link.call(call.clone()).await?;
    assert_eq!((kept.name.as_str(), kept.html.as_str()), ("Thanks 谢谢", "<p>Thanks.</p>"));
    assert_eq!(tab.link.call(call).await?, kept, "a repeat is the same");
    let changed = Template { text: "Many thanks.".into(), ..kept.clone() };
    tab.link.call(SaveTemplate { action: action(), template: changed.clone() }).await?;
    assert_eq!(tab.link.call(ListTemplates).await?, [changed]);
    let mut stranger = scene.tab("ben").await?;
    assert_eq!(stranger.link.call(ListTemplates).await?, []);
    let call = SaveTemplate { action: action(), template: kept.clone() };
    assert_eq!(stranger.link.refusal(call).await?.code, ErrorCode::NonExistent);
    let nameless = SaveTemplate { action: action(), template: Template::default() };
    assert_eq!(tab.link.refusal(nameless).await?.code, ErrorCode::Invalid);
    tab.link.call(DeleteTemplate { action: action(), template: kept.id }).await?;
    assert_eq!(tab.link.call(ListTemplates).await?, []);
    Ok(())
}
