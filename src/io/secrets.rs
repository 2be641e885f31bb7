//! Secrets that a site's files name and do not hold: the cameras' credentials, and where those are who are told outside.

use std::{collections::BTreeMap, fmt, fs, io, path::Path};

/// User and password of a stream. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    pub user: String,
    pub password: String,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(…)")
    }
}

/// Secrets by the names that a site's files give them: of the environment, else of a file.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// Of cameras.
    of_file: BTreeMap<String, Credential>,
    /// Of those who are told outside.
    of_notify: BTreeMap<String, Hidden>,
}

/// An address or a key. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}

/// The file: credentials of cameras, and a table of the rest.
#[derive(serde::Deserialize)]
struct File {
    #[serde(default)]
    notify: BTreeMap<String, String>,
    #[serde(flatten)]
    cameras: BTreeMap<String, String>,
}

/// Before the name, in capitals with `_` for all else, of a variable of the environment.
const VARIABLE: &str = "GRIDWATCH_SECRET_";

impl Secrets {
    /// The secrets of a TOML file with a line `name = "user:password"` for each camera's, and a table `[notify]` with a line
    /// `name = "…"` for each address and key; none where there is no file.
    ///
    /// # Errors
    /// If it cannot be read, or a line is not of that form; says nothing of its contents.
    pub fn read(file: &Path) -> io::Result<Self> {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error),
        };
        let wrong = |why: &str| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {why}", file.display()));
        // The parser's own message would show the line.
        let File { notify, cameras } =
            toml::from_str(&text).map_err(|_| wrong("not lines of name = \"user:password\""))?;
        let pairs = cameras.into_iter().map(|(name, pair)| {
            let credential = Credential::of_pair(&pair).ok_or_else(|| wrong(&format!("{name} has no colon")))?;
            Ok((name, credential))
        });
        let of_notify = notify.into_iter().map(|(name, secret)| (name, Hidden(secret))).collect();
        Ok(Self { of_file: pairs.collect::<io::Result<_>>()?, of_notify })
    }

    /// Whether there is one of that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The credential of a camera.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Credential> {
        let of_environment = of_environment(name).and_then(|pair| Credential::of_pair(&pair));
        of_environment.or_else(|| self.of_file.get(name).cloned())
    }

    /// The address or key of that name.
    #[must_use]
    pub fn of_notify(&self, name: &str) -> Option<Hidden> {
        of_environment(name).map(Hidden).or_else(|| self.of_notify.get(name).cloned())
    }
}

fn of_environment(name: &str) -> Option<String> {
    let capitals = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let variable: String = VARIABLE.chars().chain(name.chars().map(capitals)).collect();
    std::env::var(variable).ok()
}

impl Credential {
    /// Of `user:password`; the password may have colons.
    fn of_pair(pair: &str) -> Option<Self> {
        let (user, password) = pair.split_once(':')?;
        Some(Self { user: user.to_owned(), password: password.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_of_the_file_and_is_never_printed() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("secrets.toml");
        assert!(Secrets::read(&file).expect("none is fine").find("yard").is_none());
        let text = "yard = \"admin:a:b@c\"\n[notify]\nrobot = \"https://x/?key=k-1\"\n";
        fs::write(&file, text).expect("written");
        let secrets = Secrets::read(&file).expect("read");
        assert_eq!(secrets.find("yard").map(|found| found.password), Some("a:b@c".to_owned()));
        assert_eq!(secrets.of_notify("robot"), Some(Hidden("https://x/?key=k-1".to_owned())));
        assert!(secrets.find("robot").is_none() && secrets.of_notify("yard").is_none());
        let printed = format!("{secrets:?}");
        assert!(!printed.contains("a:b@c") && !printed.contains("k-1"), "{printed}");
        fs::write(&file, "yard = \"hunter2\"\n").expect("written");
        let error = Secrets::read(&file).expect_err("no colon").to_string();
        assert!(error.contains("yard") && !error.contains("hunter2"), "{error}");
    }
}
