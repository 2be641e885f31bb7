//! What is wrong with `geodata/patrols.toml`.

use super::{assert_refused, site_with};

#[test]
fn every_fault_of_an_instruction_is_named() {
    let patrols = "[[instruction]]\ncode = \"P1\"\nname = \"round\"\ntimes = 0\ndays = [\"someday\"]\ngrids = [\"nowhere\"]\n\
                   [[instruction]]\ncode = \"P1\"\n";
    assert_refused(
        &site_with("geodata/patrols.toml", patrols),
        &[
            "geodata/patrols.toml:1: P1: times: 0 is not between 1 and 24",
            "geodata/patrols.toml:1: P1: days: \"someday\" is none of mon, tue, wed, thu, fri, sat, sun",
            "geodata/patrols.toml:7: P1: code: P1 is used twice, first in line 1",
            "geodata/patrols.toml:7: P1: name: is missing",
            "geodata/patrols.toml:1: P1: grids: there is no nowhere",
        ],
    );
}
