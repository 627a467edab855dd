use super::{Cell, Encoder, Format, Row};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

/// A file of these pieces.
fn file(format: Format, columns: &[&str], pieces: Vec<Vec<Row>>) -> Vec<u8> {
    let columns = columns.iter().map(|name| (*name).to_owned()).collect();
    let mut encoder = Encoder::new(format, columns);
    let mut bytes = Vec::new();
    for piece in pieces {
        bytes.extend(encoder.rows(piece).unwrap());
    }
    bytes.extend(encoder.end());
    bytes
}

fn text_of(format: Format, pieces: Vec<Vec<Row>>) -> String {
    String::from_utf8(file(format, &["name", "calls"], pieces)).unwrap()
}

#[test]
fn lines_end_as_the_standard_says_and_what_needs_quotes_has_them() {
    let rows = vec![
        vec!["a,b".into(), 1.into()],
        vec!["say \"hi\"\nthere".into(), Cell::Empty],
    ];
    assert_eq!(
        text_of(Format::Csv { bom: false }, vec![rows]),
        "name,calls\r\n\"a,b\",1\r\n\"say \"\"hi\"\"\nthere\",\r\n"
    );
    assert_eq!(
        text_of(Format::Csv { bom: true }, vec![vec![]]),
        "\u{feff}name,calls\r\n"
    );
}

#[test]
fn no_text_is_taken_for_a_formula_and_numbers_stay_numbers() {
    for start in ["=", "+", "-", "@", "\t", "\r"] {
        let row = vec![format!("{start}1").into(), (-1).into()];
        let text = text_of(Format::Csv { bom: false }, vec![vec![row]]);
        let field = text.split("\r\n").nth(1).unwrap().trim_start_matches('"');
        assert!(field.starts_with('\''), "{text:?}");
        assert!(text.ends_with(",-1\r\n"), "{text:?}");
    }
    let row = vec!["=1".into(), 1.into()];
    assert!(text_of(Format::Json, vec![vec![row]]).contains("\"=1\""));
}

#[test]
fn a_file_without_rows_is_a_file() {
    assert_eq!(text_of(Format::Json, vec![]), "[]\n");
    assert_eq!(text_of(Format::Json, vec![vec![], vec![]]), "[]\n");
    assert_eq!(
        text_of(Format::Csv { bom: false }, vec![vec![]]),
        "name,calls\r\n"
    );
}

/// Texts of what is awkward.
fn awkward(random: &mut ChaCha8Rng) -> String {
    const PARTS: [&str; 14] = [
        "a", "\"", ",", "\r\n", "\n", "\r", ";", "\t", " ", "é", "钥匙", "🔑", "\u{202e}", "=",
    ];
    (0..random.random_range(0..6))
        .map(|_| PARTS[random.random_range(0..PARTS.len())])
        .collect()
}

#[test]
fn every_text_survives_in_pieces_of_any_size() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    for _ in 0..200 {
        let texts: Vec<[String; 2]> = (0..random.random_range(0..20))
            .map(|_| [awkward(&mut random), awkward(&mut random)])
            .collect();
        let rows: Vec<Row> = texts
            .iter()
            .map(|[a, b]| vec![a.clone().into(), b.clone().into()])
            .collect();
        let size = random.random_range(1..5);
        let pieces: Vec<Vec<Row>> = rows.chunks(size).map(<[Row]>::to_vec).collect();
        let pieces = if pieces.is_empty() {
            vec![vec![]]
        } else {
            pieces
        };

        let csv = file(Format::Csv { bom: false }, &["a", "b"], pieces.clone());
        let read: Vec<[String; 2]> = csv::Reader::from_reader(csv.as_slice())
            .records()
            .map(|record| {
                let record = record.unwrap();
                [0, 1].map(|place| record[place].to_owned())
            })
            .collect();
        let marked = |text: &String| {
            let marked = text.starts_with(['=', '\t', '\r']);
            if marked {
                format!("'{text}")
            } else {
                text.clone()
            }
        };
        let expected: Vec<[String; 2]> =
            texts.iter().map(|[a, b]| [marked(a), marked(b)]).collect();
        assert_eq!(read, expected);

        let json = file(Format::Json, &["a", "b"], pieces);
        let json: Value = serde_json::from_slice(&json).unwrap();
        let read: Vec<[String; 2]> = json
            .as_array()
            .unwrap()
            .iter()
            .map(|row| ["a", "b"].map(|name| row[name].as_str().unwrap().to_owned()))
            .collect();
        assert_eq!(read, texts);
    }
}
