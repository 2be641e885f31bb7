//! `staff.csv` and `places.csv`.

use super::{assert_refused, site_with};

#[test]
fn staff_that_is_wrong_is_named_by_line_and_column() {
    let line = |line: &str| {
        site_with(
            "geodata/staff.csv",
            format!("id,name,phone,roles,post,grids,department\ns1,Li,1,informant,A,G1,\n{line}\n"),
        )
    };
    let cases: [(&str, &[&str]); 8] = [
        ("s2,Wu,2,informant,A,G1;G9,", &[": s2: grids: there is no G9"]),
        (
            "s2,Wu,2,informant;boss,A,G1,",
            &[
                ": s2: roles: \"boss\" is none of county_leader, street_cadre, community_staff, specialist, grid_worker, informant, department_clerk, street_office, intake_officer, shift_head, dispatcher, operator, planner, supervisor, display, administrator",
            ],
        ),
        ("s2,Wu,2,,A,G1,", &[": s2: roles: is missing"]),
        ("s2,Wu,2,informant,C,G1,", &[": s2: post: \"C\" is none of A, B"]),
        (
            "s2,Wu,1.3E+10,informant,,,",
            &[
                ": s2: phone: \"1.3E+10\" is what a spreadsheet makes of a code; format the column as text and enter the code again",
            ],
        ),
        ("s1,Wu,2,informant,,,", &[": s1: id: s1 is used twice, first in line 2"]),
        (",,2,informant,,,", &[": id: is missing", ": name: is missing"]),
        ("s2,Wu", &[": 2 fields where the header has 7"]),
    ];
    for (bad, errors) in cases {
        let errors: Vec<String> = errors.iter().map(|error| format!("geodata/staff.csv:3{error}")).collect();
        assert_refused(&line(bad), &errors.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn mailboxes_of_staff_are_addresses() {
    let line = |email: &str| {
        let staff = format!("id,name,email,roles\ns1,Li,li@street.example,informant\ns2,Wu,{email},informant\n");
        site_with("geodata/staff.csv", staff)
    };
    for bad in ["wu", "wu@", "wu street@street.example", "wu@street.example;li@street.example"] {
        let expected = format!("\"{bad}\" is not an e-mail address, such as li@street.example");
        assert_refused(&line(bad), &[&format!("geodata/staff.csv:3: s2: email: {expected}")]);
    }
}

#[test]
fn places_without_a_position_are_named_by_line_and_column() {
    let cases: [(&str, &[&str]); 9] = [
        ("40.001,110.001", &["lon: 40.001000, 110.001000 looks like latitude, longitude; longitude comes first"]),
        ("0,0", &["lon: 0, 0 is a position that nobody knew"]),
        ("\"110,001\",40.001", &["lon: \"110,001\" has a comma for a decimal point"]),
        ("110.001,", &["lat: is missing"]),
        (",40.001", &["lon: is missing"]),
        (" ,", &["lon: is missing", "lat: is missing"]),
        ("east,40.001", &["lon: \"east\" is not a number"]),
        ("NaN,inf", &["lon: \"NaN\" is no finite number", "lat: \"inf\" is no finite number"]),
        ("110.001,1e3", &["lon: 110.001000, 1000.000000 is no position on earth"]),
    ];
    for (bad, errors) in cases {
        let site = site_with(
            "geodata/places.csv",
            format!("code,kind,name,lon,lat\nP1,shop,x,110.001,40.001\nP2,shop,y,{bad}\n"),
        );
        let errors: Vec<String> = errors.iter().map(|error| format!("geodata/places.csv:3: P2: {error}")).collect();
        assert_refused(&site, &errors.iter().map(String::as_str).collect::<Vec<_>>());
    }
    assert_refused(
        &site_with("geodata/places.csv", "code,kind,name,lon\nP1,shop,x,110\n"),
        &["geodata/places.csv:1: lat: the column is missing; there are: code, kind, name, lon"],
    );
}
