//! The one binary.

fn main() -> std::process::ExitCode {
    gridwatch::cli::run()
}
