//! What must hold whatever happens: power cuts, full disks, crowds, bad clients. `make verify` runs the long forms.

mod bad_bodies;
mod bad_clients;
#[cfg(feature = "video")]
mod cameras;
mod crowd;
mod full_disk;
mod kills;
mod ledger;
mod slow_screens;

use std::io::Cursor;

use futures_util::StreamExt;
use image::{ImageFormat, Rgb, RgbImage};
use reqwest::multipart::{Form, Part};
use serde_json::Value;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

/// A number of the environment, or the one that suits `make test`.
fn scale(variable: &str, usually: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usually)
}

/// A photo unlike any other number's.
fn photo(number: usize) -> Vec<u8> {
    let bytes = number.to_le_bytes();
    let image = RgbImage::from_fn(48, 48, |x, y| Rgb([x as u8, bytes[y as usize % 8], y as u8]));
    let mut png = Cursor::new(Vec::new());
    image.write_to(&mut png, ImageFormat::Png).expect("encoded");
    png.into_inner()
}

/// A report as a form, from the same members as the JSON, with photos.
fn form(report: &Value, photos: impl IntoIterator<Item = Vec<u8>>) -> Form {
    let members = report.as_object().expect("members").iter();
    let texts = members.fold(Form::new(), |form, (name, value)| {
        form.text(name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    });
    photos.into_iter().fold(texts, |form, photo| form.part("photo", Part::bytes(photo)))
}

type Screen = WebSocketStream<TcpStream>;

/// A live screen; `buffer` bounds what the system takes in its name while it does not read.
async fn screen(
    address: std::net::SocketAddr,
    cookie: &str,
    since: &str,
    buffer: Option<u32>,
) -> Result<Screen, Error> {
    let socket = TcpSocket::new_v4()?;
    if let Some(bytes) = buffer {
        socket.set_recv_buffer_size(bytes)?;
    }
    let mut request = format!("ws://{address}/api/live{since}").into_client_request()?;
    request.headers_mut().insert("Cookie", cookie.parse().expect("ASCII"));
    let stream = socket.connect(address).await?;
    Ok(tokio_tungstenite::client_async(request, stream).await?.0)
}

/// The next message of a screen; `None` when it is cut off.
async fn next(screen: &mut Screen) -> Option<Value> {
    loop {
        match screen.next().await? {
            Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).expect("JSON")),
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}
