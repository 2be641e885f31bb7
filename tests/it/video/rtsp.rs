//! Cameras on the network, and what happens to them.

use gridwatch::{
    domain::camera::{LinkCause, LinkEvent, Reader},
    io::{secrets::Credential, video::Source},
};

use super::{
    Told, Watched,
    server::{Line, Server},
};

fn live(port: u16) -> Source {
    rtsp(&format!("rtsp://127.0.0.1:{port}/live"), Reader::Retina)
}

pub fn rtsp(uri: &str, reader: Reader) -> Source {
    Source::Rtsp { uri: uri.parse().expect("an address"), credential: None, reader }
}

pub fn with_login(source: Source, password: &str) -> Source {
    let Source::Rtsp { uri, reader, .. } = source else { unreachable!("it is RTSP") };
    let credential = Credential { user: "viewer".to_owned(), password: password.to_owned() };
    Source::Rtsp { uri, credential: Some(credential), reader }
}

#[test]
fn a_camera_that_is_switched_off_and_on_again_is_seen_again() {
    let server = Server::start(0, None);
    let port = server.port;
    let watched = Watched::of(live(port));
    assert_eq!(watched.until_picture(), [160, 120]);
    drop(server);
    watched.until_failed();
    watched.until(|told| *told == Told::Link(LinkEvent::Failed(LinkCause::Unreachable)));
    let _server = Server::start(port, None);
    assert_eq!(watched.until_picture(), [160, 120]);
}

#[test]
fn a_line_that_is_cut_or_goes_silent_is_opened_anew() {
    let server = Server::start(0, None);
    let line = Line::to(server.port);
    let watched = Watched::of(live(line.port));
    watched.until_picture();
    line.cut();
    watched.until_failed();
    watched.until_picture();
    line.hold(true);
    watched.until(|told| *told == Told::Link(LinkEvent::Silence));
    watched.until_failed();
    line.cut();
    line.hold(false);
    watched.until_picture();
}

#[test]
fn a_wrong_password_and_a_wrong_path_are_told_apart() {
    let server = Server::start(0, Some(("viewer", "right")));
    assert_eq!(Watched::of(with_login(live(server.port), "wrong")).until_failed(), LinkCause::AuthFailed);
    assert_eq!(Watched::of(live(server.port)).until_failed(), LinkCause::AuthWanted);
    assert_eq!(Watched::of(with_login(live(server.port), "right")).until_picture(), [160, 120]);
    let open = Server::start(0, None);
    let nothing = rtsp(&format!("rtsp://127.0.0.1:{}/nothing", open.port), Reader::Retina);
    assert_eq!(Watched::of(nothing).until_failed(), LinkCause::NothingThere);
}

#[test]
fn a_camera_that_sends_rubbish_disturbs_no_other() {
    // A web server, say.
    let rubbish = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = rubbish.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for mut client in rubbish.incoming().flatten() {
            let _ = std::io::Write::write_all(&mut client, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        }
    });
    let server = Server::start(0, None);
    let (broken, sound) = (Watched::of(live(port)), Watched::of(live(server.port)));
    for _ in 0..3 {
        broken.until_failed();
        assert_eq!(sound.until_picture(), [160, 120]);
    }
}
