//! The table of the paper (arXiv 2512.10867): composite scores in percent.

/// The columns of the table.
pub const COLUMNS: [&str; 10] = ["T1", "T2", "T3", "T4+", "T4-", "T5", "T6", "T7", "T8", "T9"];

/// The rows of the table: all but the last on the small set, the last on the full test set.
pub const PAPER: [(&str, [f64; 10]); 6] = [
    (
        "human",
        [
            100.0, 70.18, 30.0, 100.0, 100.0, 32.0, 26.0, 74.54, 92.0, 82.78,
        ],
    ),
    (
        "o3",
        [
            52.29, 43.82, 2.0, 18.67, 94.0, 22.0, 22.44, 20.69, 36.0, 1.71,
        ],
    ),
    (
        "Claude Sonnet 4.5",
        [45.71, 44.18, 6.0, 22.33, 84.0, 28.0, 26.0, 34.12, 38.0, 0.6],
    ),
    (
        "Gemini 2.5 pro",
        [
            50.15, 38.88, 0.0, 28.67, 52.0, 30.61, 21.62, 30.38, 38.0, 1.44,
        ],
    ),
    (
        "GPT-5-mini",
        [
            47.71, 30.55, 4.0, 29.33, 34.0, 28.0, 22.44, 27.24, 47.82, 1.01,
        ],
    ),
    (
        "Qwen2.5-VL-7B, tuned",
        [
            99.84, 99.71, 27.14, 63.46, 89.52, 88.44, 89.59, 24.94, 88.37, 10.72,
        ],
    ),
];
