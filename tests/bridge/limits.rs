//! Sign-in limits: a guesser is slowed down before the mail server hears of it, and leaves a line in the log.

use anyhow::Result;
use postern_shared::error::ErrorCode;
use postern_tests::Person;
use postern_tests::bridge::{Home, Program};
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
    let filter = fail2ban_pattern()?;
    let matching = log.lines().filter(|line| filter.matches(line)).count();
    assert_eq!(matching, GUESSES, "of the log's lines match the filter in the docs");
    assert!(!log.contains("guess 1") && !log.contains("anna@example.test"), "{log}");

    // The right password of another person at the same place waits as well; elsewhere nobody does.
    Ok(())
}

/// The `failregex` of the documents, reduced to what it needs: literal text around `<HOST>`.
struct Filter {
    before: String,
    after: String,
}

impl Filter {
    fn matches(&self, line: &str) -> bool {
        let Some((_, rest)) = line.split_once(&self.before) else { return false };
        let host: String =
            rest.chars().take_while(|c| c.is_ascii_hexdigit() || matches!(c, '.' | ':')).collect();
        host.parse::<std::net::IpAddr>().is_ok() && rest[host.len()..].starts_with(&self.after)
    }
}

fn fail2ban_pattern() -> Result<Filter> {
    anyhow::bail!("the docs' filter is read once it is written")
}
