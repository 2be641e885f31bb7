//! Mail to the staff: real conversations with a mail server on this machine.

use gridwatch::{
    domain::{
        case::{Message, Notice, Status},
        people::{ActorKind, StaffId},
    },
    io::notify::{Encryption, Letter, Mail, NotTaken, Receiver, Way},
};
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{
    Site, Square,
    binary::until,
    mail::MailServer,
    service::{Service, answer},
};

/// A street of one grid whose two specialists have these addresses, and who signs in to the server with a password.
async fn serve(server: &MailServer, emails: [&str; 2], settings: &str) -> (Site, Service) {
    let [first, second] = emails;
    let staff = format!(
        "id,name,email,roles,grids\nstaff-01,李海燕,{first},specialist,G\nstaff-02,王建军,{second},specialist,G\n"
    );
    let categories = "code,kind,list,class,name,visibility\n01,event,governance,街面,垃圾箱满溢,public\n02,event,governance,平安,涉毒涉黄,restricted\n";
    let port = server.port;
    let smtp = format!(
        "[notify.smtp]\nhost = \"127.0.0.1\"\nport = {port}\nfrom = \"网格中心 <grid@street.example>\"\nuser = \"grid\"\nsecret = \"mail\"\n"
    );
    let site = Site::of(&[Square::grid("G", [0, 0, 2, 2])])
        .with("gridwatch.toml", format!("time_zone = \"Asia/Shanghai\"\n{smtp}{settings}"))
        .with("geodata/staff.csv", staff)
        .with("geodata/categories.csv", categories);
    let data = tempfile::tempdir().expect("a folder");
    std::fs::write(data.path().join("secrets.toml"), "[notify]\nmail = \"hidden-1\"\n").expect("written");
    let service = Service::with_data(site.path(), data).await;
    (site, service)
}

async fn report(service: &Service, category: &str) {
    let told = json!({"lon": 110.001, "lat": 40.001, "category": category, "description": "东门外"});
    let program = service.token(ActorKind::Administrator).await;
    let asked = service.client.post(service.url("/api/reports")).bearer_auth(program).json(&told);
    let (status, told) = answer(asked).await;
    assert_eq!(status, StatusCode::CREATED, "{told}");
}

async fn dead(service: &Service) -> Value {
    answer(service.get("/api/notices/dead")).await.1["letters"].take()
}

#[tokio::test]
async fn a_mail_that_is_put_off_twice_is_taken_the_third_time_with_one_id_by_whoever_has_a_mailbox() {
    let server = MailServer::open(2).await;
    let (site, mut service) = serve(&server, ["li@street.example", ""], "tls = \"none\"\n").await;
    report(&service, "01").await;
    server.until_heard(1).await;
    service.clock.advance(15_000);
    server.until_heard(2).await;
    // What was not taken is not lost with the service.
    service = service.restarted_at(site.path()).await;
    service.clock.advance(120_000);
    server.until_heard(3).await;
    service.clock.advance(86_400_000);
    report(&service, "02").await;
    server.until_heard(4).await;

    let mails = server.mails();
    assert_eq!(mails.len(), 4, "nobody else has a mailbox");
    assert!(mails.iter().all(|mail| mail.to == "RCPT TO:<li@street.example>"));
    for header in ["Message-ID", "Date"] {
        assert!(mails[..3].iter().all(|mail| mail.header(header) == mails[0].header(header)));
        assert_ne!(mails[3].header(header), mails[0].header(header));
    }
    assert!(mails[0].header("Message-ID").ends_with("@street.example>"));
    assert_eq!(mails[2].subject(), "案件 2026-000001 待您办理：核实");
    assert_eq!(mails[2].body(), "案件 2026-000001 待您办理：核实\n垃圾箱满溢\nG\n东门外");
    let restricted = "案件 2026-000002：待核实";
    assert_eq!((mails[3].subject(), mails[3].body()), (restricted.into(), restricted.into()), "and nothing else");
    until(async || server.commands().iter().filter(|command| *command == "QUIT").count() == 4).await;
    assert_eq!(dead(&service).await, json!([]));
}

#[tokio::test]
async fn a_mailbox_that_there_is_none_of_is_a_dead_letter_at_once_and_keeps_nobody_from_theirs() {
    let server = MailServer::open(0).await;
    let (_site, service) = serve(&server, ["gone@street.example", "wang@street.example"], "tls = \"none\"\n").await;
    report(&service, "01").await;
    server.until_heard(1).await;
    until(async || dead(&service).await != json!([])).await;
    let letters = dead(&service).await;
    assert_eq!(letters.as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&letters[0]["failures"], &letters[0]["why"]["params"]["status"]),
        (&json!(1), &json!(550)),
        "{letters}"
    );
    let taken: Vec<String> = server.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(taken, ["RCPT TO:<wang@street.example>"]);
}

#[tokio::test]
async fn a_server_that_does_not_encrypt_hears_neither_the_password_nor_a_mail() {
    let server = MailServer::open(0).await;
    let settings = "kinds = [\"turn\"]\n[notify]\nattempts = 1\n";
    let (_site, service) = serve(&server, ["li@street.example", ""], settings).await;
    report(&service, "01").await;
    until(async || dead(&service).await != json!([])).await;
    let letters = dead(&service).await;
    assert_eq!(letters[0]["why"]["code"], "unclear", "{letters}");
    assert!(!letters.to_string().contains("hidden-1"));
    let said = server.commands();
    assert!(said.iter().all(|command| command.starts_with("EHLO") || command == "QUIT"), "{said:?}");
}

/// Nobody in particular.
fn letter() -> Letter {
    let number = "2026-000001".to_owned();
    let notice = Notice::Ended { number: number.clone(), status: Status::Closed };
    let (case, at, to) = (uuid::Uuid::nil(), jiff::Timestamp::UNIX_EPOCH, vec![StaffId::new("staff-01")]);
    let message = Message { case, number, status: Status::Closed, at, notice, to, about: None };
    let emails = vec!["li@street.example".to_owned()];
    Letter { id: case, message, text: "结案".into(), phones: Vec::new(), emails }
}

#[tokio::test]
async fn password_and_mail_go_encrypted_to_a_server_that_is_trusted_and_to_no_other() {
    for from_the_first in [false, true] {
        let (server, certificate) = MailServer::encrypted(from_the_first).await;
        let send = async |tls: TlsParameters| {
            let encryption = if from_the_first { Encryption::Tls(tls) } else { Encryption::Starttls(tls) };
            let from = "grid@street.example".parse().expect("an address");
            let login = Some(("grid".to_owned(), "hidden-1".to_owned()));
            let mail = Mail { host: "localhost".into(), port: server.port, encryption, from, login };
            Receiver { name: "smtp".into(), way: Some(Way::Mail(mail)) }.send(&letter(), 0).await
        };
        let unknown = TlsParameters::new("localhost".into()).expect("the machine's");
        assert_eq!(send(unknown).await, Err(NotTaken::NoAnswer));
        assert!(server.commands().iter().all(|command| command.starts_with("EHLO") || command == "STARTTLS"));

        let certificate = Certificate::from_pem(certificate.as_bytes()).expect("a certificate");
        let trusted = TlsParameters::builder("localhost".into()).add_root_certificate(certificate).build();
        assert_eq!(send(trusted.expect("the server's")).await, Ok(()));
        assert_eq!(server.mails()[0].body(), "结案");
        assert!(server.commands().iter().any(|command| command.starts_with("AUTH PLAIN")));
    }
}
