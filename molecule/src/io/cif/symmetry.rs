//! Assemblies, the unit cell and the space group of a data block.

use std::collections::HashMap;

use smol_str::SmolStr;

use super::category::{
    AssemblyGen, Category, OperatorList, SpaceGroup, SpaceGroupOperator, StructAssembly,
    SymmetryItem, SymmetryOperator,
};
use super::row::{Row, RowContext};
use crate::diagnostics::RepeatedWarning;
use crate::symmetry::{Generator, Symmetry, Transform, UnitCell, parse_expression, parse_triplet};
use crate::{MoleculeError, Warning};

/// Rows of the categories about copies by symmetry.
#[derive(Debug, Default)]
pub(super) struct SymmetryRows {
    details: HashMap<String, String>,
    generators: Vec<GeneratorRow>,
    operators: HashMap<String, Transform>,
    space_group: Option<String>,
    /// Operators of the space group: those of `_space_group_symop`, or else of `_symmetry_equiv`,
    /// the older name.
    group_operators: Vec<Transform>,
    older_operators: Vec<Transform>,
    bad_operators: RepeatedWarning,
    bad_group_operators: RepeatedWarning,
}

#[derive(Debug)]
struct GeneratorRow {
    assembly: String,
    expression: String,
    chains: String,
    line: u32,
}

impl SymmetryRows {
    /// Adds one row. Values that cannot be read are reported by [`Self::finish`]: only a picture
    /// of an assembly or crystal needs them.
    pub(super) fn push(&mut self, context: &RowContext<'_, impl Row>) -> Result<(), MoleculeError> {
        let row = context.row;
        let text = |item: usize| row.text(item).map(|text| text.trim().to_owned());
        match context.category {
            Category::StructAssembly => {
                if let Some(id) = text(StructAssembly::Id as usize) {
                    let details = text(StructAssembly::Details as usize).unwrap_or_default();
                    self.details.insert(id, details);
                }
            }
            Category::AssemblyGen => {
                let items = [
                    AssemblyGen::Assembly,
                    AssemblyGen::Expression,
                    AssemblyGen::Chains,
                ];
                if let [Some(assembly), Some(expression), Some(chains)] =
                    items.map(|item| text(item as usize))
                {
                    self.generators.push(GeneratorRow {
                        assembly,
                        expression,
                        chains,
                        line: row.place().line(),
                    });
                }
            }
            Category::OperatorList => self.operator(context)?,
            Category::Symmetry => {
                let name = text(SymmetryItem::Name as usize);
                self.space_group = name.or_else(|| text(SymmetryItem::Number as usize));
            }
            Category::SpaceGroup => {
                let items = [SpaceGroup::Name, SpaceGroup::FullName, SpaceGroup::Number];
                if let Some(name) = items.into_iter().find_map(|item| text(item as usize)) {
                    self.space_group = Some(name);
                }
            }
            Category::SpaceGroupOperator => {
                if let Some(triplet) = text(SpaceGroupOperator::Triplet as usize) {
                    self.group_operator(&triplet, row.place().line(), false);
                }
            }
            Category::SymmetryOperator => {
                if let Some(triplet) = text(SymmetryOperator::Triplet as usize) {
                    self.group_operator(&triplet, row.place().line(), true);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn operator(&mut self, context: &RowContext<'_, impl Row>) -> Result<(), MoleculeError> {
        let Some(id) = context.row.text(OperatorList::Id as usize) else {
            return Ok(());
        };
        let id = id.trim().to_owned();
        let mut rows = [[0.0; 4]; 3];
        let mut is_whole = true;
        for (row, items) in rows.iter_mut().zip(OperatorList::ROWS) {
            for (value, item) in row.iter_mut().zip(items) {
                let meaning = "a number of the operator's matrix or vector";
                match context.real(item as usize, meaning)? {
                    Some(number) => *value = number,
                    None => is_whole = false,
                }
            }
        }
        let operator = Transform { rows };
        if is_whole && operator.is_sound() {
            self.operators.insert(id, operator);
        } else {
            self.bad_operators.note(context.row.place().line(), || {
                format!("the operator {id} of assemblies has no usable matrix")
            });
        }
        Ok(())
    }

    fn group_operator(&mut self, triplet: &str, line: u32, is_older: bool) {
        match parse_triplet(triplet) {
            Some(operator) if is_older => self.older_operators.push(operator),
            Some(operator) => self.group_operators.push(operator),
            None => self.bad_group_operators.note(line, || {
                let shown: String = triplet.chars().take(40).collect();
                format!(
                    "\"{}\" is not an operator such as -x,y+1/2,-z",
                    shown.escape_debug()
                )
            }),
        }
    }

    /// Returns what the block says, and adds warnings.
    pub(super) fn finish(
        self,
        file: &str,
        cell: Option<UnitCell>,
        has_fractional_coordinates: bool,
        warnings: &mut Vec<Warning>,
    ) -> Symmetry {
        let mut symmetry = Symmetry {
            cell,
            space_group: self.space_group,
            operators: if self.group_operators.is_empty() {
                self.older_operators
            } else {
                self.group_operators
            },
            has_fractional_coordinates,
            ..Symmetry::default()
        };
        let mut bad = RepeatedWarning::default();
        for row in &self.generators {
            let Some(operators) = generator_operators(row, &self.operators) else {
                bad.note(row.line, || {
                    let shown: String = row.expression.chars().take(40).collect();
                    format!(
                        "the operators \"{}\" of assembly {} are malformed, too many, or not in \
                         _pdbx_struct_oper_list",
                        shown.escape_debug(),
                        row.assembly
                    )
                });
                continue;
            };
            let chains = row
                .chains
                .split(',')
                .map(|chain| SmolStr::new(chain.trim()));
            let mut generator = Generator::new(chains.filter(|chain| !chain.is_empty()).collect());
            generator.operators = operators;
            let details = self.details.get(&row.assembly).map_or("", String::as_str);
            symmetry
                .add_assembly(&row.assembly, details)
                .generators
                .push(generator);
        }
        bad.report(file, "these chains are left out of it", warnings);
        self.bad_operators.report(file, "it is left out", warnings);
        self.bad_group_operators
            .report(file, "it is left out", warnings);
        symmetry
    }
}

/// The products of a row's expression; `None` if one cannot be made.
fn generator_operators(
    row: &GeneratorRow,
    operators: &HashMap<String, Transform>,
) -> Option<Vec<Transform>> {
    let products = parse_expression(&row.expression)?;
    let product = |ids: Vec<String>| {
        ids.iter().try_fold(Transform::IDENTITY, |product, id| {
            Some(product.after(operators.get(id)?))
        })
    };
    products.into_iter().map(product).collect()
}
