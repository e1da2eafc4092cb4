//! LINK, LINKR and SSBOND records: bonds by chain, residue number and atom name.
//!
//! `LINKR` is the record of Refmac: it has the columns of `LINK`, and the name of the link instead
//! of the length.

use std::collections::HashMap;

use smol_str::SmolStr;

use super::fields::{code, column, columns, integer, text};
use super::identity::{chain_into_number, residue_and_chain, residue_number};
use crate::diagnostics::RepeatedWarning;
use crate::raw::{BondSource, RawAtom, RawBond};
use crate::structure::BondOrder;
use crate::{Element, Warning};

/// Largest number of alternate locations of one atom; entries have a few.
const MAX_ALTLOCS: usize = 16;

/// Chain, residue number and insertion code.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ResidueKey {
    chain: SmolStr,
    number: i32,
    insertion_code: u8,
}

/// One end of a bond, as the record names it.
struct Partner {
    key: ResidueKey,
    /// `None` for SSBOND: force fields have other names of bridged cysteines (`CYX`, `CYS2`).
    residue_name: Option<SmolStr>,
    name: SmolStr,
    /// `None` if the record gives none.
    altloc: Option<u8>,
    /// The key, if the chain has two letters and the number touches it.
    wide_key: Option<ResidueKey>,
}

/// One record.
struct Link {
    line: u32,
    record: &'static str,
    partners: [Partner; 2],
}

/// Collects the records until all atoms are known.
#[derive(Default)]
pub(super) struct Links {
    links: Vec<Link>,
    unreadable: RepeatedWarning,
}

impl Links {
    /// Reads a line if it is a LINK, LINKR or SSBOND record.
    pub(super) fn read(&mut self, number: u32, line: &[u8]) {
        let record = if line.starts_with(b"SSBOND") {
            "SSBOND"
        } else if line.starts_with(b"LINKR") && column(line, 5) == b' ' {
            "LINKR"
        } else if line.starts_with(b"LINK") && column(line, 4).is_ascii_whitespace() {
            "LINK"
        } else {
            return;
        };
        if record == "LINKR" && is_gap(line) {
            return;
        }
        let named = match record {
            "SSBOND" => bridge_partners(line),
            _ => link_partners(line),
        };
        match named {
            // The bond leads to another asymmetric unit.
            Some((_, [first, second])) if first != second => {}
            Some((partners, _)) => self.links.push(Link {
                line: number,
                record,
                partners,
            }),
            None => self.unreadable.note(number, || {
                format!("the {record} record does not name two atoms")
            }),
        }
    }

    /// Adds the bonds whose atoms are in the model, in linear time. A record without alternate
    /// locations joins all atoms that can be present at the same time.
    ///
    /// `wide_chains` is true if atoms have chains of two letters in columns 22-23.
    pub(super) fn resolve(
        mut self,
        file: &str,
        atoms: &[RawAtom],
        wide_chains: bool,
        bonds: &mut Vec<RawBond>,
        warnings: &mut Vec<Warning>,
    ) {
        let mut missing = RepeatedWarning::default();
        for partner in self.links.iter_mut().flat_map(|link| &mut link.partners) {
            if let Some(key) = partner.wide_key.take().filter(|_| wide_chains) {
                partner.key = key;
            }
        }
        let (targets, found) = self.find(atoms);
        for (link, targets) in self.links.iter().zip(&targets) {
            let matching = |end: usize| {
                let partner = &link.partners[end];
                found[targets[end] as usize]
                    .iter()
                    .copied()
                    .filter(move |atom| {
                        let atom = &atoms[*atom as usize];
                        partner.altloc.is_none_or(|wanted| wanted == atom.altloc)
                            && partner
                                .residue_name
                                .as_ref()
                                .is_none_or(|name| *name == atom.residue_name)
                    })
            };
            let before = bonds.len();
            for a in matching(0) {
                for b in matching(1).filter(|b| *b != a) {
                    bonds.extend(bond(atoms, a, b));
                }
            }
            if bonds.len() == before {
                missing.note(link.line, || {
                    let absent = (0..2).find(|end| matching(*end).next().is_none());
                    let partner = &link.partners[absent.unwrap_or(0)];
                    format!(
                        "{} names {partner}, which the model does not have",
                        link.record
                    )
                });
            }
        }
        self.unreadable
            .report(file, "the record is ignored", warnings);
        missing.report(file, "the bond is ignored", warnings);
    }

    /// Numbers the named atoms, so that those of several links are looked up once. Returns the
    /// numbers of the two ends of every link, and the atoms of every number: those of the chain,
    /// residue number and name.
    fn find(&self, atoms: &[RawAtom]) -> (Vec<[u32; 2]>, Vec<Vec<u32>>) {
        let mut residues: HashMap<&ResidueKey, u32> = HashMap::new();
        let mut numbers: HashMap<(u32, &str), u32> = HashMap::new();
        let mut targets = Vec::with_capacity(self.links.len());
        for link in &self.links {
            let mut ends = [0; 2];
            for (end, partner) in ends.iter_mut().zip(&link.partners) {
                let next = residues.len() as u32;
                let residue = *residues.entry(&partner.key).or_insert(next);
                let next = numbers.len() as u32;
                *end = *numbers.entry((residue, &partner.name)).or_insert(next);
            }
            targets.push(ends);
        }
        let mut found = vec![Vec::new(); numbers.len()];
        if found.is_empty() {
            return (targets, found);
        }
        let mut wanted: Vec<i32> = residues.keys().map(|key| key.number).collect();
        wanted.sort_unstable();
        let mut last = None;
        let mut is_wanted = false;
        for (atom, row) in (0_u32..).zip(atoms) {
            // Nearly all residues have no link: the number excludes them.
            if last != Some(row.residue_number) {
                last = Some(row.residue_number);
                is_wanted = wanted.binary_search(&row.residue_number).is_ok();
            }
            if !is_wanted {
                continue;
            }
            let key = ResidueKey {
                chain: row.chain_id.clone(),
                number: row.residue_number,
                insertion_code: row.insertion_code,
            };
            let number = residues
                .get(&key)
                .and_then(|residue| numbers.get(&(*residue, row.name.as_str())));
            let Some(&number) = number else {
                continue;
            };
            // The first atom of a name and alternate location.
            let list = &mut found[number as usize];
            let known = list.iter().any(|other: &u32| {
                let other = &atoms[*other as usize];
                other.altloc == row.altloc && other.residue_name == row.residue_name
            });
            if !known && list.len() < MAX_ALTLOCS {
                list.push(atom);
            }
        }
        (targets, found)
    }
}

/// Creates the bond of two atoms, unless they cannot be present at the same time. A bond of a metal
/// is coordination, as in `_struct_conn`; without element fields, perception finds that out.
fn bond(atoms: &[RawAtom], a: u32, b: u32) -> Option<RawBond> {
    let [first, second] = [&atoms[a as usize], &atoms[b as usize]];
    let compatible = first.altloc == second.altloc || first.altloc == b' ' || second.altloc == b' ';
    let is_metal = |atom: &RawAtom| atom.element.known().is_some_and(Element::is_metal);
    compatible.then_some(RawBond {
        a: a.min(b),
        b: a.max(b),
        order: BondOrder::Unknown,
        source: if is_metal(first) || is_metal(second) {
            BondSource::Metal
        } else {
            BondSource::Extra
        },
    })
}

impl std::fmt::Display for Partner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ResidueKey {
            chain,
            number,
            insertion_code,
        } = &self.key;
        write!(f, "atom {}", self.name)?;
        if let Some(altloc) = self.altloc {
            write!(f, " (alternate location {})", altloc as char)?;
        }
        f.write_str(" of ")?;
        if let Some(residue) = &self.residue_name {
            write!(f, "{residue} ")?;
        } else {
            f.write_str("residue ")?;
        }
        write!(f, "{number}")?;
        if *insertion_code != b' ' {
            write!(f, "{}", *insertion_code as char)?;
        }
        if chain.is_empty() {
            Ok(())
        } else {
            write!(f, " of chain {chain}")
        }
    }
}

/// Reads a symmetry operator: four to six digits, such as 1555, the identity; blank in older files.
fn operator(field: &[u8]) -> u32 {
    let mut digits = field.iter().filter(|b| **b != b'_' && **b != b' ');
    let value = digits.try_fold(0_u32, |value, byte| {
        let digit = (*byte as char).to_digit(10)?;
        value.checked_mul(10)?.checked_add(digit)
    });
    // Other programs write other text into these columns.
    value.filter(|value| *value > 999).unwrap_or(1555)
}

/// Returns true for the link `gap` of Refmac, which says that there is no bond.
fn is_gap(line: &[u8]) -> bool {
    line.split(u8::is_ascii_whitespace)
        .rfind(|word| !word.is_empty())
        .is_some_and(|word| word.eq_ignore_ascii_case(b"gap"))
}

/// The two atoms of a record, and their symmetry operators.
type Named = ([Partner; 2], [u32; 2]);

/// Reads the partners of LINK and LINKR: columns 13-27 and 43-57 are those of an ATOM record.
fn link_partners(line: &[u8]) -> Option<Named> {
    let blank_before = columns(line, 6, 12).iter().all(|b| *b == b' ');
    let by_columns = |line: &[u8]| {
        let (residue, chain) = residue_and_chain(line);
        let name = text(columns(line, 12, 16));
        let into_number = |known| {
            let (chain, number) = chain_into_number(line, known)?;
            Some((text(chain), number))
        };
        let is_wide = column(line, 26).is_ascii_digit();
        let (chain, number, insertion_code) =
            if let Some((chain, number)) = is_wide.then(|| into_number(false)).flatten() {
                (chain, number, b' ')
            } else {
                let (number, insertion_code) = residue_number(line)?;
                (text(chain), number, insertion_code)
            };
        let wide_key = is_wide.then(|| into_number(true)).flatten();
        (!name.is_empty() && !residue.trim_ascii().is_empty()).then(|| Partner {
            key: ResidueKey {
                chain,
                number,
                insertion_code,
            },
            residue_name: Some(text(residue)),
            name,
            altloc: Some(code(column(line, 16))).filter(|altloc| *altloc != b' '),
            wide_key: wide_key.map(|(chain, number)| ResidueKey {
                chain,
                number,
                insertion_code: b' ',
            }),
        })
    };
    if blank_before
        && let (Some(first), Some(second)) = (by_columns(line), line.get(30..).and_then(by_columns))
    {
        return Some(([first, second], operators_in_columns(line)));
    }
    let (words, operators) = words::<8>(line)?;
    let by_words = |words: &[&[u8]]| {
        partner(words[2], words[3], Some(words[1]), words[0]).filter(|p| !p.name.is_empty())
    };
    Some(([by_words(&words[..4])?, by_words(&words[4..])?], operators))
}

/// Reads the partners of SSBOND: residue, chain, number and insertion code in columns 12-22 and
/// 26-36, atoms SG.
fn bridge_partners(line: &[u8]) -> Option<Named> {
    let by_columns = |residue: usize, start: usize| {
        let number = integer(columns(line, start + 2, start + 6))?;
        (column(line, residue - 1) == b' ' && column(line, start + 1) == b' ').then(|| Partner {
            key: ResidueKey {
                chain: text(columns(line, start, start + 1)),
                number,
                insertion_code: code(column(line, start + 6)),
            },
            residue_name: None,
            name: SmolStr::new_static("SG"),
            altloc: None,
            wide_key: None,
        })
    };
    if let (Some(first), Some(second)) = (by_columns(11, 15), by_columns(25, 29)) {
        return Some(([first, second], operators_in_columns(line)));
    }
    let (words, operators) = words::<7>(line)?;
    let partners = [
        partner(words[2], words[3], None, b"SG")?,
        partner(words[5], words[6], None, b"SG")?,
    ];
    Some((partners, operators))
}

fn operators_in_columns(line: &[u8]) -> [u32; 2] {
    [
        operator(columns(line, 59, 65)),
        operator(columns(line, 66, 72)),
    ]
}

/// Returns the first words after the record name of a line whose columns have collapsed, and the
/// symmetry operators after them; `None` if there are less words.
fn words<const COUNT: usize>(line: &[u8]) -> Option<([&[u8]; COUNT], [u32; 2])> {
    let mut words = line
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
        .skip(1);
    let mut found = [&[][..]; COUNT];
    for word in &mut found {
        *word = words.next()?;
    }
    let mut next = || operator(words.next().unwrap_or(&[]));
    Some((found, [next(), next()]))
}

fn partner(chain: &[u8], number: &[u8], residue: Option<&[u8]>, name: &[u8]) -> Option<Partner> {
    let (digits, insertion_code) = match number {
        [digits @ .., letter] if letter.is_ascii_alphabetic() => (digits, *letter),
        all => (all, b' '),
    };
    (chain.len() <= 4).then_some(())?;
    Some(Partner {
        key: ResidueKey {
            chain: text(chain),
            number: integer(digits)?,
            insertion_code,
        },
        residue_name: residue.map(text),
        name: text(name),
        altloc: None,
        wide_key: None,
    })
}
