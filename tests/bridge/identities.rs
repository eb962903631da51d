//! Identities: an address is used once its mail was shown to come to the user, and only then.

use anyhow::{Context, Result};
use postern_mailhost::Quirks;
use postern_shared::account::AccountId;
use postern_shared::address::Address;
use postern_shared::api::accounts::ListAccounts;
use postern_shared::api::identities::{ConfirmIdentity, DeleteIdentity, RequestCode, SaveIdentity};
use postern_shared::api::submissions::SubmitMessage;
use postern_shared::draft::Draft;
use postern_shared::error::ErrorCode;
use postern_shared::identity::{Identity, IdentityId, Placement, Standing};
use postern_shared::submission::{Plan, SubmissionState};
use postern_tests::bridge::{Bridge, Home, Provider};
use postern_tests::scene::Scene;
use postern_tests::visitor::{Tab, Visitor, action};
use postern_tests::wait;
use postern_tests::world::World;

use crate::send::{letter, outcome};

const SUBJECT: &str = "Confirm your address";

fn save(account: &AccountId, identity: Identity) -> SaveIdentity {
    let (account, language) = (account.clone(), "en".into());
    SaveIdentity { action: action(), account, identity, first: false, language }
}

fn named(email: &str) -> Identity {
    let from = Address { name: "Anna at work".into(), email: email.into() };
    Identity { from, ..Identity::default() }
}

fn say(account: &AccountId, identity: &Identity, code: &str) -> ConfirmIdentity {
    ConfirmIdentity {
        action: action(),
        account: account.clone(),
        identity: identity.id.clone(),
        code: code.into(),
    }
}

fn submit(draft: &Draft) -> SubmitMessage {
    SubmitMessage { action: action(), draft: draft.clone(), plan: Plan::Now }
}

async fn identities(tab: &mut Tab) -> Result<Vec<Identity>> {
    Ok(tab.link.call(ListAccounts).await?.remove(0).identities)
}

/// The mail with the code of this number that came to a person, and the code.
async fn code(world: &World, who: &str, number: usize) -> Result<(String, String)> {
    let person = world.person(who);
    let (raw, code) = wait::until("a code", || async {
        let mut session = world.session(&person).await?;
        let found = session.wait_for("INBOX", &format!("SUBJECT \"{SUBJECT}\"")).await?;
        let Some(uid) = found.get(number) else { return Ok(None) };
        let raw = session.ok(&format!("UID FETCH {uid} BODY.PEEK[]")).await?.untagged.concat();
        let is_code = |line: &&str| line.len() == 8 && line.bytes().all(|b| b.is_ascii_digit());
        let code = raw.lines().find(is_code).context("a code in the text")?.to_owned();
        Ok(Some((raw, code)))
    })
    .await?;
    Ok((raw, code))
}

#[tokio::test]
async fn an_address_is_used_once_its_code_was_said() -> Result<()> {
    for scene in [Scene::in_memory().await?, Scene::real().await?] {
        let (ben, chen) = (scene.person("ben"), scene.person("chen"));
        let mut tab = scene.tab("anna").await?;
        let account = tab.id();
        let mut wanted = named("chen@example.test");
        wanted.signature_html = "<b onclick=x()>Anna</b><script>y()</script>".into();
        wanted.reply_to = Some(Address { name: String::new(), email: "list@example.test".into() });
        wanted.placement = Placement::Below;
        wanted.bcc_self = true;
        tab.link.call(save(&account, wanted.clone())).await?;
        let all = identities(&mut tab).await?;
        let standings: Vec<_> = all.iter().map(|one| one.standing).collect();
        assert_eq!(standings, [Standing::SignIn, Standing::Waiting]);
        let kept = (all[1].signature_html.as_str(), all[1].placement);
        assert_eq!(kept, ("<b>Anna</b>", Placement::Below));
        let mut draft = letter(&tab, &ben, "As chen");
        draft.from = wanted.from.clone();
        assert_eq!(tab.link.refusal(submit(&draft)).await?.code, ErrorCode::NoPermission);

        let (raw, right) = code(&scene.world, "chen", 0).await?;
        let (head, _) = raw.split_once("\r\n\r\n").context("a header")?;
        assert!(!head.contains(&right), "the code stands in a header: {head}");
        for field in
            ["Return-Path: <>", "Auto-Submitted: auto-generated", "Reply-To: <chen@example.test>"]
        {
            assert!(head.contains(field), "{field} is missing in {head}");
        }
        let wrong = if right == "00000000" { "00000001" } else { "00000000" };
        assert_eq!(tab.link.refusal(say(&account, &all[1], wrong)).await?.code, ErrorCode::Refused);
        tab.link.call(say(&account, &all[1], &format!(" {right} "))).await?;
        assert_eq!(identities(&mut tab).await?[1].standing, Standing::Confirmed);
        // Nobody finds the code where it would prove nothing, and it is said once.
        let mut mine = scene.world.session(&scene.person("anna")).await?;
        assert_eq!((mine.count("Sent").await?, mine.count("INBOX").await?), (0, 0));
        let again = tab.link.refusal(say(&account, &all[1], &right)).await?;
        assert_eq!(again.code, ErrorCode::NonExistent);

        // What was confirmed stays so while its address does.
        let signed = Identity { id: all[1].id.clone(), signature: "A.".into(), ..wanted };
        tab.link.call(SaveIdentity { first: true, ..save(&account, signed) }).await?;
        let all = identities(&mut tab).await?;
        let first = (all[0].from.email.as_str(), all[0].standing);
        assert_eq!(first, ("chen@example.test", Standing::Confirmed));
        let id = tab.link.call(submit(&draft)).await?;
        assert_eq!(outcome(&mut tab, &id).await?, SubmissionState::Sent);
        let mut session = scene.world.session(&ben).await?;
        session.wait_for("INBOX", "SUBJECT \"As chen\" HEADER Reply-To list@example.test").await?;
        let mut copy = scene.world.session(&chen).await?;
        copy.wait_for("INBOX", "SUBJECT \"As chen\"").await?;

        // Another device, another user, and another address in its place.
        let mut phone = scene.tab("anna").await?;
        assert_eq!(identities(&mut phone).await?, all);
        assert_eq!(identities(&mut scene.tab("ben").await?).await?.len(), 1);
        let moved = Identity { id: all[0].id.clone(), ..named("ben@example.test") };
        tab.link.call(save(&account, moved)).await?;
        assert_eq!(identities(&mut tab).await?[0].standing, Standing::Waiting);
        assert_eq!(tab.link.refusal(submit(&draft)).await?.code, ErrorCode::NoPermission);
        assert_eq!(phone.link.refusal(submit(&draft)).await?.code, ErrorCode::NoPermission);
        let identity = all[0].id.clone();
        tab.link.call(DeleteIdentity { action: action(), account, identity }).await?;
        assert_eq!(identities(&mut tab).await?.len(), 1);
    }
    Ok(())
}

#[tokio::test]
async fn codes_cannot_be_guessed_and_what_is_no_address_is_refused() -> Result<()> {
    let scene = Scene::in_memory().await?;
    let mut tab = scene.tab("anna").await?;
    let account = tab.id();
    for bad in ["", "nobody", "a@b.test\r\nBcc: x@y.test", "a@b.test, c@d.test"] {
        assert_eq!(tab.link.refusal(save(&account, named(bad))).await?.code, ErrorCode::Invalid);
    }
    let huge = Identity { signature: "x".repeat(100_000), ..named("chen@example.test") };
    assert_eq!(tab.link.refusal(save(&account, huge)).await?.code, ErrorCode::Limit);
    let unknown = Identity { id: IdentityId("none".into()), ..named("chen@example.test") };
    assert_eq!(tab.link.refusal(save(&account, unknown)).await?.code, ErrorCode::NonExistent);
    // The own address stays what it is.
    let own = Identity { id: IdentityId("sign-in".into()), ..named("chen@example.test") };
    tab.link.call(save(&account, own)).await?;
    let all = identities(&mut tab).await?;
    let own = (all[0].from.name.as_str(), all[0].from.email.as_str());
    assert_eq!(own, ("Anna at work", "anna@example.test"));

    tab.link.call(save(&account, named("chen@example.test"))).await?;
    let (_, right) = code(&scene.world, "chen", 0).await?;
    let waiting = identities(&mut tab).await?.remove(1);
    for _ in 0..5 {
        let refusal = tab.link.refusal(say(&account, &waiting, "no")).await?;
        assert_eq!(refusal.code, ErrorCode::Refused);
    }
    let late = tab.link.refusal(say(&account, &waiting, &right)).await?;
    assert_eq!(late.code, ErrorCode::Limit, "too late");
    let mut stranger = scene.tab("ben").await?;
    let theirs = stranger.link.refusal(say(&account, &waiting, &right)).await?;
    assert_eq!(theirs.code, ErrorCode::NonExistent);

    // A new one does, the old one no longer; changing the signature sends none.
    let signed = Identity { signature: "A.".into(), ..waiting.clone() };
    tab.link.call(save(&account, signed)).await?;
    let request = || RequestCode {
        action: action(),
        account: account.clone(),
        identity: waiting.id.clone(),
        language: "en".into(),
    };
    tab.link.call(request()).await?;
    let (_, fresh) = code(&scene.world, "chen", 1).await?;
    let old = tab.link.refusal(say(&account, &waiting, &right)).await?;
    assert_eq!(old.code, ErrorCode::Refused);
    tab.link.call(say(&account, &waiting, &fresh)).await?;
    let confirmed = identities(&mut tab).await?.remove(1);
    assert_eq!((confirmed.standing, confirmed.signature.as_str()), (Standing::Confirmed, "A."));
    Ok(())
}

#[tokio::test]
async fn nobody_is_flooded_with_codes() -> Result<()> {
    let Scene { bridge, world } = Scene::in_memory().await?;
    let mut tab = Visitor::sign_in(&bridge.home, &world.person("anna")).await?.tab().await?;
    let account = tab.id();
    let call = save(&account, named("chen+1@example.test"));
    tab.link.call(call.clone()).await?;
    tab.link.call(call).await?;
    for number in 2..6 {
        let all = identities(&mut tab).await?;
        let identity = all[1].id.clone();
        tab.link
            .call(DeleteIdentity { action: action(), account: account.clone(), identity })
            .await?;
        let wanted = named(&format!("chen+{number}@example.test"));
        let call = save(&account, wanted);
        if number <= 3 {
            tab.link.call(call).await?;
        } else {
            assert_eq!(tab.link.refusal(call).await?.code, ErrorCode::Limit, "one person's mail");
            tab.link.call(save(&account, named(&format!("x{number}@example.test")))).await?;
        }
    }
    let home = bridge.stop().await;
    let bridge = Bridge::start(home).await?;
    let mut tab = Visitor::sign_in(&bridge.home, &world.person("anna")).await?.tab().await?;
    let before = identities(&mut tab).await?;
    let refusal = tab.link.refusal(save(&account, named("y@example.test"))).await?;
    assert_eq!(refusal.code, ErrorCode::Limit, "also after a restart");
    assert_eq!(identities(&mut tab).await?, before);
    let mut other = Visitor::sign_in(&bridge.home, &world.person("ben")).await?.tab().await?;
    let account = other.id();
    let refusal = other.link.refusal(save(&account, named("Chen@example.test"))).await?;
    assert_eq!(refusal.code, ErrorCode::Limit, "whoever asks");
    Ok(())
}

#[tokio::test]
async fn a_code_that_its_sender_can_read_proves_nothing() -> Result<()> {
    let scene = Scene::in_memory().await?;
    scene.world.host().set_quirks(Quirks { files_sent: true, ..Quirks::default() });
    let mut tab = scene.tab("anna").await?;
    let account = tab.id();
    tab.link.call(save(&account, named("chen@example.test"))).await?;
    let (_, right) = code(&scene.world, "chen", 0).await?;
    let waiting = identities(&mut tab).await?.remove(1);
    let refusal = tab.link.refusal(say(&account, &waiting, &right)).await?;
    assert_eq!(refusal.code, ErrorCode::Unsupported);
    // That its sender removes the copy changes nothing.
    let mut mine = scene.world.session(&scene.person("anna")).await?;
    assert_eq!(mine.count("Sent").await?, 1);
    for command in ["SELECT Sent", "STORE 1 +FLAGS (\\Deleted)", "EXPUNGE"] {
        mine.ok(command).await?;
    }
    let refusal = tab.link.refusal(say(&account, &waiting, &right)).await?;
    assert_eq!(refusal.code, ErrorCode::Unsupported);
    assert_eq!(identities(&mut tab).await?[1].standing, Standing::Waiting);
    let other = tab.link.refusal(save(&account, named("ben@example.test"))).await?;
    assert_eq!(other.code, ErrorCode::Unsupported);

    // The administrator knows it beforehand.
    let provider = Provider(scene.world.provider().0 + "sent_copy = \"server\"\n");
    let bridge = Bridge::start(Home::new(&provider, "/", "")?).await?;
    let anna = scene.person("anna");
    let mut tab = Visitor::sign_in(&bridge.home, &anna).await?.tab().await?;
    let account = tab.id();
    let refusal = tab.link.refusal(save(&account, named("chen@example.test"))).await?;
    assert_eq!(refusal.code, ErrorCode::Unsupported);
    assert_eq!(identities(&mut tab).await?.len(), 1, "nothing is kept");
    let mut session = scene.world.session(&scene.person("chen")).await?;
    assert_eq!(session.count("INBOX").await?, 1, "and nothing was sent");
    Ok(())
}

#[tokio::test]
async fn any_sender_is_good_only_while_the_administrator_says_so() -> Result<()> {
    let world = World::in_memory().await?;
    let provider = Provider(world.provider().0 + "any_from = true\n");
    let bridge = Bridge::start(Home::new(&provider, "/", "")?).await?;
    let (anna, ben) = (world.person("anna"), world.person("ben"));
    let mut tab = Visitor::sign_in(&bridge.home, &anna).await?.tab().await?;
    let account = tab.id();
    tab.link.call(save(&account, named("boss@elsewhere.test"))).await?;
    assert_eq!(identities(&mut tab).await?[1].standing, Standing::Confirmed);
    let mut draft = letter(&tab, &ben, "As somebody");
    draft.from.email = "anybody@elsewhere.test".into();
    let id = tab.link.call(submit(&draft)).await?;
    assert_eq!(outcome(&mut tab, &id).await?, SubmissionState::Sent);

    let home = bridge.stop().await;
    let config = std::fs::read_to_string(home.config())?;
    std::fs::write(home.config(), config.replace("any_from = true", "any_from = false"))?;
    let bridge = Bridge::start(home).await?;
    let mut tab = Visitor::sign_in(&bridge.home, &anna).await?.tab().await?;
    assert_eq!(identities(&mut tab).await?[1].standing, Standing::Waiting);
    for from in ["anybody@elsewhere.test", "boss@elsewhere.test"] {
        draft.from.email = from.into();
        assert_eq!(tab.link.refusal(submit(&draft)).await?.code, ErrorCode::NoPermission);
    }
    draft.from.email = "Anna@Example.test".into();
    tab.link.call(submit(&draft)).await?;
    Ok(())
}
