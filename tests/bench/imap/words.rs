//! Words and names in several scripts, and how headers carry them (RFC 2047).

use postern_tests::chance::Chance;

/// A language that letters are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    English,
    Accented,
    Cyrillic,
    Greek,
    Arabic,
    Chinese,
    Japanese,
    Korean,
}

impl Tongue {
    /// Most letters are in English, some in every other script.
    pub fn of(percent: usize) -> Self {
        match percent {
            0..60 => Self::English,
            60..75 => Self::Accented,
            75..82 => Self::Cyrillic,
            82..85 => Self::Greek,
            85..88 => Self::Arabic,
            88..94 => Self::Chinese,
            94..98 => Self::Japanese,
            _ => Self::Korean,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::English => {
                "invoice meeting report for the quarter please find attached our new plan and \
                 schedule of next week about budget travel contract draft review release notes \
                 server backup photo holiday ticket order shipped welcome security update team"
            }
            Self::Accented => {
                "réunion façade Grüße Straße über Änderung niño mañana café résumé żółty łódź \
                 příště český största hälsningar ødelagt naïve señor garçon Übung"
            }
            Self::Cyrillic => "отчёт встреча договор счёт проект новости привет завтра работа план",
            Self::Greek => "συνάντηση έκθεση τιμολόγιο σχέδιο αύριο νέα ομάδα πρόγραμμα",
            Self::Arabic => "اجتماع تقرير فاتورة خطة غدا أخبار فريق مشروع عقد",
            Self::Chinese => "会议 报告 发票 计划 明天 新闻 项目 合同 收据 通知 北京 上海",
            Self::Japanese => {
                "会議 報告書 請求書 計画 明日 ニュース プロジェクト 契約 お知らせ 東京"
            }
            Self::Korean => "회의 보고서 송장 계획 내일 소식 프로젝트 계약 서울",
        }
    }
}

/// So many words; a sentence ends now and then.
pub fn some(chance: &mut Chance, tongue: Tongue, count: usize) -> String {
    let all: Vec<&str> = tongue.words().split_whitespace().collect();
    let mut text = String::new();
    for n in 0..count {
        if n > 0 {
            text.push_str(if n % 11 == 10 { ". " } else { " " });
        }
        text.push_str(chance.pick(&all).copied().unwrap_or_default());
        // So that words are many, as in life, not a few dozen.
        if n % 7 == 3 {
            text.push_str(&format!(" {}", chance.below(20_000)));
        }
    }
    text
}

const GIVEN: [&str; 24] = [
    "Anna",
    "Zoë",
    "Łucja",
    "Jürgen",
    "Søren",
    "José",
    "Дмитрий",
    "Ольга",
    "Ελένη",
    "Νίκος",
    "محمد",
    "ليلى",
    "伟",
    "芳",
    "太郎",
    "花子",
    "민수",
    "지은",
    "Ben",
    "Chloe",
    "David",
    "Emma",
    "Frank",
    "Grace",
];
const FAMILY: [&str; 20] = [
    "Smith",
    "Müller",
    "Kowalski",
    "Nguyễn",
    "García",
    "Иванов",
    "Петрова",
    "Παπαδόπουλος",
    "الحسن",
    "王",
    "李",
    "張",
    "佐藤",
    "鈴木",
    "김",
    "Dubois",
    "Ångström",
    "O'Brien",
    "Rossi",
    "Silva",
];

/// The name of a person by number.
pub fn name(person: usize) -> String {
    let (given, family) = (GIVEN[person % GIVEN.len()], FAMILY[person / 7 % FAMILY.len()]);
    format!("{given} {family} {person}")
}

/// A text as a header carries it: encoded words of at most 75 characters, where it must.
pub fn encoded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut pieces = vec![String::new()];
    for c in text.chars() {
        let mut bytes = [0; 4];
        let bytes = c.encode_utf8(&mut bytes).bytes();
        let quoted: String = if c.is_ascii_alphanumeric() {
            c.to_string()
        } else {
            bytes.map(|byte| format!("={byte:02X}")).collect()
        };
        let last = pieces.len() - 1;
        if pieces[last].len() + quoted.len() > 60 {
            pieces.push(quoted);
        } else {
            pieces[last].push_str(&quoted);
        }
    }
    let pieces: Vec<String> = pieces.iter().map(|piece| format!("=?utf-8?Q?{piece}?=")).collect();
    pieces.join("\r\n ")
}
