//! Texts of surveys: their encodings, and numbers that must stay what they are.

use encoding_rs::{BIG5, DecoderResult, EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_8};

/// The encodings that are tried where none is declared. What is valid in UTF-8 is hardly ever meant as GB18030.
pub(super) const DETECTED: [&Encoding; 2] = [UTF_8, GB18030];

/// The encoding that the text of a `.cpg` file names: `UTF-8`, `GBK`, `936`, `CP936`, `ANSI 936`, `OEM 936`, …
///
/// GB18030 stands for GBK and GB2312, which are parts of it.
pub(super) fn encoding_of_label(label: &str) -> Option<&'static Encoding> {
    let label = label.trim_start_matches('\u{feff}').trim().to_ascii_lowercase();
    let number = label.trim_start_matches(|c: char| !c.is_ascii_digit());
    match number {
        "65001" => Some(UTF_8),
        "936" | "54936" | "18030" | "2312" => Some(GB18030),
        "950" => Some(BIG5),
        "932" => Some(SHIFT_JIS),
        "949" => Some(EUC_KR),
        _ if number.len() == 4 && number.starts_with("125") => Encoding::for_label(format!("cp{number}").as_bytes()),
        _ if number.starts_with("8859") => {
            let part = number.trim_start_matches("8859").trim_start_matches('-');
            Encoding::for_label(format!("iso-8859-{part}").as_bytes())
        }
        _ if label == "gbk" => Some(GB18030),
        _ => Encoding::for_label(label.as_bytes()),
    }
}

/// `bytes` as text if they are valid in `encoding`.
pub(super) fn decode(bytes: &[u8], encoding: &'static Encoding) -> Option<String> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(String::from)
}

/// As [`decode`], for a field of fixed width: a last letter that the width cut in two is left out.
pub(super) fn decode_cut(bytes: &[u8], encoding: &'static Encoding) -> Option<String> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length_without_replacement(bytes.len())?);
    // Not the last bytes, as far as the decoder knows: it waits for the rest of that letter.
    let (result, _) = decoder.decode_to_string_without_replacement(bytes, &mut text, false);
    (result == DecoderResult::InputEmpty).then_some(text)
}

/// The text of a number without the decimals that say nothing: `12.000` is `12`, `1.506E+2` is `150.6`.
///
/// Never invents a digit: `1.50621E+13`, of a code whose last digits are lost, stays as it is, to be refused later.
pub(super) fn number_text(raw: &str) -> String {
    let raw = raw.trim();
    let (mantissa, exponent) = raw.split_once(['e', 'E']).unwrap_or((raw, "0"));
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let places = exponent.parse().ok().filter(|&places: &usize| places <= decimals.len());
    match places {
        Some(places) if !mantissa.is_empty() && is_digits(whole) && is_digits(decimals) => {
            let (moved, rest) = decimals.split_at(places);
            // A scientific mantissa's own zero in front is no digit of the number.
            let whole = if places > 0 && whole == "0" { "" } else { whole };
            let rest = rest.trim_end_matches('0');
            let whole = format!("{whole}{moved}");
            let whole = if whole.is_empty() { "0" } else { &whole };
            if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
        }
        _ => raw.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_lose_only_the_decimals_that_say_nothing() {
        for (raw, text) in [
            ("  42 ", "42"),
            ("0012", "0012"),
            ("150621002001", "150621002001"),
            ("15062100200101000000000", "15062100200101000000000"),
            ("12.000", "12"),
            ("12.50", "12.5"),
            ("-0.50", "-0.5"),
            (".5", "0.5"),
            ("1.50621002001010000000e+013", "15062100200101"),
            ("1.50621E+13", "1.50621E+13"),
            ("1.506E+2", "150.6"),
            ("1.5e-3", "1.5e-3"),
            ("0.125e2", "12.5"),
            ("15062100000000.0", "15062100000000"),
            ("********", "********"),
            ("", ""),
            ("abc", "abc"),
        ] {
            assert_eq!(number_text(raw), text, "{raw}");
        }
    }

    #[test]
    fn labels_of_cpg_files_are_understood() {
        for (label, encoding) in [
            ("UTF-8", UTF_8),
            ("utf8\r\n", UTF_8),
            ("65001", UTF_8),
            ("GBK", GB18030),
            ("GB2312", GB18030),
            ("gb18030", GB18030),
            ("936", GB18030),
            ("CP936", GB18030),
            ("ANSI 936", GB18030),
            ("OEM 936", GB18030),
            ("BIG5", BIG5),
            ("950", BIG5),
            ("ISO-8859-1", encoding_rs::WINDOWS_1252),
            ("88591", encoding_rs::WINDOWS_1252),
            ("1252", encoding_rs::WINDOWS_1252),
        ] {
            assert_eq!(encoding_of_label(label), Some(encoding), "{label}");
        }
        assert_eq!(encoding_of_label("Klingon"), None);
    }

    #[test]
    fn a_letter_cut_in_two_by_the_width_is_left_out() {
        let (name, _, _) = GB18030.encode("建设路网格");
        assert_eq!(decode_cut(&name[..9], GB18030).as_deref(), Some("建设路网"));
        assert_eq!(decode_cut("建设路".as_bytes().split_at(8).0, UTF_8).as_deref(), Some("建设"));
        assert_eq!(decode_cut(&name, UTF_8), None);
        assert_eq!(decode_cut(&GB18030.encode("东").0, UTF_8), None);
    }

    proptest! {
        #[test]
        fn a_number_keeps_its_value(value in -1e12..1e12f64) {
            for raw in [format!("{value}"), format!("{value:.6}"), format!("{value:e}"), format!("{value:.20e}")] {
                let (before, after): (f64, f64) = (raw.parse().expect("f64"), number_text(&raw).parse().expect("f64"));
                prop_assert!((before - after).abs() <= before.abs() * 1e-15, "{raw}");
            }
        }

        #[test]
        fn no_text_makes_it_panic(raw in any::<String>(), number in "[-+.0-9eE]{0,12}") {
            let _ = (number_text(&raw), number_text(&number), encoding_of_label(&raw), decode_cut(raw.as_bytes(), GB18030));
        }
    }
}
