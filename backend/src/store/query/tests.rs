//! The search language: what it means, where it is wrong, and that nothing breaks it.

use proptest::prelude::*;

use super::{Day, Error, ErrorKind, MAX_DEPTH, MAX_LENGTH, Query, Term, parse};
use postern_shared::flag::Flag;

fn today() -> Day {
    Day::of(2026, 11, 22).expect("a day of the calendar")
}

fn day(year: i32, month: u32, of_month: u32) -> Day {
    Day::of(year, month, of_month).expect("a day of the calendar")
}

fn check(input: &str, expect: Query) {
    assert_eq!(parse(input, today()), Ok(expect), "{input}");
}

fn fails(input: &str, position: u32, kind: ErrorKind) {
    assert_eq!(parse(input, today()), Err(Error { position, kind }), "{input}");
}

fn term(term: Term) -> Query {
    Query::Term(term)
}

fn text(words: &str) -> Query {
    term(Term::Text(words.into()))
}

#[test]
fn words_stand_beside_each_other_and_or_binds_closer() {
    check("", Query::all());
    check("  \u{3000} ", Query::all());
    check("a", text("a"));
    check("a b", Query::And(vec![text("a"), text("b")]));
    check("a b OR c", Query::And(vec![text("a"), Query::Or(vec![text("b"), text("c")])]));
    check("a AND (b | c)", Query::And(vec![text("a"), Query::Or(vec![text("b"), text("c")])]));
    check("\"a b\" or", Query::And(vec![text("a b"), text("or")]));
}

#[test]
fn a_minus_turns_one_term_round() {
    check("-a", text("a").negated());
    check("NOT a", text("a").negated());
    check("--a", text("--a"));
    check("-(a b)", Query::And(vec![text("a"), text("b")]).negated());
    check("a - b", Query::And(vec![text("a"), text("-"), text("b")]));
    check("well-known", text("well-known"));
    check("-from:zoe", term(Term::From("zoe".into())).negated());
}

#[test]
fn keys_narrow_a_term() {
    check("from:zoe", term(Term::From("zoe".into())));
    check("FROM: zoe", term(Term::From("zoe".into())));
    check("subject:\"two words\"", term(Term::Subject("two words".into())));
    let either = [Term::To("a".into()), Term::To("b".into())];
    check("to:(a OR b)", Query::Or(either.map(term).to_vec()));
    check("is:unread", term(Term::Flag(Flag::Seen)).negated());
    check("is:starred", term(Term::Flag(Flag::Flagged)));
    check("has:attachment", term(Term::HasAttachment));
    check("in:sent", term(Term::In("sent".into())));
    check("filename:plan.pdf", term(Term::Filename("plan.pdf".into())));
    check("list:rust", term(Term::List("rust".into())));
    check("label:$Work", term(Term::Flag(Flag::Keyword("$Work".into()))));
    check("http://a.test 12:30", Query::And(vec![text("http://a.test"), text("12:30")]));
}

#[test]
fn every_script_and_its_own_signs_are_read() {
    check("发票", text("发票"));
    check("主题 OR 會議", Query::Or(vec![text("主题"), text("會議")]));
    check(
        "subject：（发票 收据）",
        Query::And(vec![term(Term::Subject("发票".into())), term(Term::Subject("收据".into()))]),
    );
    check("“zażółć gęślą”", text("zażółć gęślą"));
    check("from:「山田」", term(Term::From("山田".into())));
}

#[test]
fn dates_come_in_several_forms() {
    let expect = day(2026, 1, 5);
    let forms = [
        "2026-01-05",
        "2026/1/5",
        "20260105",
        "5.1.2026",
        "1/5/2026",
        "5-Jan-2026",
        "2026年1月5日",
        "2026.01.05",
        "5-january-2026",
    ];
    for form in forms {
        check(&format!("before:{form}"), term(Term::Before(expect)));
    }
    check("after:13/5/2026", term(Term::Since(day(2026, 5, 13))));
    check("after:2026", term(Term::Since(day(2026, 1, 1))));
    check("after:2026-03", term(Term::Since(day(2026, 3, 1))));
    check("since:yesterday", term(Term::Since(day(2026, 11, 21))));
    check("older_than:3d", term(Term::Before(day(2026, 11, 19))));
    check("newer_than:2w", term(Term::Since(day(2026, 11, 8))));
    check("older_than:6m", term(Term::Before(day(2026, 5, 22))));
    check("older_than:1y", term(Term::Before(day(2025, 11, 22))));
    check("older_than:30000y", term(Term::Before(day(1, 11, 22))));
}

#[test]
fn sizes_have_units() {
    check("larger:10M", term(Term::Larger(10 << 20)));
    check("smaller:500k", term(Term::Smaller(500 << 10)));
    check("larger:1.5mb", term(Term::Larger(3 << 19)));
    check("larger:17", term(Term::Larger(17)));
    check("larger:900g", term(Term::Larger(u32::MAX)));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    fails("a \"b", 2, ErrorKind::OpenQuote);
    fails("发 (a b", 2, ErrorKind::OpenParenthesis);
    fails("a) b", 1, ErrorKind::StrayParenthesis);
    fails("a ()", 2, ErrorKind::MissingTerm);
    fails("OR a", 0, ErrorKind::MissingTerm);
    fails("a OR", 4, ErrorKind::MissingTerm);
    fails("a AND AND b", 6, ErrorKind::MissingTerm);
    fails("from:", 5, ErrorKind::MissingTerm);
    fails("x from: OR", 7, ErrorKind::MissingTerm);
    fails("\"\"", 0, ErrorKind::MissingTerm);
    fails("is:blue", 3, ErrorKind::UnknownWord);
    fails("has:legs", 4, ErrorKind::UnknownWord);
    fails("before:2026-02-30", 7, ErrorKind::BadDate);
    fails("é before:soon", 9, ErrorKind::BadDate);
    fails("older_than:3h", 11, ErrorKind::BadAge);
    fails("larger:big", 7, ErrorKind::BadSize);
    fails("larger:99999999999999999999999", 7, ErrorKind::BadSize);
}

#[test]
fn length_depth_and_number_are_bounded() {
    fails(&"a".repeat(MAX_LENGTH + 1), MAX_LENGTH as u32, ErrorKind::TooMuch);
    fails(&"(".repeat(MAX_LENGTH), MAX_DEPTH as u32 + 1, ErrorKind::TooMuch);
    fails(&"a ".repeat(500), 400, ErrorKind::TooMuch);
    let deep = format!("{}a{}", "(".repeat(MAX_DEPTH), ")".repeat(MAX_DEPTH));
    check(&deep, text("a"));
}

/// A query as somebody could have typed it.
fn written(query: &Query) -> String {
    let many = |all: &[Query], between: &str| -> String {
        let all: Vec<String> = all.iter().map(written).collect();
        format!("({})", all.join(between))
    };
    match query {
        Query::And(all) => many(all, " "),
        Query::Or(all) => many(all, " OR "),
        Query::Not(inside) => format!("-{}", written(inside)),
        Query::Term(Term::From(text)) => format!("from:\"{text}\""),
        Query::Term(Term::Subject(text)) => format!("subject:\"{text}\""),
        Query::Term(Term::Larger(size)) => format!("larger:{size}"),
        Query::Term(Term::Before(day)) => {
            let (year, month, day) = day.civil();
            format!("before:{year:04}-{month:02}-{day:02}")
        }
        Query::Term(Term::Flag(Flag::Flagged)) => "is:starred".into(),
        Query::Term(Term::Text(text)) => format!("\"{text}\""),
        Query::Term(other) => panic!("not among the samples: {other:?}"),
    }
}

fn any_query() -> impl Strategy<Value = Query> {
    let words = "[a-zé发件]{1,6}( [a-z]{1,3})?";
    let leaf = prop_oneof![
        words.prop_map(Term::Text),
        words.prop_map(Term::From),
        words.prop_map(Term::Subject),
        any::<u32>().prop_map(Term::Larger),
        (-200_000_i64..2_000_000).prop_map(|days| Term::Before(Day::at(days * 86_400))),
        Just(Term::Flag(Flag::Flagged)),
    ];
    leaf.prop_map(Query::Term).prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Query::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Query::Or),
            inner
                .prop_filter("one turn each", |query| !matches!(query, Query::Not(_)))
                .prop_map(Query::negated),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(query in any_query()) {
        prop_assert_eq!(parse(&written(&query), today()), Ok(query));
    }

    #[test]
    fn nothing_breaks_it(input in "(\\PC|from:|is:|before:|larger:|OR |-|\\(|\\)|\"|：|「| ){0,60}") {
        if let Err(error) = parse(&input, today()) {
            prop_assert!(error.position as usize <= input.chars().count());
        }
    }
}
