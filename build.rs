//! The screens are part of the binary: new ones make a new binary. They are built by `scripts/build-web`, never here.

fn main() {
    println!("cargo::rerun-if-changed=web/dist");
}
