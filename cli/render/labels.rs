//! How labels look: flags to the request's `label_style` and `texts`.

use clap::Args;
use molshot_scenes::colors::Rgb;
use molshot_scenes::request::{LabelAlignment, StyleRequest, TextRequest};

use super::request::word;
use crate::words::Words;

/// Every flag has its counterpart in the scene file.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Labels")]
pub(super) struct LabelArgs {
    /// Height of a line of text: in angstrom (0.7: far labels are smaller) or in pixels (14px)
    /// [default: 0.7].
    #[arg(long, value_name = "SIZE", value_parser = parse_size, allow_negative_numbers = true)]
    label_size: Option<Size>,
    /// Colour of labels [default: white on dark, black on light].
    #[arg(long, value_name = "COLOR")]
    label_color: Option<Rgb>,
    /// Width of a rim around the letters in pixels, 0 to 4 [default: 0].
    #[arg(long, value_name = "PIXELS", allow_negative_numbers = true)]
    label_outline: Option<f64>,
    /// Which point of a label lies at its place: lower-left or center [default: lower-left].
    #[arg(long, value_name = "POINT", value_parser = Words::new(ALIGNMENTS, word::<LabelAlignment>), hide_possible_values = true)]
    label_alignment: Option<LabelAlignment>,
    /// From there, in screen axes (right, up, towards the viewer), angstrom: 0,0.5,0. Without it
    /// atoms' labels are set off to the right by 0.2 and the ball's radius and forward by 0.5, all
    /// others not at all.
    #[arg(long, value_name = "X,Y,Z", value_parser = parse_offset, allow_hyphen_values = true)]
    label_offset: Option<Offset>,
    /// Name the chain of residues, too.
    #[arg(long)]
    label_chains: bool,
    /// Let what is nearer hide labels, pixel by pixel, instead of drawing them over everything.
    #[arg(long)]
    hide_labels_behind: bool,
    /// Leave out labels whose box would touch a nearer one's.
    #[arg(long)]
    declutter_labels: bool,
    /// A text of your own and the selection at whose mean position it hangs. May be given several
    /// times.
    #[arg(long, num_args = 2, value_names = ["TEXT", "SELECTION"], allow_hyphen_values = true)]
    text: Vec<String>,
}

/// Height of a line of text.
#[derive(Debug, Clone, Copy)]
enum Size {
    Angstrom(f64),
    Pixels(f64),
}

fn parse_size(text: &str) -> Result<Size, String> {
    let (number, size): (&str, fn(f64) -> Size) = match text.strip_suffix("px") {
        Some(number) => (number, Size::Pixels),
        None => (text, Size::Angstrom),
    };
    let number = number.trim().parse();
    number
        .map(size)
        .map_err(|_| "give a number of angstrom, as 0.7, or of pixels, as 14px".to_owned())
}

/// Words of `--label-alignment`.
const ALIGNMENTS: &[&str] = &["lower-left", "center"];

/// An offset in screen axes, angstrom.
#[derive(Debug, Clone, Copy)]
struct Offset([f64; 3]);

fn parse_offset(text: &str) -> Result<Offset, String> {
    let parts: Option<Vec<f64>> = text
        .split(',')
        .map(|part| part.trim().parse().ok())
        .collect();
    parts
        .and_then(|parts| <[f64; 3]>::try_from(parts).ok())
        .map(Offset)
        .ok_or_else(|| "give three numbers of angstrom, as 0,0.5,0".to_owned())
}

impl LabelArgs {
    /// Overrides the document by what was typed.
    pub(super) fn apply(&self, style: &mut StyleRequest) {
        let look = &mut style.label_style;
        match self.label_size {
            Some(Size::Angstrom(size)) => (look.size_angstrom, look.size_px) = (Some(size), None),
            Some(Size::Pixels(size)) => (look.size_angstrom, look.size_px) = (None, Some(size)),
            None => {}
        }
        look.color = self.label_color.or(look.color);
        look.outline_px = self.label_outline.unwrap_or(look.outline_px);
        look.alignment = self.label_alignment.unwrap_or(look.alignment);
        look.offset_angstrom = self
            .label_offset
            .map(|offset| offset.0)
            .or(look.offset_angstrom);
        look.chains |= self.label_chains;
        look.on_top &= !self.hide_labels_behind;
        look.declutter |= self.declutter_labels;
        if self.has_texts() {
            let (pairs, _) = self.text.as_chunks::<2>();
            style.texts = pairs
                .iter()
                .map(|[text, at]| TextRequest::at_selection(text, at.as_str()))
                .collect();
        }
    }

    /// Whether texts were given.
    pub(super) fn has_texts(&self) -> bool {
        !self.text.is_empty()
    }

    /// A flag that was given for the look of labels.
    pub(super) fn look(&self) -> Option<&'static str> {
        [
            (self.label_size.is_some(), "--label-size"),
            (self.label_color.is_some(), "--label-color"),
            (self.label_outline.is_some(), "--label-outline"),
            (self.label_alignment.is_some(), "--label-alignment"),
            (self.label_offset.is_some(), "--label-offset"),
            (self.hide_labels_behind, "--hide-labels-behind"),
            (self.declutter_labels, "--declutter-labels"),
        ]
        .into_iter()
        .find_map(|(given, flag)| given.then_some(flag))
    }

    /// Whether chains are to be named.
    pub(super) fn names_chains(&self) -> bool {
        self.label_chains
    }

    /// The flag that was given for a value of the document.
    pub(super) fn flag_of(&self, pointer: &str) -> Option<&'static str> {
        let key = pointer.strip_prefix("/style/")?;
        match key {
            "label_style/size_angstrom" | "label_style/size_px" => {
                self.label_size.is_some().then_some("--label-size")
            }
            "label_style/outline_px" => self.label_outline.is_some().then_some("--label-outline"),
            "label_style/offset_angstrom" => {
                self.label_offset.is_some().then_some("--label-offset")
            }
            _ => (key.starts_with("texts") && self.has_texts()).then_some("--text"),
        }
    }
}
