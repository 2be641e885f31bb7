//! `gridwatch demo cameras`: a street full of cameras, on this machine.
#![expect(clippy::print_stdout, reason = "a command line prints")]

use std::{
    io::{self, BufRead},
    net::SocketAddr,
    sync::Arc,
    thread,
};

use strum::IntoEnumIterator;

use crate::{
    demo::farm::{Farm, Footage, Login, Order},
    scene::{Lens, Scene, SceneKind},
};

#[derive(clap::Args)]
pub struct Cameras {
    /// How many
    #[arg(long, default_value_t = 309, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=2000))]
    count: u16,
    /// Where they are: rtsp://ADDRESS/cam001 and so on
    #[arg(long, default_value = "127.0.0.1:8554", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Width and height of the pictures
    #[arg(long, default_value = "640x360", value_parser = size, value_name = "WxH")]
    size: [u32; 2],
    /// Seconds of each scene before it begins again
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=120))]
    seconds: u32,
    /// The variable of the environment that holds USER:PASSWORD, without which nobody is let in [default: all are]
    #[arg(long, value_name = "NAME")]
    login: Option<String>,
}

fn size(text: &str) -> Result<[u32; 2], String> {
    let (width, height) = text.split_once('x').ok_or("no size such as 640x360")?;
    let side = |side: &str| match side.parse() {
        Ok(side @ 32..=1920) if side % 4 == 0 => Ok(side),
        _ => Err(format!("{side} is no side: from 32 to 1920, and a multiple of 4")),
    };
    Ok([side(width)?, side(height)?])
}

impl Cameras {
    /// Serves them until it is ended; what is to go wrong is read line by line.
    pub fn run(&self) -> anyhow::Result<()> {
        let footage = film(self.size, self.seconds)?;
        let login = self.login.as_deref().map(login).transpose()?;
        let farm = Farm::start(&footage, usize::from(self.count), self.listen, login)?;
        println!("{} … {}", farm.uri(1), farm.uri(usize::from(self.count)));
        for line in io::stdin().lock().lines() {
            match line?.parse::<Order>() {
                Ok(order) => {
                    farm.obey(&order);
                    println!("ok");
                }
                Err(wrong) => println!("{wrong}"),
            }
        }
        // Nobody has anything more to say.
        loop {
            thread::park();
        }
    }
}

fn login(variable: &str) -> anyhow::Result<Login> {
    let pair = std::env::var(variable).ok();
    let pair = pair.as_deref().and_then(|pair| pair.split_once(':'));
    let (user, password) = pair.ok_or_else(|| anyhow::anyhow!("{variable} holds no USER:PASSWORD"))?;
    Ok(Login { user: user.to_owned(), password: password.to_owned() })
}

/// One scene of each kind.
fn film([width, height]: [u32; 2], seconds: u32) -> anyhow::Result<Vec<Arc<Footage>>> {
    let kinds = SceneKind::iter().zip(1..);
    let film = |(kind, seed)| {
        let scene = Scene::new(kind, Lens::default(), width, height, seed);
        Ok(Arc::new(Footage::film(&scene, seconds)?))
    };
    kinds.map(film).collect()
}
