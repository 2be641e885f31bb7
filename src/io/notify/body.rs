//! What receivers read: one form for each kind of receiver, or a template of the site.

use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde_json::{Value, json};

use super::{Letter, NotTaken};
use crate::domain::{
    case::{About, Message, NoticeKind},
    geo::Position,
};

/// How a receiver is spoken to.
pub enum Form {
    /// All there is to say.
    Gridwatch,
    /// 企业微信群机器人
    Wecom,
    /// 钉钉群机器人
    Dingtalk,
    /// Numbers and a text.
    Sms,
    /// As a file of the site says; `answers`: whether the receiver says `errcode`.
    Template { template: Template, answers: Box<Form> },
}

/// A body with gaps, read and found sound.
pub struct Template(Box<Environment<'static>>);

const NAME: &str = "body";

impl Template {
    /// # Errors
    /// What is wrong with it, and in which line.
    pub fn parse(text: String) -> Result<Self, String> {
        let mut environment = Environment::new();
        // Values become JSON by themselves, so that no description breaks out of its quotes.
        environment.set_auto_escape_callback(|_| AutoEscape::Json);
        environment.set_undefined_behavior(UndefinedBehavior::Lenient);
        environment.add_template_owned(NAME, text).map_err(|error| error.to_string())?;
        Ok(Self(Box::new(environment)))
    }

    fn render(&self, said: &Value) -> Option<String> {
        let body = self.0.get_template(NAME).ok()?.render(said).ok()?;
        serde_json::from_str::<Value>(&body).is_ok().then_some(body)
    }
}

impl Form {
    pub(super) fn is_dingtalk(&self) -> bool {
        matches!(self, Self::Dingtalk) || matches!(self, Self::Template { answers, .. } if answers.is_dingtalk())
    }

    /// Whether the receiver answers 200 to everything, and says in the body what it thinks.
    pub(super) fn says_errcode(&self) -> bool {
        match self {
            Self::Wecom | Self::Dingtalk => true,
            Self::Gridwatch | Self::Sms => false,
            Self::Template { answers, .. } => answers.says_errcode(),
        }
    }

    /// The body; `None` where there is nobody to send it to.
    pub(super) fn body(&self, letter: &Letter) -> Result<Option<String>, NotTaken> {
        let body = match self {
            Self::Gridwatch => said(letter).to_string(),
            Self::Wecom | Self::Dingtalk => json!({"msgtype": "text", "text": {"content": letter.text}}).to_string(),
            Self::Sms if letter.phones.is_empty() => return Ok(None),
            Self::Sms => json!({"id": letter.id, "phones": letter.phones, "text": letter.text}).to_string(),
            Self::Template { template, .. } => {
                let mut said = said(letter);
                said["phones"] = json!(letter.phones);
                template.render(&said).ok_or(NotTaken::BadBody)?
            }
        };
        Ok(Some(body))
    }
}

/// All there is to say of a message; of a restricted case that is its number and its status.
fn said(letter: &Letter) -> Value {
    let Letter { id, message, text, .. } = letter;
    let Message { case, number, status, at, notice, to, about } = message;
    let mut said = json!({
        "id": id,
        "kind": NoticeKind::from(notice).to_string(),
        "at": at,
        "text": text,
        "case": {"id": case, "number": number, "status": status},
        "to": to,
    });
    if let Some(About { category, department, grid, position, description }) = about {
        said["params"] = json!(notice)["params"].take();
        let case = &mut said["case"];
        case["category"] = json!(category);
        case["department"] = json!(department);
        case["grid"] = json!(grid);
        case["lon"] = json!(position.map(Position::lon));
        case["lat"] = json!(position.map(Position::lat));
        case["description"] = json!(description);
    }
    said
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::domain::{
        case::{Notice, Status},
        people::StaffId,
    };

    fn letter(about: Option<About>) -> Letter {
        let notice = Notice::Ended { number: "2026-000001".into(), status: Status::Closed };
        let (case, number, at) = (Uuid::nil(), "2026-000001".to_owned(), Timestamp::UNIX_EPOCH);
        let message = Message { case, number, status: Status::Closed, at, notice, to: vec![StaffId::new("a")], about };
        Letter {
            id: Uuid::nil(), message, text: "说 \"好\"\n".into(), phones: vec!["190".into()], emails: Vec::new()
        }
    }

    fn about() -> About {
        About { category: None, department: None, grid: None, position: None, description: Some("墙".into()) }
    }

    #[test]
    fn of_a_restricted_case_nothing_is_said_but_number_and_status() {
        let body = Form::Gridwatch.body(&letter(Some(about()))).expect("a body").expect("somebody");
        assert!(body.contains("墙") && body.contains("params"), "{body}");
        let body = Form::Gridwatch.body(&letter(None)).expect("a body").expect("somebody");
        let case = serde_json::from_str::<Value>(&body).expect("JSON")["case"].take();
        assert_eq!(case, json!({"id": Uuid::nil(), "number": "2026-000001", "status": "closed"}));
        assert!(!body.contains("params"), "{body}");
    }

    #[test]
    fn a_template_makes_json_whatever_the_words_are() {
        let of = |text: &str| {
            let template = Template::parse(text.to_owned()).expect("a template");
            Form::Template { template, answers: Box::new(Form::Sms) }.body(&letter(None))
        };
        let body = of("{\"msg\": {{ text }}, \"to\": {{ phones }}}").expect("a body").expect("somebody");
        assert_eq!(serde_json::from_str::<Value>(&body).ok(), Some(json!({"msg": "说 \"好\"\n", "to": ["190"]})));
        assert_eq!(of("{\"msg\": {{ text }}"), Err(NotTaken::BadBody));
        assert!(Template::parse("{{ text ".to_owned()).is_err());
    }
}
