//! Words for codes: the sentences behind reasons and problems, in English and Chinese (Fluent, one file each).
//!
//! The rules and the edges say a code with parameters; only here, at the outermost edge, does it become a sentence.

use std::{borrow::Cow, collections::HashMap};

use fluent_templates::{LanguageIdentifier, Loader, fluent_bundle::FluentValue, langid, static_loader};
use serde::Serialize;
use serde_json::Value;

static_loader! {
    static WORDS = {
        locales: "./src/words",
        fallback_language: "en",
        // Marks around parameters that steer writing direction: needless for our languages, and noise in a terminal.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static EN: LanguageIdentifier = langid!("en");
static ZH: LanguageIdentifier = langid!("zh");

/// A language that the product speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Language {
    #[default]
    En,
    Zh,
}

impl Language {
    /// By a POSIX locale such as `zh_CN.UTF-8`.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        if locale.to_ascii_lowercase().starts_with("zh") { Self::Zh } else { Self::En }
    }

    /// The sentence for something that serialises to `{"code": …, "params": {…}}`, or to a code alone; the bare code
    /// where there is no sentence.
    ///
    /// Numbers are rounded by what their names say they are: degrees to 6 decimals, metres to 1, square metres to 0.
    #[must_use]
    pub fn say(self, coded: &impl Serialize) -> String {
        self.say_by_name(coded, |_, _| None)
    }

    /// As [`say`](Self::say), with a name in place of a code where `name` knows one by the parameter and its value.
    #[must_use]
    pub fn say_by_name(self, coded: &impl Serialize, name: impl Fn(&str, &str) -> Option<String>) -> String {
        let Ok(value) = serde_json::to_value(coded) else { return String::new() };
        let code = value.get("code").unwrap_or(&value).as_str().unwrap_or_default();
        let params = value.get("params").and_then(Value::as_object);
        let args: HashMap<Cow<'static, str>, FluentValue<'static>> = params
            .into_iter()
            .flatten()
            .map(|(param, value)| {
                let named = value.as_str().and_then(|code| name(param, code)).or_else(|| self.called(param, value));
                (Cow::Owned(param.clone()), named.map_or_else(|| argument(param, value), FluentValue::from))
            })
            .collect();
        WORDS.try_lookup_with_args(self.identifier(), code, &args).unwrap_or_else(|| code.to_owned())
    }

    /// What a step, a status, a role is called, where the parameter's name says that its value is one of these.
    fn called(self, param: &str, value: &Value) -> Option<String> {
        /// Others may have values that only look like these.
        const NAMED: [&str; 6] = ["action", "status", "role", "wish", "stage", "ailment"];
        if !NAMED.contains(&param) {
            return None;
        }
        let one = |value: &Value| WORDS.try_lookup(self.identifier(), &format!("{param}_{}", value.as_str()?));
        match value {
            Value::Array(values) => values.iter().map(one).collect::<Option<Vec<_>>>().map(|names| names.join(", ")),
            value => one(value),
        }
    }

    fn identifier(self) -> &'static LanguageIdentifier {
        match self {
            Self::En => &EN,
            Self::Zh => &ZH,
        }
    }
}

/// Counts stay numbers, so that a language can choose its words by them.
fn argument(name: &str, value: &Value) -> FluentValue<'static> {
    match value.as_u64().filter(|_| name != "ring") {
        Some(count) => FluentValue::from(count),
        None => FluentValue::from(shown(name, value)),
    }
}

fn shown(name: &str, value: &Value) -> String {
    match value {
        // Fluent's selectors need a name for nothing.
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(|value| shown(name, value)).collect::<Vec<_>>().join(", "),
        // People count rings from one.
        Value::Number(number) if name == "ring" => number.as_u64().map_or_else(String::new, |n| (n + 1).to_string()),
        Value::Number(number) if number.is_f64() => {
            let number = number.as_f64().unwrap_or_default();
            match name {
                "lon" | "lat" => format!("{number:.6}"),
                name if name.ends_with("_m2") && number >= 10.0 => format!("{number:.0}"),
                name if name.ends_with("_m") || name.ends_with("_m2") => format!("{number:.1}"),
                _ => number.to_string(),
            }
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use strum::VariantNames;

    use super::*;
    use crate::{
        cli::{NotImported, RowOutcome, Saying},
        domain::{
            analysis::{
                figures::{Measure, TallyError},
                heat::FrameError,
                hotspot::{HdbscanError, Kind, KnoxError, LatticeError, PermutationError, Side},
                planning::{Method, QuestionError, Warning},
            },
            camera::{HomographyError, LinkCause, StreamUriError, Trouble},
            case::{ActionKind, NoticeKind, Stage, Status, TransitionError},
            duty::{CalendarError, Reason},
            event::Judgement,
            grid::{HierarchyError, ring::RingFault, topology::TopologyFault},
            patrol::TaskError,
            people::Role,
            vision::Ailment,
        },
        io::{
            archive::ArchiveFault,
            catalog::{Severity, Why},
            evidence::PhotoFault,
            notify::NotTaken,
            tables::{events::ColumnError, value::Fault},
        },
        service::{
            accounts::AccountError,
            casework::StepError,
            findings::DecisionError,
            http::{PAGE_WORDS, Refusal},
            intake::IntakeError,
            patrol::PatrolError,
            planning,
            register::PlaceError,
            restore::RestoreError,
            rulings::RulingError,
        },
    };

    /// The message ids of a language file, with the parameters that each uses.
    fn messages(text: &str) -> Vec<(String, BTreeSet<String>)> {
        let mut messages: Vec<(String, BTreeSet<String>)> = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((id, _)) = line.split_once(" = ").filter(|(id, _)| !id.contains([' ', '[', '{'])) {
                messages.push((id.to_owned(), BTreeSet::new()));
            }
            for part in line.split("{ $").skip(1) {
                let name: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                messages.last_mut().expect("a message first").1.insert(name);
            }
        }
        messages
    }

    #[test]
    fn every_code_has_words_in_both_languages_with_the_same_parameters() {
        let (en, zh) = (messages(include_str!("en/words.ftl")), messages(include_str!("zh/words.ftl")));
        assert_eq!(en, zh);
        let codes: BTreeSet<&str> = [
            Why::VARIANTS,
            Fault::VARIANTS,
            Reason::VARIANTS,
            TopologyFault::VARIANTS,
            RingFault::VARIANTS,
            HierarchyError::VARIANTS,
            CalendarError::VARIANTS,
            StreamUriError::VARIANTS,
            HomographyError::VARIANTS,
            Saying::VARIANTS,
            RowOutcome::VARIANTS,
            NotImported::VARIANTS,
            Severity::VARIANTS,
            ColumnError::VARIANTS,
            IntakeError::VARIANTS,
            PhotoFault::VARIANTS,
            Refusal::VARIANTS,
            LinkCause::VARIANTS,
            Trouble::VARIANTS,
            DecisionError::VARIANTS,
            ArchiveFault::VARIANTS,
            RestoreError::VARIANTS,
            StepError::VARIANTS,
            TransitionError::VARIANTS,
            TallyError::VARIANTS,
            FrameError::VARIANTS,
            PermutationError::VARIANTS,
            LatticeError::VARIANTS,
            KnoxError::VARIANTS,
            HdbscanError::VARIANTS,
            QuestionError::VARIANTS,
            Warning::VARIANTS,
            TaskError::VARIANTS,
            PatrolError::VARIANTS,
            PlaceError::VARIANTS,
            Judgement::VARIANTS,
            AccountError::VARIANTS,
            RulingError::VARIANTS,
            NotTaken::VARIANTS,
        ]
        .concat()
        .into_iter()
        // These only wrap the faults that the domain names itself.
        .filter(|code| {
            let wrapped = [
                "ring",
                "fault",
                "hierarchy",
                "topology",
                "calendar",
                "stream",
                "control_points",
                "value",
                "store",
                "photo",
                "io",
                "archive",
                "refused",
                "told",
                "task",
                "patrol",
                "hash",
                "step",
                "lattice",
                "permutation",
                "knox",
                "hdbscan",
                "link",
            ];
            !wrapped.contains(code)
        })
        .collect();
        let named = [
            ("action", ActionKind::VARIANTS),
            ("status", Status::VARIANTS),
            ("role", Role::VARIANTS),
            ("stage", Stage::VARIANTS),
            ("notice", NoticeKind::VARIANTS),
            ("notice", &["restricted"]),
            ("role", &["resident", "service"]),
            ("measure", Measure::VARIANTS),
            ("ailment", Ailment::VARIANTS),
            ("figures", PAGE_WORDS),
            ("hotspots", planning::PAGE_WORDS),
            ("method", Method::VARIANTS),
            ("how", Method::VARIANTS),
            ("legend", &["hot", "cold", "high_high", "high_low", "low_high", "low_low", "core", "unobserved"]),
            ("wish", &["extension", "return", "suspension", "void"]),
        ];
        let named: Vec<String> =
            named.iter().flat_map(|(kind, names)| names.iter().map(move |name| format!("{kind}_{name}"))).collect();
        let pattern = |kind| Side::VARIANTS.iter().map(move |side| format!("pattern_{kind}_{side}"));
        let patterns: Vec<String> = Kind::VARIANTS.iter().flat_map(pattern).collect();
        let codes: BTreeSet<&str> =
            codes.into_iter().chain(named.iter().chain(&patterns).map(String::as_str)).collect();
        let worded: BTreeSet<&str> = en.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(codes, worded, "left: codes, right: words");
    }

    #[test]
    fn a_code_becomes_a_sentence() {
        let reason = Reason::UnknownCategory { category: "101".into(), likely: None };
        assert_eq!(Language::En.say(&reason), "category 101 is not on the lists");
        let gap = TopologyFault::Gap {
            beside: vec![crate::domain::grid::GridCode::new("A"), crate::domain::grid::GridCode::new("B")],
            area_m2: 12.34,
            pieces: 1,
            lon: 110.0,
            lat: 40.123_456_78,
        };
        assert_eq!(Language::En.say(&gap), "a gap of 12 m² between A, B at 110.000000, 40.123457");
        assert_eq!(Language::Zh.say(&gap), "A, B 之间有 1 处空隙，共 12 平方米，位于 110.000000, 40.123457");
        let ring = Why::Ring(RingFault::RingEmpty { ring: 0 });
        assert_eq!(Language::En.say(&ring), "ring 1 encloses nothing");
    }
}
