//! Sign-in limits: a guesser is slowed down before the mail server hears of it, and leaves a line in the log.

use std::net::IpAddr;

use anyhow::{Context, Result};
use postern_shared::error::ErrorCode;
use postern_tests::Person;
use postern_tests::bridge::{Bridge, Home};
use postern_tests::program::Program;
use postern_tests::scene::Scene;
use postern_tests::visitor::refused_sign_in;
use postern_tests::world::World;

/// How many guesses of one address the mail server may hear within the seconds that this test takes.
const HEARD: usize = 20;

#[tokio::test]
async fn five_hundred_guesses_leave_a_line_each_and_few_reach_the_server() -> Result<()> {
    const GUESSES: usize = 500;
    let world = World::in_memory().await?;
    let bridge = Program::start(Home::new(&world.provider(), "/", "")?).await?;
    let mut refused = 0;
    for guess in 0..GUESSES {
        let person = Person { password: format!("guess {guess}"), ..world.person("anna") };
        let (status, error) = refused_sign_in(&bridge.home, &person).await?;
        match error.code {
            ErrorCode::AuthenticationFailed => {}
            ErrorCode::Limit => {
                assert_eq!(status, 429);
                assert!(error.retry_after > 0, "{error:?}");
                refused += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    let heard = world.host().connections().attempts("anna@example.test");
    assert!((1..=HEARD).contains(&heard), "the mail server heard {heard} guesses");
    assert_eq!(heard + refused, GUESSES);

    let log = bridge.log();
    let filter = documented_filter()?;
    let matching = log.lines().filter(|line| filter.matches(line)).count();
    assert_eq!(matching, GUESSES, "of the log's lines match the filter in the docs");
    assert!(!log.contains("guess 1") && !log.contains("anna@example.test"), "{log}");
    Ok(())
}

#[tokio::test]
async fn guesses_at_many_people_from_one_place_are_limited_too() -> Result<()> {
    let people: Vec<Person> = (0..60).map(|n| Person::named(&format!("user{n}"))).collect();
    let world = World::in_memory_with(people.clone()).await?;
    let bridge = Bridge::start(Home::new(&world.provider(), "/", "")?).await?;
    let mut codes = Vec::new();
    for person in &people {
        let wrong = Person { password: "wrong".into(), ..person.clone() };
        // A header that no trusted proxy set gives nobody another place.
        codes.push(refused_sign_in(&bridge.home, &wrong).await?.1.code);
    }
    assert_eq!(codes.first(), Some(&ErrorCode::AuthenticationFailed));
    assert_eq!(codes.last(), Some(&ErrorCode::Limit));
    let heard: usize =
        people.iter().map(|one| world.host().connections().attempts(&one.address)).sum();
    assert!(heard < 40, "the mail server heard {heard} guesses");
    Ok(())
}

#[tokio::test]
async fn signing_in_rightly_often_is_no_guessing() -> Result<()> {
    let scene = Scene::in_memory().await?;
    for _ in 0..60 {
        scene.visitor("anna").await?;
    }
    Ok(())
}

/// The `failregex` of the documents: literal text before and after `<HOST>`, the rest left out.
struct Filter {
    before: String,
    after: String,
}

impl Filter {
    fn matches(&self, line: &str) -> bool {
        let Some((_, rest)) = line.split_once(&self.before) else { return false };
        let host: String =
            rest.chars().take_while(|c| c.is_ascii_hexdigit() || matches!(c, '.' | ':')).collect();
        let host = host.trim_end_matches(':');
        host.parse::<IpAddr>().is_ok() && rest[host.len()..].starts_with(&self.after)
    }
}

/// Reads the filter out of the documents, so that it is the documents' own that is tested.
fn documented_filter() -> Result<Filter> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/fail2ban.md");
    let text = std::fs::read_to_string(path).context(path)?;
    let line = text.lines().find_map(|line| line.trim().strip_prefix("failregex"));
    let pattern = line.and_then(|line| line.split_once('=')).context("no failregex")?.1;
    let (before, after) = pattern.split_once("<HOST>").context("no <HOST> in failregex")?;
    let special = ['.', '*', '^', '$', '[', ']', '(', ')', '+', '?', '|'];
    let literal = |text: &str| text.replace('\\', "");
    let before = before.trim().rsplit(special).next().unwrap_or_default();
    let after = after.split(['\\']).next().unwrap_or_default().split(special).next();
    Ok(Filter {
        before: format!("{} ", literal(before).trim()),
        after: literal(after.unwrap_or("")),
    })
}
