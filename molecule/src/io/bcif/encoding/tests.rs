#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use super::*;

fn map<'a>(pairs: Vec<(&'a str, Value<'a>)>) -> Value<'a> {
    Value::Map(
        pairs
            .into_iter()
            .map(|(key, value)| (Value::Text(key), value))
            .collect(),
    )
}

/// An encoding of a kind with numbers.
fn encoding<'a>(kind: &'a str, numbers: &[(&'a str, f64)]) -> Value<'a> {
    let mut pairs = vec![("kind", Value::Text(kind))];
    pairs.extend(
        numbers
            .iter()
            .map(|&(key, number)| (key, Value::Float(number))),
    );
    map(pairs)
}

fn bytes_of(kind: i64) -> Value<'static> {
    map(vec![
        ("kind", Value::Text("ByteArray")),
        ("type", Value::Int(kind)),
    ])
}

fn packing(byte_count: i64, unsigned: bool) -> Value<'static> {
    map(vec![
        ("kind", Value::Text("IntegerPacking")),
        ("byteCount", Value::Int(byte_count)),
        ("isUnsigned", Value::Bool(unsigned)),
    ])
}

fn run<'a>(bytes: &'a [u8], encodings: Vec<Value<'a>>) -> Result<Array<'a>, String> {
    let data = map(vec![
        ("data", Value::Binary(bytes)),
        ("encoding", Value::Array(encodings)),
    ]);
    decode(&data, &mut Budget::new(1000))
}

fn ints(values: &[i32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

#[test]
fn byte_arrays_have_eight_types() {
    assert_eq!(
        run(&[0xff, 1], vec![bytes_of(1)]),
        Ok(Array::Int(vec![-1, 1]))
    );
    assert_eq!(
        run(&[0xfe, 0xff], vec![bytes_of(2)]),
        Ok(Array::Int(vec![-2]))
    );
    assert_eq!(
        run(&ints(&[-70_000]), vec![bytes_of(3)]),
        Ok(Array::Int(vec![-70_000]))
    );
    assert_eq!(run(&[0xff], vec![bytes_of(4)]), Ok(Array::Int(vec![255])));
    assert_eq!(
        run(&[0xff, 0xff], vec![bytes_of(5)]),
        Ok(Array::Int(vec![65_535]))
    );
    assert_eq!(
        run(&[1, 0, 0, 0], vec![bytes_of(6)]),
        Ok(Array::Int(vec![1]))
    );
    assert_eq!(
        run(&1.5_f32.to_le_bytes(), vec![bytes_of(32)]),
        Ok(Array::Float(vec![1.5]))
    );
    assert_eq!(
        run(&(-0.1_f64).to_le_bytes(), vec![bytes_of(33)]),
        Ok(Array::Float(vec![-0.1]))
    );
    assert!(run(&[1, 2, 3], vec![bytes_of(3)]).is_err());
    assert!(run(&[0xff; 4], vec![bytes_of(6)]).is_err());
    assert!(run(&[1], vec![bytes_of(7)]).is_err());
}

#[test]
fn number_encodings_follow_the_specification() {
    // The examples of the specification's page.
    assert_eq!(
        run(
            &ints(&[120, 123, 12]),
            vec![encoding("FixedPoint", &[("factor", 100.0)]), bytes_of(3)]
        ),
        Ok(Array::Float(vec![1.2, 1.23, 0.12]))
    );
    let quantization = encoding(
        "IntervalQuantization",
        &[("min", 1.0), ("max", 2.0), ("numSteps", 3.0)],
    );
    assert_eq!(
        run(&ints(&[0, 0, 1, 2, 2]), vec![quantization, bytes_of(3)]),
        Ok(Array::Float(vec![1.0, 1.0, 1.5, 2.0, 2.0]))
    );
    assert_eq!(
        run(
            &ints(&[1, 3, 2, 1, 3, 2]),
            vec![encoding("RunLength", &[]), bytes_of(3)]
        ),
        Ok(Array::Int(vec![1, 1, 1, 2, 3, 3]))
    );
    assert_eq!(
        run(
            &ints(&[0, 3, 2, 1]),
            vec![encoding("Delta", &[("origin", 1000.0)]), bytes_of(3)]
        ),
        Ok(Array::Int(vec![1000, 1003, 1005, 1006]))
    );
    assert_eq!(
        run(
            &[1, 2, 0x80, 0xff, 127, 1],
            vec![packing(1, false), bytes_of(1)]
        ),
        Ok(Array::Int(vec![1, 2, -129, 128]))
    );
    assert_eq!(
        run(
            &[255, 0, 255, 255, 1, 7],
            vec![packing(1, true), bytes_of(4)]
        ),
        Ok(Array::Int(vec![255, 511, 7]))
    );
}

#[test]
fn encodings_are_undone_from_the_last_to_the_first() {
    let chain = vec![
        encoding("FixedPoint", &[("factor", 10.0)]),
        encoding("Delta", &[("origin", 100.0)]),
        encoding("RunLength", &[]),
        packing(1, false),
        bytes_of(1),
    ];
    assert_eq!(
        run(&[5, 3], chain),
        Ok(Array::Float(vec![10.5, 11.0, 11.5]))
    );
}

fn strings<'a>(string: &'a str, offsets: &'a [u8]) -> Value<'a> {
    map(vec![
        ("kind", Value::Text("StringArray")),
        ("stringData", Value::Text(string)),
        ("offsets", Value::Binary(offsets)),
        ("dataEncoding", Value::Array(vec![bytes_of(1)])),
        ("offsetEncoding", Value::Array(vec![bytes_of(4)])),
    ])
}

fn texts(array: Result<Array<'_>, String>) -> Vec<Option<String>> {
    let Ok(Array::Text(texts)) = array else {
        panic!("{array:?}")
    };
    (0..texts.indices.len())
        .map(|row| texts.get(row).map(ToString::to_string))
        .collect()
}

#[test]
fn texts_are_slices_of_one_string() {
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        texts(run(&[0, 1, 0, 0xff], vec![strings("aAB", &[0, 1, 3])])),
        [some("a"), some("AB"), some("a"), None]
    );
    // Offsets count UTF-16 units: the clef takes two.
    assert_eq!(
        texts(run(
            &[0, 1, 2],
            vec![strings("\u{e9}\u{1d11e}x", &[0, 1, 3, 4])]
        )),
        [some("\u{e9}"), some("\u{1d11e}"), some("x")]
    );
}

#[test]
fn hostile_texts_are_refused() {
    for (indices, string, offsets) in [
        (&[2][..], "aAB", &[0, 1, 3][..]),
        (&[0], "aAB", &[0, 9]),
        (&[0], "aAB", &[2, 1]),
        (&[0], "aAB", &[]),
    ] {
        assert!(run(indices, vec![strings(string, offsets)]).is_err());
    }
    let long = "x".repeat(300);
    let found = run(
        &[0],
        vec![map(vec![
            ("kind", Value::Text("StringArray")),
            ("stringData", Value::Text(&long)),
            ("offsets", Value::Binary(&[0, 0, 44, 1])),
            ("dataEncoding", Value::Array(vec![bytes_of(1)])),
            ("offsetEncoding", Value::Array(vec![bytes_of(2)])),
        ])],
    );
    assert_eq!(
        found,
        Err("it has a text of 300 bytes, the longest allowed has 255".to_owned())
    );
}

#[test]
fn a_run_length_bomb_is_refused() {
    let bomb = ints(&[7, i32::MAX]);
    let chain = || vec![encoding("RunLength", &[]), bytes_of(3)];
    let found = run(&bomb, chain()).unwrap_err();
    assert!(found.contains("more than 1000 values"), "{found}");
    // Many arrays that each stay below the ceiling are refused together.
    let fill = ints(&[7, 1000]);
    let data = map(vec![
        ("data", Value::Binary(&fill)),
        ("encoding", Value::Array(chain())),
    ]);
    let mut budget = Budget::new(1000);
    let sound = (0..100)
        .take_while(|_| decode(&data, &mut budget).is_ok())
        .count();
    assert_eq!(sound, 64);
    assert!(run(&ints(&[7, -1]), chain()).is_err());
    assert!(run(&ints(&[7]), chain()).is_err());
}

#[test]
fn senseless_chains_are_refused() {
    let cases = vec![
        vec![encoding("Zip", &[])],
        vec![encoding("Delta", &[("origin", 0.0)])],
        vec![bytes_of(3), bytes_of(3)],
        vec![encoding("FixedPoint", &[("factor", 0.0)]), bytes_of(3)],
        vec![encoding("FixedPoint", &[]), bytes_of(3)],
        vec![encoding("FixedPoint", &[("factor", f64::NAN)]), bytes_of(3)],
        vec![encoding("Delta", &[("origin", 1e12)]), bytes_of(3)],
        vec![packing(3, true), bytes_of(4)],
        vec![Value::Nil],
        vec![encoding("Delta", &[("origin", 0.0)]); 17],
    ];
    for chain in cases {
        assert!(run(&[0; 8], chain.clone()).is_err(), "{chain:?}");
    }
    assert!(run(&[127], vec![packing(1, false), bytes_of(1)]).is_err());
    assert!(decode(&Value::Nil, &mut Budget::new(10)).is_err());
}
