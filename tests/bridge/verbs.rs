//! `postern export` and `postern import`: mail of accounts at a server and of those whose mail lies
//! here, as it was.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use postern_shared::api::mailboxes::ListMailboxes;
use postern_tests::bridge::Home;
use postern_tests::program::{self, Program};
use postern_tests::visitor::Visitor;
use postern_tests::world::World;
use postern_tests::{Person, message};
use tokio::task::spawn_blocking;

use crate::crossing::contents;
use crate::transfers::fill_mailbox;

/// What a verb did: its exit code, its output, and what it said.
pub(crate) struct Ran {
    code: Option<i32>,
    output: Vec<u8>,
    said: String,
}

impl Ran {
    pub(crate) fn ends(self, code: i32, said: &str) -> Vec<u8> {
        assert_eq!(self.code, Some(code), "{}", self.said);
        assert!(self.said.contains(said), "{} says nothing of {said}", self.said);
        self.output
    }
}

/// Runs a verb with these arguments and this input. On a thread: the mail host is in this process.
pub(crate) async fn run(home: &Home, arguments: &[&str], input: &[u8]) -> Result<Ran> {
    let mut command = Command::new(program::binary()?);
    command.args(arguments).arg("--config").arg(home.config());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let (mut stdin, input) = (child.stdin.take().context("its input")?, input.to_vec());
    // Whoever does not read all of it is not to blame.
    let writing = spawn_blocking(move || drop(stdin.write_all(&input)));
    let done = spawn_blocking(move || child.wait_with_output()).await??;
    writing.await?;
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    Ok(Ran { code: done.status.code(), output: done.stdout, said })
}

/// The same on an account at a server, with its password.
async fn run_signed_in(home: &Home, verb: &str, who: &Person, rest: &[&str]) -> Result<Ran> {
    let arguments = [&[verb, &who.address, "--password-stdin"], rest].concat();
    run(home, &arguments, format!("{}\n", who.password).as_bytes()).await
}

/// The same on mail that lies here.
async fn run_here(program: &Program, verb: &str, who: &Person, rest: &[&str]) -> Result<Ran> {
    run(&program.home, &[&[verb, &who.address], rest].concat(), b"").await
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of letters")
}

/// Everything in a folder.
fn files(folder: &Path) -> Result<Vec<String>> {
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        Ok(entry?.file_name().to_string_lossy().into_owned())
    };
    let mut all = std::fs::read_dir(folder)?.map(name).collect::<Result<Vec<_>>>()?;
    all.sort();
    Ok(all)
}

#[tokio::test]
async fn an_account_at_a_server_is_taken_out_and_comes_in_elsewhere() -> Result<()> {
    const MESSAGES: usize = 60;
    for world in [World::real().await?, World::in_memory().await?] {
        let (anna, ben) = (world.person("anna"), world.person("ben"));
        let (mut hers, mut his) = (world.session(&anna).await?, world.session(&ben).await?);
        hers.ok("CREATE \"Plans\"").await?;
        fill_mailbox(&mut hers, &anna, "INBOX", MESSAGES).await?;
        fill_mailbox(&mut hers, &anna, "Plans", 5).await?;
        let large = message::with_attachment(&anna, &anna, "Large", 1_600_000);
        hers.append_dated("Plans", "\\Seen \" 3-Nov-2026 10:00:00 +0000\"", &large).await?;
        let home = Home::new(&world.provider(), "/", "")?;
        let place = tempfile::tempdir()?;
        let zip = place.path().join("anna.zip");
        run_signed_in(&home, "export", &anna, &[text(&zip)]).await?.ends(0, "66 messages of 66");
        run_signed_in(&home, "export", &anna, &[text(&zip)]).await?.ends(1, "there already");
        let all = [text(&zip)];
        run_signed_in(&home, "import", &ben, &all)
            .await?
            .ends(0, "66 messages came in, 0 were there");
        for mailbox in ["INBOX", "Plans"] {
            let before = contents(&mut hers, mailbox).await?;
            assert_eq!(contents(&mut his, mailbox).await?, before, "{mailbox}");
        }
        // The same again does nothing, unless that is wanted.
        run_signed_in(&home, "import", &ben, &all)
            .await?
            .ends(0, "0 messages came in, 66 were there");
        let doubled = [text(&zip), "--duplicates", "--mailbox", "Twice/Over"];
        run_signed_in(&home, "import", &ben, &doubled).await?.ends(0, "66 messages came in");
        run_signed_in(&home, "import", &ben, &doubled).await?.ends(0, "66 messages came in");
        assert_eq!(his.count("Twice/Over").await?, 2 * 66);
        // From one command into the next, and what a search finds.
        let piped = ["-", "--mailbox", "Plans"];
        let mbox = run_signed_in(&home, "export", &anna, &piped).await?.ends(0, "6 messages of 6");
        ensure!(mbox.starts_with(b"From "), "an mbox");
        let input = [format!("{}\n", ben.password).into_bytes(), mbox].concat();
        let arguments = ["import", &ben.address, "-", "--password-stdin", "--mailbox", "Pile"];
        run(&home, &arguments, &input).await?.ends(0, "6 messages came in");
        let before = contents(&mut hers, "Plans").await?;
        assert_eq!(contents(&mut his, "Pile").await?, before);
        let found = place.path().join("found.mbox");
        let search = [text(&found), "--search", "subject:large", "--form", "mbox"];
        run_signed_in(&home, "export", &anna, &search).await?.ends(0, "1 messages of 1");
        let found = std::fs::read(&found)?;
        ensure!(found.windows(14).any(|octets| octets == b"Subject: Large"), "what was found");
        assert_eq!(files(place.path())?, ["anna.zip", "found.mbox"]);
    }
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_done_is_said_and_leaves_nothing_behind() -> Result<()> {
    let world = World::in_memory().await?;
    let anna = world.person("anna");
    world.file(&anna, "INBOX", "One").await?;
    let home = Home::new(&world.provider(), "/", "")?;
    let place = tempfile::tempdir()?;
    let file = place.path().join("anna.mbox");
    let wrong = Person { password: "wrong".into(), ..anna.clone() };
    run_signed_in(&home, "export", &wrong, &[text(&file)]).await?.ends(1, "refused the sign-in: ");
    run_signed_in(&home, "import", &wrong, &[text(&home.config())]).await?.ends(1, "refused");
    run(&home, &["export", &anna.address, text(&file)], b"")
        .await?
        .ends(2, "its password is needed");
    let nowhere = place.path().join("nowhere").join("anna.mbox");
    run_signed_in(&home, "export", &anna, &[text(&nowhere)]).await?.ends(1, "No such file");
    run_signed_in(&home, "import", &anna, &[text(&nowhere)]).await?.ends(1, "No such file");
    let strange = [text(&file), "--mailbox", "Nothing"];
    run_signed_in(&home, "export", &anna, &strange).await?.ends(1, "no mailbox \"Nothing\"");
    let strange = [text(&file), "--search", "before:whenever"];
    run_signed_in(&home, "export", &anna, &strange).await?.ends(1, "no date at character 7");
    let garbage = place.path().join("garbage.mbox");
    std::fs::write(&garbage, b"%PDF-1.4\n")?;
    let into = [text(&garbage), "--mailbox", "Made"];
    run_signed_in(&home, "import", &anna, &into)
        .await?
        .ends(1, "it is no mbox, no message and no zip");
    ensure!(world.session(&anna).await?.count("Made").await.is_err(), "nothing is made for it");
    run(&home, &["export", "anna", text(&file)], b"").await?.ends(2, "is not an address");
    run(&home, &["export", &anna.address], b"").await?.ends(2, "postern export ADDRESS");
    run(&home, &["export", &anna.address, "x", "--form", "pdf"], b"").await?.ends(2, "mbox or zip");
    std::fs::remove_file(&garbage)?;
    assert_eq!(files(place.path())?, Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn mail_that_lies_here_is_taken_out_beside_the_bridge_and_added_without_it() -> Result<()> {
    const MESSAGES: usize = 40;
    let world = World::in_memory().await?;
    let (anna, ben, chen) = (world.person("anna"), world.person("ben"), world.person("chen"));
    let mut hers = world.session(&anna).await?;
    hers.ok("CREATE \"Plans\"").await?;
    fill_mailbox(&mut hers, &anna, "Plans", MESSAGES).await?;
    let large = message::with_attachment(&anna, &anna, "Large", 1_600_000);
    hers.append_dated("Plans", "\\Seen \" 3-Nov-2026 10:00:00 +0000\"", &large).await?;
    let by_imap = Home::new(&world.provider(), "/", "")?;
    let place = tempfile::tempdir()?;
    let at = |name: &str| place.path().join(name).display().to_string();
    run_signed_in(&by_imap, "export", &anna, &[&at("0.zip"), "--mailbox", "Plans"])
        .await?
        .ends(0, "41 messages of 41");

    let mut program = Program::start(Home::new(&world.pop3_provider(), "/", "")?).await?;
    for person in [&anna, &ben] {
        Visitor::sign_in(&program.home, person).await?.tab().await?;
    }
    run_here(&program, "import", &anna, &[&at("0.zip")]).await?.ends(1, "a bridge is at work on");
    run_here(&program, "export", &chen, &[&at("x.zip")]).await?.ends(1, "no mail of it lies in");
    program.stop()?;
    run_here(&program, "import", &anna, &[&at("0.zip")]).await?.ends(0, "41 messages came in");
    run_here(&program, "import", &anna, &[&at("0.zip")]).await?.ends(0, "41 were there");
    program.launch().await?;
    let plans = ["--mailbox", "Plans"];
    run_here(&program, "export", &anna, &[&[at("1.mbox").as_str()], &plans[..]].concat())
        .await?
        .ends(0, "41 messages of 41");
    run_here(&program, "export", &anna, &[&at("found.zip"), "--search", "subject:large"])
        .await?
        .ends(0, "1 messages of 1");
    program.stop()?;
    run_here(&program, "import", &ben, &[&[at("1.mbox").as_str()], &plans[..]].concat())
        .await?
        .ends(0, "41 messages came in");
    run_here(&program, "export", &ben, &[&at("2.zip")]).await?.ends(0, "41 messages of 41");
    // The bridge goes on with what it finds.
    program.launch().await?;
    let mut tab = Visitor::sign_in(&program.home, &ben).await?.tab().await?;
    let all = tab.link.call(ListMailboxes { account: tab.id() }).await?;
    let plans = all.into_iter().find(|mailbox| mailbox.name == "Plans").context("made by it")?;
    assert_eq!(plans.counts.map(|counts| counts.messages), Some(41));
    program.stop()?;

    run_signed_in(&by_imap, "import", &chen, &[&at("2.zip")]).await?.ends(0, "41 messages came in");
    let before = contents(&mut hers, "Plans").await?;
    let mut theirs = world.session(&chen).await?;
    assert_eq!(contents(&mut theirs, "Plans").await?, before);
    Ok(())
}
